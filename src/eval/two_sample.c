/* two_sample.c: the nearest of all others is the nearer one of two: in the own
 * set and in the other one.
 *
 * The error: with labels dealt out at random, whether i and its neighbour agree
 * and whether j and its neighbour do are independent, but for pairs that are
 * the nearest of each other, which agree both or not at all. So of n points
 * with m such pairs, the variance of the share p is p (1 - p) (n + 2 m) / n^2.
 */
#include "eval/two_sample.h"

#include "eval/blocks.h"
#include "eval/neighbours.h"

#include <math.h>
#include <stdlib.h>

static const char figure[] = "a nearest neighbour test";

/* Nearest of the points of set s in set t: of[s][t]. */
typedef struct nearest {
    gt_neighbour *of[2][2];
} nearest;

/* Number of point i of set s in both sets' union, or of its neighbour there. */
static size_t number_in_union(size_t n, int s, double number)
{
    return n * (size_t)s + (size_t)number;
}

static size_t neighbour(const nearest *found, size_t n, size_t i)
{
    int s = i >= n, other = !s;
    i -= n * (size_t)s;
    const gt_neighbour *own = &found->of[s][s][i],
                       *foreign = &found->of[s][other][i];
    return own->square <= foreign->square
               ? number_in_union(n, s, own->number)
               : number_in_union(n, other, foreign->number);
}

/* Over points from .. to - 1 of the union. */
static gt_estimate accuracy(const nearest *found, size_t n, size_t from,
                            size_t to)
{
    double sum = 0, mutual = 0, count = (double)(to - from);
    for (size_t i = from; i < to; i++) {
        int s = i >= n;
        double own = found->of[s][s][i % n].square,
               foreign = found->of[s][!s][i % n].square;
        size_t other = neighbour(found, n, i);
        sum += own < foreign ? 1 : own == foreign ? 0.5 : 0;
        mutual += other >= from && other < to &&
                  neighbour(found, n, other) == i; /* twice for each pair */
    }
    double p = sum / count;
    return (gt_estimate){p, sqrt(p * (1 - p) * (count + mutual)) / count};
}

static gt_status find(gt_comm *comm, const gt_points *const set[2],
                      nearest *found)
{
    gt_status status = GT_OK;
    for (int s = 0; s < 2; s++)
        for (int t = 0; t < 2 && status == GT_OK; t++)
            status = gt_neighbours_find(comm, set[s], set[t], 1, s == t, figure,
                                        found->of[s][t]);
    return status;
}

gt_status gt_two_sample_test(gt_comm *comm, const gt_points *real,
                             const gt_points *generated, gt_two_sample *out)
{
    gt_points a = *real, b = *generated;
    const gt_points *set[2] = {&a, &b};
    nearest found;
    double *all = NULL;
    size_t n = a.n < b.n ? a.n : b.n;
    a.n = b.n = n;
    gt_status status = gt_points_check_pair(&a, &b, 2, figure);
    if (status == GT_OK)
        status = gt_blocks_alloc(&all, 8 * n, "neighbours");
    status = gt_comm_agree(comm, status);
    if (status != GT_OK)
        goto out;
    for (int i = 0; i < 4; i++)
        found.of[i / 2][i % 2] = (gt_neighbour *)all + n * (size_t)i;
    status = find(comm, set, &found);
    if (status == GT_OK)
        *out = (gt_two_sample){.n = n,
                               .all = accuracy(&found, n, 0, 2 * n),
                               .real = accuracy(&found, n, 0, n),
                               .generated = accuracy(&found, n, n, 2 * n)};
out:
    free(all);
    return status;
}
