/* augment.h: samples varied at random for training: mirrored, moved, turned.
 * Local.
 *
 * What becomes of a sample follows from the seed of the run, the epoch and the
 * sample's number, so it is the same on any number of ranks and after a resume,
 * and another one in each epoch. Values are moved, never computed with.
 */
#ifndef GT_DATA_AUGMENT_H
#define GT_DATA_AUGMENT_H

#include "base/option.h"
#include "base/status.h"
#include "core/tensor.h"

#include <stdint.h>

/* The table for an option of kind GT_OPTION_VARIANTS. */
extern const gt_variants gt_augment_variants;

/* Whether a list goes together, and with samples of that shape.
 * GT_ERR_CONFIG. */
gt_status gt_augment_check(const gt_variant_list *list, gt_shape shape);

/* A way to lay a sample out anew: along its axis i (0: depth, 1: height, 2:
 * width) it shows what was along `axis[i]`, back to front if `reversed[i]`. */
typedef struct gt_turn {
    int axis[3];
    bool reversed[3];
} gt_turn;

enum { GT_MOST_TURNS = 24 };

/* The turns by right angles that keep the shape, the first of which changes
 * nothing: of an image those in its plane (4 of a square one, else 2), of a
 * volume all proper rotations (24 of a cube, 8 where two sides are equal, else
 * 4). Returns their number. Pure. */
int gt_augment_turns(gt_shape shape, gt_turn turns[GT_MOST_TURNS]);

/* Fields are private. It serves one thread at a time. */
typedef struct gt_augment {
    gt_shape shape;
    bool on;      /* there is something to do */
    bool flip[3]; /* along depth, height, width */
    int crop;     /* most pixels that a sample moves along an axis */
    int n_turns;  /* 0: not asked for */
    gt_turn turn[GT_MOST_TURNS];
    gt_real *copy;     /* [a sample] */
    size_t *offset[3]; /* [the side]: along each axis */
} gt_augment;

/* Of a list that gt_augment_check takes; an empty one does nothing and holds no
 * memory. GT_ERR_MEMORY, with nothing to be closed. */
gt_status gt_augment_open(gt_augment *augment, const gt_variant_list *list,
                          gt_shape shape);
void gt_augment_close(gt_augment *augment);

/* Vary one sample [shape] in place. `number` is below 2^48. */
void gt_augment_apply(const gt_augment *augment, uint64_t seed, uint64_t epoch,
                      uint64_t number, gt_real *x);

#endif
