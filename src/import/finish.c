/* finish.c: the list of what was left out is there before the file is, so a
 * file of which something is missing never stands alone. */
#include "import/finish.h"

#include "base/log.h"
#include "base/plural.h"
#include "import/tables.h"

#include <stdio.h>
#include <string.h>

enum { SPLITS = 2 };

static gt_status check_any(const gt_source *source, const gt__packed *p)
{
    if (p->kept > 0)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "data '%s': none of %llu samples can be read; of the first "
                   "one: %.*s",
                   source->uri, (unsigned long long)p->is.count,
                   (int)strcspn(p->reasons.bytes, "\n"), p->reasons.bytes);
}

static gt_status add_lines(gt__text *text, const char *name, const char *line)
{
    gt_status status = GT_OK;
    while (line && *line && status == GT_OK) {
        size_t n = strcspn(line, "\n") + 1;
        status = gt__text_add(text, name, strlen(name));
        if (status == GT_OK)
            status = gt__text_add(text, line, n);
        line += n;
    }
    return status;
}

/* OUT.skipped.txt, which is not left from another time. */
static gt_status write_skipped(const char *out, const gt__packed packed[2],
                               char path[GT_PATH])
{
    static const char *const names[] = {"training ", "held-out "};
    gt__text text = {0};
    gt_status status = GT_OK;
    for (int i = 0; i < SPLITS && status == GT_OK; i++)
        status = add_lines(&text, names[i], packed[i].reasons.bytes);
    if (snprintf(path, GT_PATH, "%s.skipped.txt", out) >= GT_PATH)
        status = gt_fail(GT_ERR_IO, "the path %s is too long", out);
    if (status == GT_OK)
        status = text.size ? gt_file_replace(path, text.bytes, text.size)
                           : gt_file_remove(path);
    gt__text_free(&text);
    return status;
}

static void tell_result(const char *out, const gt__packed p[2],
                        const char *list)
{
    char shape[GT_SHAPE_TEXT], held_out[64] = "";
    uint64_t skipped = p[0].skipped + p[1].skipped;
    double nonfinite = p[0].figures.nonfinite + p[1].figures.nonfinite;
    if (p[1].kept > 0)
        snprintf(held_out, sizeof held_out, " and %llu held-out",
                 (unsigned long long)p[1].kept);
    gt_info("wrote %s: %llu training%s %s of %s", out,
            (unsigned long long)p[0].kept, held_out,
            gt_shape_noun(p[0].is.shape),
            gt_shape_of_data(p[0].is.shape, shape));
    if (skipped > 0)
        gt_warn("%llu sample%s could not be read and %s left out; %s says "
                "which, and why",
                (unsigned long long)skipped, gt_plural(skipped),
                skipped == 1 ? "was" : "were", list);
    if (nonfinite > 0)
        gt_warn("%.0f of the numbers are NaN or infinite", nonfinite);
}

gt_status gt__finish(const char *out, const char *settings,
                     gt_source *const source[2], const gt__packed packed[2],
                     gt__partial *partial)
{
    char list[GT_PATH];
    const gt__tables tables = {.options = settings,
                               .source = {source[0], source[1]},
                               .packed = {&packed[0], &packed[1]}};
    gt_status status = check_any(source[0], &packed[0]);
    if (status == GT_OK)
        status = gt__tables_write(&tables, partial);
    if (status == GT_OK)
        status = write_skipped(out, packed, list);
    if (status == GT_OK)
        status = gt__partial_finish(partial);
    if (status == GT_OK)
        tell_result(out, packed, list);
    return status;
}
