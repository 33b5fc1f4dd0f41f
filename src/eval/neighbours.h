/* neighbours.h: the points of a set that are nearest to given ones, and how
 * many balls around points hold given ones. Exact: distances are Euclidean and
 * computed in double, of equal ones the first in the set is the nearer.
 *
 * Memory does not grow with the product of both sizes.
 */
#ifndef GT_EVAL_NEIGHBOURS_H
#define GT_EVAL_NEIGHBOURS_H

#include "comm/comm.h"
#include "eval/distances.h"

#include <stdbool.h>

typedef struct gt_neighbour {
    double square; /* of the distance; INFINITY: there is none */
    double number; /* in the set, a whole number */
} gt_neighbour;

/* The k nearest of `references` to each of `queries`, nearest first, in
 * out[queries x k]. `themselves`: both are one set, and a point is no neighbour
 * of its own (but another one that equals it is). Sets have one dimension.
 * GT_ERR_CONFIG: the set has no k others, said of `figure`; GT_ERR_MEMORY.
 * Collective. */
gt_status gt_neighbours_find(gt_comm *comm, const gt_points *queries,
                             const gt_points *references, int k,
                             bool themselves, const char *figure,
                             gt_neighbour *out);

/* Balls, by the squares of their radii; one of the two is not NULL. */
typedef struct gt_balls {
    const double *around_queries;    /* [queries]: those hold references */
    const double *around_references; /* [references]: those hold queries */
} gt_balls;

/* For each query and kind of balls the number of references that are in its
 * ball, or in whose ball it is, in counts[queries x kinds]. A ball holds its
 * surface. GT_ERR_MEMORY. Collective. */
gt_status gt_neighbours_count(gt_comm *comm, const gt_points *queries,
                              const gt_points *references,
                              const gt_balls *balls, int kinds, double *counts);

/* For this room: the references of d, which are numbered from `first` on, join
 * the k nearest of each of its queries, nearest[queries x k]. `skip`: the
 * number of the first query, which like those after it is no neighbour of its
 * own; -1: all may be. */
void gt__neighbours_join(const gt__distances *d, int64_t first, int64_t skip,
                         int k, gt_neighbour *nearest);
/* Before the first references. */
void gt__neighbours_begin(gt_neighbour *nearest, size_t n);

#endif
