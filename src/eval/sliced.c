/* sliced.c: a block is a few directions. Sorting is what takes long, and once
 * numbers are sorted, with the group of each beside it, the distance without a
 * group is one more walk through both lists. */
#include "eval/sliced.h"

#include "core/gemm.h"
#include "core/rng.h"
#include "eval/blocks.h"
#include "eval/groups.h"

#include <math.h>
#include <stdlib.h>

enum {
    DIRECTIONS = 16, /* of a block */
    ROWS = 512,      /* points in a product */
    FIGURES = 1 + GT_GROUPS
};

typedef struct place {
    double at;
    int group;
} place;

typedef struct slicing {
    const gt_points *set[2];
    gt_groups groups[2];
    int dim, directions;
    uint64_t seed;
    /* Room of a block: */
    gt_real *normals; /* [dim] */
    double *vectors;  /* [DIRECTIONS x dim] */
    double *rows;     /* [ROWS x dim] */
    double *products; /* [ROWS x DIRECTIONS] */
    place *places[2]; /* [DIRECTIONS x n] */
} slicing;

static int by_place(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->group - y->group;
}

/* --- One direction. */

/* Skip those that are left out. */
static const place *next_of(const place *p, const place *end, int without)
{
    while (p < end && p->group == without)
        p++;
    return p;
}

static uint64_t count_of(const gt_groups *groups, int without)
{
    uint64_t n = groups->n;
    if (without >= 0)
        n -= gt_groups_first(groups, without + 1) -
             gt_groups_first(groups, without);
    return n;
}

/* W_2^2 of two sorted lists: the integral over (0, 1) of the square between
 * both quantiles. Place i of n is the quantile from i / n to (i + 1) / n; ends
 * are compared as whole numbers, over n m. */
static double distance(const slicing *s, const place *const list[2],
                       int without)
{
    const place *p[2], *end[2];
    uint64_t step[2], to[2], at = 0;
    double sum = 0;
    for (int i = 0; i < 2; i++) {
        end[i] = list[i] + s->set[i]->n;
        p[i] = next_of(list[i], end[i], without);
        step[i] = to[i] = count_of(&s->groups[!i], without);
    }
    while (p[0] < end[0] && p[1] < end[1]) {
        uint64_t until = to[0] < to[1] ? to[0] : to[1];
        double apart = p[0]->at - p[1]->at;
        sum += apart * apart * (double)(until - at);
        at = until;
        for (int i = 0; i < 2; i++)
            if (to[i] == until) {
                p[i] = next_of(p[i] + 1, end[i], without);
                to[i] += step[i];
            }
    }
    return sum / ((double)step[0] * (double)step[1]);
}

/* --- A block of directions. */

static void draw(const slicing *s, int64_t first)
{
    size_t d = (size_t)s->dim;
    for (int k = 0; k < DIRECTIONS; k++) {
        double *vector = s->vectors + d * (size_t)k, sum = 0;
        gt_rng_normal((gt_rng){.seed = s->seed,
                               .sample = (uint64_t)first + (uint64_t)k,
                               .stream = GT_STREAM_EVAL},
                      s->normals, d);
        for (size_t j = 0; j < d; j++)
            sum += (double)s->normals[j] * (double)s->normals[j];
        for (size_t j = 0; j < d; j++)
            vector[j] = (double)s->normals[j] / sqrt(sum);
    }
}

static void project(const slicing *s, int which, place *places)
{
    const gt_points *set = s->set[which];
    const gt_groups *groups = &s->groups[which];
    size_t d = (size_t)s->dim, n = set->n;
    int g = 0;
    for (size_t from = 0; from < n; from += ROWS) {
        int m = (int)(n - from < ROWS ? n - from : ROWS);
        for (int i = 0; i < m; i++)
            for (size_t j = 0; j < d; j++)
                s->rows[(size_t)i * d + j] =
                    (double)set->x[groups->order[from + (size_t)i] * d + j];
        gt_gemm_double(GT_PLAIN, GT_TRANSPOSED, m, DIRECTIONS, s->dim, s->rows,
                       s->dim, s->vectors, s->dim, 0, s->products, DIRECTIONS);
        for (int i = 0; i < m; i++) {
            size_t at = from + (size_t)i;
            g += at >= gt_groups_first(groups, g + 1);
            for (int k = 0; k < DIRECTIONS; k++)
                places[n * (size_t)k + at] =
                    (place){s->products[i * DIRECTIONS + k], g};
        }
    }
}

