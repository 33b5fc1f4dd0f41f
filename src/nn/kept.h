/* kept.h: what a layer makes of its weights for its products, and keeps until
 * they change: shards, and the passes of an update, have weights in common. For
 * src/nn. Local.
 *
 * A layer says in `plan` how many reals it would keep (gt_layer.keeps); its
 * network has the memory, and forgets all of it in gt_network_parametrize.
 */
#ifndef GT_NN_KEPT_H
#define GT_NN_KEPT_H

#include "core/tensor.h"

#include <stdbool.h>

/* For each direction there is one. */
typedef enum gt_direction {
    GT_FORWARD,
    GT_BACKWARD,
    GT_DIRECTIONS
} gt_direction;

typedef struct gt_kept {
    gt_real *values;
    const void *maker; /* who has made them, and can read them; NULL: they are
                          of former weights */
} gt_kept;

/* Whether the values are there; if not, the caller makes them now. Passes of
 * other sizes may make something else of the same weights: `maker` tells. */
static inline bool gt__kept_is_made(gt_kept *kept, const void *maker)
{
    bool made = kept->maker == maker;
    kept->maker = maker;
    return made;
}

#endif
