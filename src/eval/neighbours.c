/* neighbours.c: a block is a tile of queries, which meets all references, tile
 * by tile. Products of floats tell of nearly all pairs that they are too far
 * apart, or in the case of balls near enough; what is left is computed exactly
 * (distances.h). That is some ten pairs for each query.
 *
 * q.r >= (|q|^2 + |r|^2 - limit) / 2 means that a square is within a limit. So
 * one side has a number for each query, the other one for each reference, and a
 * pair costs a subtraction and a comparison. */
#include "eval/neighbours.h"

#include "base/plural.h"
#include "eval/blocks.h"

#include <math.h>
#include <stdlib.h>

/* --- The nearest. */

void gt__neighbours_begin(gt_neighbour *nearest, size_t n)
{
    for (size_t i = 0; i < n; i++)
        nearest[i] = (gt_neighbour){INFINITY, -1};
}

static void insert(gt_neighbour *nearest, int k, double square, double number)
{
    int at = k - 1;
    if (!(square < nearest[at].square))
        return;
    for (; at > 0 && square < nearest[at - 1].square; at--)
        nearest[at] = nearest[at - 1];
    nearest[at] = (gt_neighbour){square, number};
}

/* Half of the largest square, here, that norm and limit leave room for. */
static double half_of(const gt__distances *d, double norm, double limit,
                      double sign)
{
    double slack = sign * d->slack;
    return ((1 - slack) * norm - (1 + slack) * limit * d->units) / 2;
}

/* What q.r less this must reach. */
static gt_real least_for(const gt__distances *d, double norm, double limit)
{
    return (gt_real)(half_of(d, norm, limit, 1) - GT__TINY);
}

static bool any_reaches(const gt_real *product, const gt_real *half, int n,
                        gt_real least)
{
    int any = 0;
    for (int j = 0; j < n; j++)
        any |= product[j] - half[j] >= least;
    return any;
}

/* References j .. j + n - 1 of d. */
static void join_some(const gt__distances *d, int query, int j, int n,
                      const gt_real *half, int64_t first, int64_t own, int k,
                      gt_neighbour *nearest)
{
    const gt_real *product =
        d->products + (size_t)query * (size_t)d->n_references;
    size_t dim = (size_t)d->dim;
    double norm = d->square_queries[query];
    gt_real least = least_for(d, norm, nearest[k - 1].square);
    if (!any_reaches(product + j, half + j, n, least))
        return;
    for (int end = j + n; j < end; j++) {
        if (!(product[j] - half[j] >= least) || first + j == own)
            continue;
        double square =
            gt__square_between(d->queries + (size_t)query * dim,
                               d->references + (size_t)j * dim, d->dim);
        insert(nearest, k, square, (double)(first + j));
        least = least_for(d, norm, nearest[k - 1].square);
    }
}

void gt__neighbours_join(const gt__distances *d, int64_t first, int64_t skip,
                         int k, gt_neighbour *nearest)
{
    enum { SOME = 32 };
    gt_real half[GT__REFERENCES];
    for (int j = 0; j < d->n_references; j++)
        half[j] = (gt_real)half_of(d, d->square_references[j], 0, 1);
    for (int i = 0; i < d->n_queries; i++)
        for (int j = 0; j < d->n_references; j += SOME)
            join_some(d, i, j,
                      d->n_references - j < SOME ? d->n_references - j : SOME,
                      half, first, skip < 0 ? -1 : skip + i, k,
                      nearest + (size_t)i * (size_t)k);
}

/* --- Balls. */

/* Bounds of a product, apart for one side of it: below the first a pair is too
 * far apart, from the second on near enough. */
typedef struct bounds {
    gt_real possible[GT__REFERENCES], certain[GT__REFERENCES];
} bounds;

static void bound_references(const gt__distances *d, const double *limit,
                             bounds *b)
{
    for (int j = 0; j < d->n_references; j++) {
        double norm = d->square_references[j], of = limit ? limit[j] : 0;
        b->possible[j] = (gt_real)half_of(d, norm, of, 1);
        b->certain[j] = (gt_real)half_of(d, norm, of, -1);
    }
}

