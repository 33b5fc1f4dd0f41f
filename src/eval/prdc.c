/* prdc.c: four searches: neighbours within each set, from which both k have
 * their radii, then what holds what, once with generated points as queries and
 * once with real ones. */
#include "eval/prdc.h"

#include "eval/blocks.h"
#include "eval/neighbours.h"

#include <math.h>
#include <stdlib.h>

static const char figure[] = "precision and coverage";

enum { KINDS = 2 }; /* of balls: for precision and recall, for the others */
static const int ball_k[KINDS] = {GT_PRECISION_K, GT_DENSITY_K};

typedef struct balls {
    gt_neighbour *nearest; /* [n x GT_DENSITY_K] */
    double *square[KINDS]; /* [n] */
    double *counts;        /* [n x KINDS] */
} balls;

static gt_status allocate(balls *b, size_t n)
{
    double *all;
    gt_status status =
        gt_blocks_alloc(&all, n * (2 * GT_DENSITY_K + 2 * KINDS), "neighbours");
    *b = (balls){0};
    if (status != GT_OK)
        return status;
    b->nearest = (gt_neighbour *)all;
    all += n * 2 * GT_DENSITY_K;
    for (int k = 0; k < KINDS; k++)
        b->square[k] = all + n * (size_t)k;
    b->counts = all + n * KINDS;
    return GT_OK;
}

static gt_status find_radii(gt_comm *comm, const gt_points *set, balls *b)
{
    gt_status status = gt_neighbours_find(comm, set, set, GT_DENSITY_K, true,
                                          figure, b->nearest);
    for (size_t i = 0; status == GT_OK && i < set->n; i++)
        for (int k = 0; k < KINDS; k++)
            b->square[k][i] =
                b->nearest[i * GT_DENSITY_K + (size_t)ball_k[k] - 1].square;
    return status;
}

/* The mean over points of a count, or of whether there is any. */
static gt_estimate mean_of(const double *counts, size_t n, bool any,
                           double divisor)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double value = any ? counts[i * KINDS] > 0 : counts[i * KINDS];
        sum += value;
        squares += value * value;
    }
    double mean = sum / (double)n;
    double variance = (squares - sum * mean) / (double)(n - 1);
    return (gt_estimate){mean / divisor,
                         sqrt(fmax(variance, 0) / (double)n) / divisor};
}

static gt_status find(gt_comm *comm, const gt_points *real,
                      const gt_points *generated, balls *of_real,
                      balls *of_generated, gt_prdc *out)
{
    const gt_balls for_generated[KINDS] = {
        {.around_references = of_real->square[0]},
        {.around_references = of_real->square[1]}};
    gt_status status = find_radii(comm, real, of_real);
    if (status == GT_OK)
        status = find_radii(comm, generated, of_generated);
    if (status == GT_OK)
        status = gt_neighbours_count(comm, generated, real, for_generated,
                                     KINDS, of_generated->counts);
    const gt_balls for_real[KINDS] = {
        {.around_references = of_generated->square[0]},
        {.around_queries = of_real->square[1]}};
    if (status == GT_OK)
        status = gt_neighbours_count(comm, real, generated, for_real, KINDS,
                                     of_real->counts);
    if (status != GT_OK)
        return status;
    size_t n = generated->n;
    out->precision = mean_of(of_generated->counts, n, true, 1);
    out->density = mean_of(of_generated->counts + 1, n, false, GT_DENSITY_K);
    out->recall = mean_of(of_real->counts, real->n, true, 1);
    out->coverage = mean_of(of_real->counts + 1, real->n, true, 1);
    return GT_OK;
}

gt_status gt_prdc_find(gt_comm *comm, const gt_points *real,
                       const gt_points *generated, gt_prdc *out)
{
    balls of_real = {0}, of_generated = {0};
    gt_status status =
        gt_points_check_pair(real, generated, GT_DENSITY_K + 1, figure);
    if (status == GT_OK)
        status = allocate(&of_real, real->n);
    if (status == GT_OK)
        status = allocate(&of_generated, generated->n);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = find(comm, real, generated, &of_real, &of_generated, out);
    free(of_real.nearest);
    free(of_generated.nearest);
    return status;
}
