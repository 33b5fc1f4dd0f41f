/* lifetime.h: memory that is shared by what is not needed at the same time. For
 * src/nn. Local. */
#ifndef GT_NN_LIFETIME_H
#define GT_NN_LIFETIME_H

#include "base/status.h"
#include "core/tensor.h"

/* Numbers that are needed from one moment to another, both inclusive. */
typedef struct gt__lifetime {
    size_t size; /* reals */
    int first, last;
    size_t offset; /* out; a multiple of GT_ALIGN bytes */
} gt__lifetime;

/* Give each its place, so that those whose times overlap do not. Sets *total.
 * GT_ERR_MEMORY. */
gt_status gt__place_all(gt__lifetime *all, int n, size_t *total);

#endif
