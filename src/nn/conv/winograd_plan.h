/* winograd_plan.h: which tiles minimal filtering takes, and how many at a time.
 * For src/nn/conv. Local. */
#ifndef GT_NN_CONV_WINOGRAD_PLAN_H
#define GT_NN_CONV_WINOGRAD_PLAN_H

#include "nn/conv/algorithm.h"
#include "nn/conv/winograd_transform.h"

typedef struct gt__winograd {
    gt__conv_plan base;
    gt__axis v, h; /* vertical, horizontal */
    gt__grid grid; /* of tiles */
    gt__block block;
} gt__winograd;

/* A plan with tiles of this size; false if that takes more points than are
 * good for the digits, or if the geometry is not one for this algorithm. */
bool gt__winograd_plan_tiles(gt__winograd *plan, const gt__conv_geometry *g,
                             int n, int tile_v, int tile_h);

/* The best plan for passes of n samples; false where im2col is cheaper. */
bool gt__winograd_plan(gt__winograd *plan, const gt__conv_geometry *g, int n);

/* Both sides of a plan, which must outlive them. */
gt__side gt__winograd_big(const gt__winograd *plan);
gt__side gt__winograd_small(const gt__winograd *plan);

/* Whether all tiles fit into one block. */
bool gt__winograd_has_one_block(const gt__winograd *plan);

/* Reals of scratch for the transformed kernel alone, and for all that a pass
 * needs; the most of any plan for up to max_n samples. */
size_t gt__winograd_kernel_size(const gt__winograd *plan);
size_t gt__winograd_working_set(const gt__winograd *plan);
size_t gt__winograd_scratch(const gt__conv_geometry *g, int max_n);

#endif
