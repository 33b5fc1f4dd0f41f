/* groups.h: the delete-one-group jackknife (Shao, Wu 1989), from which figures
 * over sets of points have their standard errors. Local.
 *
 * Points are dealt out to groups in the order of a fixed permutation, so a
 * group is a random part of a set even if its samples are sorted. Sets of one
 * size are dealt out alike: of pairs, both are left out together.
 */
#ifndef GT_EVAL_GROUPS_H
#define GT_EVAL_GROUPS_H

#include "base/status.h"

#include <stddef.h>

enum { GT_GROUPS = 10 };

typedef struct gt_groups {
    size_t n;
    int count;     /* of groups: 1 where n leaves no other choice, or GT_GROUPS,
                      or n where that is less */
    size_t *order; /* [n] of points; group g has those from first(g) on */
} gt_groups;

/* `n` points, in as many groups as `least` points allow: those of the smaller
 * set. GT_ERR_MEMORY. */
gt_status gt_groups_new(gt_groups *groups, size_t n, size_t least);
void gt_groups_free(gt_groups *groups);

/* Place of group g's first point in `order`; first(count) is n. */
size_t gt_groups_first(const gt_groups *groups, int g);

/* The standard error of a figure, from its values without one group each.
 * NAN where there is one group. */
double gt_jackknife_error(const double *without, int groups);

#endif
