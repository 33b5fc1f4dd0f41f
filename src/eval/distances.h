/* distances.h: squared distances between a tile of queries and a tile of
 * references by one product, with bounds of their error, for this room. Local.
 *
 * |q|^2 + |r|^2 - 2 q.r in floats is the true figure to within a rounding of
 * the norms, which is too much for equal points or near ones. So what it leaves
 * open is computed again, from differences in double: gt__square_between.
 * Answers are then those of the exact distances, ties included.
 */
#ifndef GT_EVAL_DISTANCES_H
#define GT_EVAL_DISTANCES_H

#include "eval/points.h"

enum { GT__QUERIES = 256, GT__REFERENCES = 1024 }; /* of a tile, at most */

typedef struct gt__distances {
    int dim, n_queries, n_references;
    const gt_real *queries, *references; /* the tiles as given; borrowed */
    gt_real *products;      /* [n_queries x n_references], of what follows */
    double *square_queries; /* [n_queries] norms of points less a centre, times
                               the scale */
    double *square_references; /* [n_references] */
    double units;              /* of squares here, in a square of points */
    double slack; /* so much of the sum of both norms a square may be wrong */
    /* Private: */
    double *centre, scale;
    gt_real *moved_queries, *moved_references;
} gt__distances;

/* For tiles of points near those of `like`, and others that may be far from
 * them; `others` may be NULL. GT_ERR_MEMORY. */
gt_status gt__distances_new(gt__distances *d, const gt_points *like,
                            const gt_points *others);
void gt__distances_free(gt__distances *d);

/* Take n points as queries; they stay borrowed. */
void gt__distances_begin(gt__distances *d, const gt_real *points, int n);

/* Take n points as references, and multiply; they stay borrowed. */
void gt__distances_find(gt__distances *d, const gt_real *points, int n);

/* |a - b|^2 in double; the same bits for b and a. */
double gt__square_between(const gt_real *a, const gt_real *b, int dim);

/* Below this, squares here may be wrong by any factor. */
#define GT__TINY 1e-30

#endif
