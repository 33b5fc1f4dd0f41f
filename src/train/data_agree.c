/* data_agree.c: the digest is over all contents, and was made as they were
 * read.
 */
#include "train/data_agree.h"

#include "comm/compare.h"
#include "core/hash.h"
#include "data/columns.h"

#include <stdio.h>

enum { FACTS = 2048, NUMBER = 28 };

/* "60,000". */
static const char *grouped(uint64_t n, char text[NUMBER])
{
    char digits[NUMBER], *to = text;
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return text;
}

static size_t describe(char *text, size_t size, const char *subject,
                       const gt_source *source, gt_shape shaped)
{
    char count[NUMBER], shape[GT_SHAPE_TEXT], digest[GT_HASH_TEXT];
    char columns[GT_COLUMNS_TEXT];
    const char *noun = gt_shape_noun(shaped);
    if (!source)
        return (size_t)snprintf(text, size, "%s\tno %s\n", subject, noun);
    return (size_t)snprintf(
        text, size,
        "%s\t%s %s\n%s %s of shape\t%s\n%s %s of\t%d classes\n"
        "%s columns of conditions\t%s\n%s contents of digest\t%s\n",
        subject, grouped(source->count, count), noun, subject, noun,
        gt_shape_text(source->shape, shape), subject, noun, source->classes,
        subject, gt_columns_text(source, columns), subject,
        gt_hash_text(source->digest, digest));
}

gt_status gt_data_agree(gt_comm *comm, const gt_source *train,
                        const gt_source *test)
{
    char facts[FACTS];
    size_t used =
        describe(facts, sizeof facts, "data.uri has", train, train->shape);
    describe(facts + used, sizeof facts - used, "data.uri holds out", test,
             train->shape);
    return gt_comm_compare(comm, facts,
                           "give all nodes the same data: they see other files "
                           "under this path, or it was copied in part");
}
