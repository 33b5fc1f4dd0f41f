/* kernel_distance.c: the figure is a small difference of large means, so
 * products are in double. Points are cut into tiles that lie in one group of
 * the jackknife each; a block is a pair of tiles. So the sums of all pairs of
 * groups are known, and the figure without a group costs nothing more. */
#include "eval/kernel_distance.h"

#include "core/gemm.h"
#include "eval/blocks.h"
#include "eval/groups.h"

#include <stdlib.h>
#include <string.h>

enum { TILE = 512 }; /* points of a tile at most */

typedef struct tile {
    int set, group;
    const size_t *order;
    int n;
} tile;

typedef struct pair {
    int one, other; /* tiles */
} pair;

typedef struct pairing {
    const gt_points *set[2];
    gt_groups groups[2];
    tile *tiles;
    pair *pairs;
    int n_tiles;
    int64_t n_pairs;
} pairing;

/* Sums of k over pairs of points in a pair of groups: of a and a, of b and b,
 * of a and b. */
typedef struct sums {
    double of[3][GT_GROUPS][GT_GROUPS];
} sums;

/* --- Tiles and their pairs. */

static int tiles_of(const gt_groups *groups)
{
    size_t largest =
        (groups->n + (size_t)groups->count - 1) / (size_t)groups->count;
    return groups->count * (int)((largest + TILE - 1) / TILE);
}

static void cut(pairing *p, int set)
{
    const gt_groups *groups = &p->groups[set];
    for (int g = 0; g < groups->count; g++) {
        size_t end = gt_groups_first(groups, g + 1);
        for (size_t at = gt_groups_first(groups, g); at < end; at += TILE)
            p->tiles[p->n_tiles++] =
                (tile){.set = set,
                       .group = g,
                       .order = groups->order + at,
                       .n = (int)(end - at < TILE ? end - at : TILE)};
    }
}

static gt_status prepare(pairing *p, const gt_points *a, const gt_points *b)
{
    size_t least = a->n < b->n ? a->n : b->n;
    gt_status status = gt_points_check_pair(a, b, 2, "a kernel distance");
    *p = (pairing){.set = {a, b}};
    for (int i = 0; i < 2 && status == GT_OK; i++)
        status = gt_groups_new(&p->groups[i], p->set[i]->n, least);
    if (status != GT_OK)
        return status;
    size_t most =
        (size_t)tiles_of(&p->groups[0]) + (size_t)tiles_of(&p->groups[1]);
    p->tiles = malloc(most * sizeof *p->tiles);
    p->pairs = malloc(most * (most + 1) / 2 * sizeof *p->pairs);
    if (!p->tiles || !p->pairs)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for a kernel "
                       "distance",
                       (double)(most * most) * sizeof(pair) / 2e6);
    cut(p, 0);
    cut(p, 1);
    for (int i = 0; i < p->n_tiles; i++)
        for (int j = i; j < p->n_tiles; j++)
            p->pairs[p->n_pairs++] = (pair){i, j};
    return GT_OK;
}

static void clear(pairing *p)
{
    free(p->tiles);
    free(p->pairs);
    gt_groups_free(&p->groups[0]);
    gt_groups_free(&p->groups[1]);
}

/* --- A pair of tiles. */

static void gather(const gt_points *set, const tile *t, double *rows)
{
    size_t d = (size_t)set->dim;
    for (int i = 0; i < t->n; i++)
        for (size_t j = 0; j < d; j++)
            *rows++ = (double)set->x[t->order[i] * d + j];
}

/* The sum of the kernel over products[m x n], without the diagonal or with it.
 */
static double add_up(const double *products, int m, int n, int dim,
                     bool without_diagonal)
{
    double sum = 0, scale = 1.0 / dim;
    for (int i = 0; i < m; i++) {
        double row = 0;
        for (int j = 0; j < n; j++) {
            double k = products[j] * scale + 1;
            row += without_diagonal && i == j ? 0 : k * k * k;
        }
        sum += row;
        products += n;
    }
    return sum;
}

static gt_status add_pair(void *context, int64_t block, double *sum)
{
    const pairing *p = context;
    pair which = p->pairs[block];
    const tile *one = &p->tiles[which.one], *other = &p->tiles[which.other];
    int dim = p->set[0]->dim;
    size_t room = (size_t)TILE * (size_t)dim;
    double *rows;
    gt_status status = gt_blocks_alloc(&rows, 2 * room + (size_t)TILE * TILE,
                                       "a kernel distance");
    if (status != GT_OK)
        return status;
    double *columns = rows + room, *products = columns + room;
    gather(p->set[one->set], one, rows);
    gather(p->set[other->set], other, columns);
    gt_gemm_double(GT_PLAIN, GT_TRANSPOSED, one->n, other->n, dim, rows, dim,
                   columns, dim, 0, products, other->n);
    *sum = add_up(products, one->n, other->n, dim, one == other);
    free(rows);
    return GT_OK;
}

/* --- The figure. */

static void sort_sums(const pairing *p, const double *found, sums *s)
{
    memset(s, 0, sizeof *s);
    for (int64_t i = 0; i < p->n_pairs; i++) {
        const tile *one = &p->tiles[p->pairs[i].one],
                   *other = &p->tiles[p->pairs[i].other];
        int kind = one->set != other->set ? 2 : one->set;
        /* A pair of tiles of one set stands for itself, turned round, too. */
        double times = kind < 2 && one != other ? 2 : 1;
        s->of[kind][one->group][other->group] += times * found[i];
    }
}

/* MMD^2 of all points, or those without a group. */
static double discrepancy(const pairing *p, const sums *s, int without)
{
    double sum[3] = {0}, n[2] = {0};
    int count = p->groups[0].count;
    for (int g = 0; g < count; g++)
        for (int h = 0; h < count; h++)
            for (int k = 0; k < 3; k++)
                sum[k] += g == without || h == without ? 0 : s->of[k][g][h];
    for (int set = 0; set < 2; set++)
        for (int g = 0; g < count; g++)
            n[set] += g == without
                          ? 0
                          : (double)(gt_groups_first(&p->groups[set], g + 1) -
                                     gt_groups_first(&p->groups[set], g));
    return sum[0] / (n[0] * (n[0] - 1)) + sum[1] / (n[1] * (n[1] - 1)) -
           2 * sum[2] / (n[0] * n[1]);
}

gt_status gt_kernel_distance(gt_comm *comm, const gt_points *a,
                             const gt_points *b, gt_estimate *out)
{
    pairing p;
    double *found = NULL, without[GT_GROUPS];
    gt_status status = prepare(&p, a, b);
    if (status == GT_OK)
        status =
            gt_blocks_alloc(&found, (size_t)p.n_pairs, "a kernel distance");
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_blocks_map(comm, p.n_pairs, 1, add_pair, &p, found);
    if (status == GT_OK) {
        sums s;
        sort_sums(&p, found, &s);
        for (int g = 0; g < p.groups[0].count; g++)
            without[g] = discrepancy(&p, &s, g);
        *out = (gt_estimate){discrepancy(&p, &s, -1),
                             gt_jackknife_error(without, p.groups[0].count)};
    }
    free(found);
    clear(&p);
    return status;
}
