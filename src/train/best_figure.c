/* best_figure.c: tasks and metrics say of their figures which values are
 * better; here is who looks through both tables. */
#include "train/best_figure.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

enum { MOST_NAMES = 64 };

static int add_name(const char **names, int n, const char *name)
{
    if (n < MOST_NAMES)
        names[n++] = name;
    return n;
}

/* What can be chosen, as the end of a message. */
static gt_status refuse(const gt_task_type *type, const gt_eval_choice *choice,
                        const char *key)
{
    const char *names[MOST_NAMES], *why = gt_eval_why_not_ranked(key);
    char list[1024] = "", suggestion[GT_SUGGESTION];
    size_t used = 0;
    int n = 0;
    if (why)
        return gt_fail(GT_ERR_CONFIG,
                       "%s does not tell which step is the best: %s", key, why);
    for (const gt_metric *m = type->metrics; m->test; m++)
        if (m->better)
            n = add_name(names, n, m->test);
    for (int i = 0; i < choice->count; i++)
        for (int k = 0; k < GT_EVAL_RANKS; k++)
            if (choice->metric[i]->ranks[k].better)
                n = add_name(names, n, choice->metric[i]->ranks[k].key);
    for (int i = 0; i < n && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 i ? ", " : "", names[i]);
    if (n == 0)
        return gt_fail(GT_ERR_CONFIG,
                       "no figure of this training tells which step is the "
                       "best; ask for some: output.eval_every, "
                       "output.metrics");
    return gt_fail(GT_ERR_CONFIG,
                   "\"%s\" is no figure that tells which step is the best; "
                   "here these do: %s; others come with output.eval_every and "
                   "output.metrics%s",
                   key, list, gt_suggestion(key, names, n, suggestion));
}

gt_status gt_best_find(const gt_task_type *type, const gt_eval_choice *choice,
                       const char *key, gt_better *better)
{
    for (const gt_metric *m = type->metrics; m->test; m++)
        if (!strcmp(m->test, key) && m->better) {
            *better = m->better;
            return GT_OK;
        }
    return gt_eval_ranked(choice, key, better) ? GT_OK
                                               : refuse(type, choice, key);
}
