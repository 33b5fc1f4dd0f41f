/* scalars.c: a shard's figures are rounded to what a vector holds before they
 * are added, wherever that is done. */
#include "tasks/scalars.h"

typedef struct shards {
    const gt_shard *shard;
    const double (*figures)[GT_MAX_FIGURES];
    int all, number; /* of the figure */
    bool mean;
} shards;

static gt_real scalar_of(const shards *s, int k)
{
    gt_real n = (gt_real)s->shard[k].samples.n, all = (gt_real)s->all;
    return (s->mean ? n / all : 1 / all) * (gt_real)s->figures[k][s->number];
}

static gt_real sum_of(const shards *s, int first, int n)
{
    int half = 1;
    if (n == 1)
        return scalar_of(s, first);
    while (2 * half < n)
        half *= 2;
    return sum_of(s, first, half) + sum_of(s, first + half, n - half);
}

void gt_scalars_set(const gt_step_table *table, int update,
                    const gt_shard *shard,
                    const double figures[][GT_MAX_FIGURES], int n, int all,
                    gt_real *scalars)
{
    for (int f = 0; f < table->n_figures; f++) {
        shards s = {shard, figures, all, f, table->figures[f].mean};
        if (table->figures[f].update == update)
            scalars[f] = sum_of(&s, 0, n);
    }
}
