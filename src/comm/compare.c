/* compare.c: facts are compared as text: their number and kind may differ, too.
 */
#include "comm/compare.h"

#include <stdlib.h>
#include <string.h>

/* A line of a text of facts, as a subject and a value. */
typedef struct fact {
    const char *subject, *value;
    int subject_length, value_length;
} fact;

/* The line at *at, which is moved behind it. */
static fact take_line(const char **at)
{
    const char *line = *at;
    size_t length = strcspn(line, "\n"), name = strcspn(line, "\t\n");
    *at = line + length + (line[length] == '\n');
    size_t value = name < length ? name + 1 : length;
    return (fact){.subject = line,
                  .value = line + value,
                  .subject_length = (int)name,
                  .value_length = (int)(length - value)};
}

static bool same_text(const char *a, int a_length, const char *b, int b_length)
{
    return a_length == b_length && !memcmp(a, b, (size_t)a_length);
}

/* One of the texts may end before the other. */
static gt_status tell_difference(const char *mine, const char *theirs,
                                 const char *mend)
{
    fact here, there;
    bool same_subject, same_value;
    do {
        here = take_line(&mine);
        there = take_line(&theirs);
        same_subject = same_text(here.subject, here.subject_length,
                                 there.subject, there.subject_length);
        same_value = same_text(here.value, here.value_length, there.value,
                               there.value_length);
    } while (same_subject && same_value && (*mine || *theirs));
    if (same_subject)
        return gt_fail(GT_ERR_MISMATCH, "%.*s %.*s here, %.*s on rank 0; %s",
                       here.subject_length, here.subject, here.value_length,
                       here.value, there.value_length, there.value, mend);
    return gt_fail(GT_ERR_MISMATCH,
                   "%.*s %.*s here, but %.*s %.*s on rank 0; "
                   "%s",
                   here.subject_length, here.subject, here.value_length,
                   here.value, there.subject_length, there.subject,
                   there.value_length, there.value, mend);
}

gt_status gt_comm_compare(gt_comm *c, const char *mine, const char *mend)
{
    if (c->size == 1)
        return GT_OK;
    char *theirs = NULL;
    gt_status status = GT_OK;
    if (c->rank == 0 && !(theirs = strdup(mine)))
        status =
            gt_fail(GT_ERR_MEMORY, "cannot allocate %zu bytes", strlen(mine));
    status = gt_comm_agree(c, status);
    if (status == GT_OK)
        status = gt_comm_broadcast_text(c, &theirs);
    if (status != GT_OK) {
        free(theirs);
        return status;
    }
    if (strcmp(theirs, mine) != 0)
        status = tell_difference(mine, theirs, mend);
    free(theirs);
    return gt_comm_agree(c, status);
}