/* Sums over the directions of the distance of all, and without each group. */
static gt_status find_distances(void *context, int64_t block, double *sums)
{
    const slicing *s = context;
    int64_t first = block * DIRECTIONS;
    int groups = s->groups[0].count;
    draw(s, first);
    for (int i = 0; i < 2; i++)
        project(s, i, s->places[i]);
    for (int k = 0; k < DIRECTIONS && first + k < s->directions; k++) {
        const place *list[2];
        for (int i = 0; i < 2; i++) {
            place *sorted = s->places[i] + s->set[i]->n * (size_t)k;
            qsort(sorted, s->set[i]->n, sizeof *sorted, by_place);
            list[i] = sorted;
        }
        for (int g = -1; g < (groups > 1 ? groups : 0); g++)
            sums[1 + g] += distance(s, list, g);
    }
    return GT_OK;
}

/* --- The figure. */

static gt_status prepare(slicing *s, const gt_points *a, const gt_points *b)
{
    size_t d = (size_t)a->dim, least = a->n < b->n ? a->n : b->n;
    gt_status status =
        gt_points_check_pair(a, b, 2, "a sliced Wasserstein distance");
    for (int i = 0; i < 2 && status == GT_OK; i++)
        status = gt_groups_new(&s->groups[i], s->set[i]->n, least);
    if (status == GT_OK)
        status = gt_blocks_alloc(
            &s->vectors, DIRECTIONS * d + ROWS * d + (size_t)ROWS * DIRECTIONS,
            "projections");
    if (status != GT_OK)
        return status;
    s->rows = s->vectors + DIRECTIONS * d;
    s->products = s->rows + ROWS * d;
    s->normals = malloc(d * sizeof *s->normals);
    for (int i = 0; i < 2; i++)
        s->places[i] = malloc(s->set[i]->n * DIRECTIONS * sizeof(place));
    if (!s->normals || !s->places[0] || !s->places[1])
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %.1f MB for projections",
                       (double)(a->n + b->n) * DIRECTIONS * sizeof(place) /
                           1e6);
    return GT_OK;
}

static void clear(slicing *s)
{
    free(s->vectors);
    free(s->normals);
    for (int i = 0; i < 2; i++) {
        free(s->places[i]);
        gt_groups_free(&s->groups[i]);
    }
}

static void conclude(const double *sums, int blocks, int directions, int groups,
                     gt_estimate *out)
{
    double total[FIGURES] = {0};
    for (int b = 0; b < blocks; b++)
        for (int i = 0; i < FIGURES; i++)
            total[i] += sums[b * FIGURES + i];
    for (int i = 0; i < FIGURES; i++)
        total[i] = sqrt(total[i] / directions);
    *out = (gt_estimate){total[0], gt_jackknife_error(total + 1, groups)};
}

gt_status gt_sliced_wasserstein(gt_comm *comm, const gt_points *a,
                                const gt_points *b, int directions,
                                uint64_t seed, gt_estimate *out)
{
    slicing s = {
        .set = {a, b}, .dim = a->dim, .directions = directions, .seed = seed};
    int blocks = (directions + DIRECTIONS - 1) / DIRECTIONS;
    double *sums = NULL;
    gt_status status = prepare(&s, a, b);
    if (status == GT_OK)
        status = gt_blocks_alloc(&sums, (size_t)blocks * FIGURES, "distances");
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_blocks_map(comm, blocks, FIGURES, find_distances, &s, sums);
    if (status == GT_OK)
        conclude(sums, blocks, directions, s.groups[0].count, out);
    free(sums);
    clear(&s);
    return status;
}