/* Query i's count, with the references of d. */
static int count_one(const gt__distances *d, int i, const double *of_query,
                     const double *of_references, const bounds *b)
{
    const gt_real *product = d->products + (size_t)i * (size_t)d->n_references;
    double norm = d->square_queries[i], limit = of_query ? *of_query : 0;
    gt_real possible = least_for(d, norm, limit);
    gt_real certain = (gt_real)(half_of(d, norm, limit, -1) + GT__TINY);
    int held = 0, maybe = 0;
    for (int j = 0; j < d->n_references; j++) {
        held += product[j] - b->certain[j] >= certain;
        maybe += product[j] - b->possible[j] >= possible;
    }
    for (int j = 0; maybe > held && j < d->n_references; j++)
        if (product[j] - b->possible[j] >= possible &&
            !(product[j] - b->certain[j] >= certain))
            held += gt__square_between(
                        d->queries + (size_t)i * (size_t)d->dim,
                        d->references + (size_t)j * (size_t)d->dim,
                        d->dim) <= (of_query ? limit : of_references[j]);
    return held;
}

/* --- Blocks of queries. */

typedef struct search {
    const gt_points *queries, *references;
    gt__distances distances;
    bool themselves;
    int k;
    const gt_balls *balls;
    int kinds;
    bounds bounds;
} search;

static size_t per_query(const search *s)
{
    return s->balls ? (size_t)s->kinds : 2 * (size_t)s->k;
}

static void meet(search *s, int64_t query, int64_t reference, double *result)
{
    const gt__distances *d = &s->distances;
    if (!s->balls) {
        gt__neighbours_join(d, reference, s->themselves ? query : -1, s->k,
                            (gt_neighbour *)result);
        return;
    }
    for (int kind = 0; kind < s->kinds; kind++) {
        const double *queries = s->balls[kind].around_queries,
                     *references = s->balls[kind].around_references;
        if (references)
            references += reference;
        bound_references(d, references, &s->bounds);
        for (int i = 0; i < d->n_queries; i++)
            result[i * s->kinds + kind] +=
                count_one(d, i, queries ? queries + query + i : NULL,
                          references, &s->bounds);
    }
}

static gt_status search_block(void *context, int64_t block, double *result)
{
    search *s = context;
    size_t dim = (size_t)s->queries->dim, first = (size_t)block * GT__QUERIES;
    size_t left = s->queries->n - first, all = s->references->n;
    int n = (int)(left < GT__QUERIES ? left : GT__QUERIES);
    if (!s->balls)
        gt__neighbours_begin((gt_neighbour *)result, (size_t)n * (size_t)s->k);
    gt__distances_begin(&s->distances, s->queries->x + first * dim, n);
    for (size_t at = 0; at < all; at += GT__REFERENCES) {
        gt__distances_find(
            &s->distances, s->references->x + at * dim,
            (int)(all - at < GT__REFERENCES ? all - at : GT__REFERENCES));
        meet(s, (int64_t)first, (int64_t)at, result);
    }
    return GT_OK;
}

/* Blocks have one size, but the last is shorter: so their results go through a
 * buffer that is longer than what is asked for. */
static gt_status run(gt_comm *comm, search *s, double *out)
{
    size_t n = s->queries->n, size = per_query(s);
    int64_t blocks = (int64_t)((n + GT__QUERIES - 1) / GT__QUERIES);
    double *results = NULL;
    gt_status status =
        gt__distances_new(&s->distances, s->references, s->queries);
    if (status == GT_OK)
        status = gt_blocks_alloc(&results, (size_t)blocks * GT__QUERIES * size,
                                 "neighbours");
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_blocks_map(comm, blocks, GT__QUERIES * size, search_block,
                               s, results);
    for (size_t i = 0; status == GT_OK && i < n * size; i++)
        out[i] = results[i];
    free(results);
    gt__distances_free(&s->distances);
    return status;
}

gt_status gt_neighbours_find(gt_comm *comm, const gt_points *queries,
                             const gt_points *references, int k,
                             bool themselves, const char *figure,
                             gt_neighbour *out)
{
    size_t others = references->n - (themselves && references->n > 0);
    search s = {.queries = queries,
                .references = references,
                .k = k,
                .themselves = themselves};
    if (others < (size_t)k)
        return gt_fail(GT_ERR_CONFIG,
                       "%s looks at the %d nearest neighbour%s of a sample, "
                       "and there %s %zu other%s; ask for more samples",
                       figure, k, gt_plural((unsigned)k),
                       others == 1 ? "is" : "are", others, gt_plural(others));
    return run(comm, &s, (double *)out);
}

gt_status gt_neighbours_count(gt_comm *comm, const gt_points *queries,
                              const gt_points *references,
                              const gt_balls *balls, int kinds, double *counts)
{
    search s = {.queries = queries,
                .references = references,
                .balls = balls,
                .kinds = kinds};
    return run(comm, &s, counts);
}
