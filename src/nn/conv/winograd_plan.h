/* winograd_plan.h: which tiles minimal filtering takes, and how many at a time.
 * For src/nn/conv. Local. */
#ifndef GT_NN_CONV_WINOGRAD_PLAN_H
#define GT_NN_CONV_WINOGRAD_PLAN_H

#include "nn/conv/algorithm.h"
#include "nn/conv/winograd_transform.h"

/* A size of tiles. */
typedef struct gt__winograd {
    gt__conv_geometry g;
    gt__axis v, h; /* vertical, horizontal */
} gt__winograd;

/* The tiles of n samples, and the blocks they are taken in. */
typedef struct gt__tiling {
    gt__grid grid;
    gt__block block;
} gt__tiling;

/* Tiles of this size; false if that takes more points than are good for the
 * digits, or if the geometry is not one for this algorithm. */
bool gt__winograd_make(gt__winograd *w, const gt__conv_geometry *g, int tile_v,
                       int tile_h);

gt__tiling gt__winograd_tiling(const gt__winograd *w, int n);

/* Whether all tiles fit into one block. */
bool gt__tiling_is_one_block(const gt__tiling *tiling);

/* Both sides, for as long as *w is there. */
gt__side gt__winograd_big(const gt__winograd *w);
gt__side gt__winograd_small(const gt__winograd *w);

/* Reals of scratch for the transformed kernel alone, for lines under
 * transformation, and for all that a product needs. */
size_t gt__winograd_kernel_size(const gt__winograd *w,
                                const gt__tiling *tiling);
size_t gt__winograd_line_size(const gt__winograd *w);
size_t gt__winograd_working_set(const gt__winograd *w,
                                const gt__tiling *tiling);

/* --- Plans, as algorithm.h has them. */

/* The best tiles for each number of samples. */
gt_status gt__winograd_plan_new(void **plan, const gt__conv_geometry *g,
                                int max_n);

/* The same tiles for all of them. */
gt_status gt__winograd_plan_with(void **plan, const gt__winograd *w, int max_n);

void gt__winograd_plan_free(void *plan);

/* The tiles for n samples; NULL where im2col is cheaper. */
const gt__winograd *gt__winograd_for(const void *plan, int n);

size_t gt__winograd_scratch(const void *plan);
size_t gt__winograd_keeps(const void *plan);

#endif
