/* latents.h: latents that a person gives, in an HDF5 file.
 */
#ifndef GT_RUN_LATENTS_H
#define GT_RUN_LATENTS_H

#include "base/status.h"
#include "core/tensor.h"

#include <stdint.h>

/* Read latents of this shape from `place`: "FILE", whose data set /latents is
 * taken, as in a set of samples, or "FILE:/DATA/SET". The data set holds 32-bit
 * floats, [n x h x w x c] or [n x values]. *values [n x shape] is malloc'ed;
 * the caller frees it. GT_ERR_IO, GT_ERR_BUSY; GT_ERR_FORMAT: damaged, no such
 * data set, none in it, NaN or infinity; GT_ERR_MISMATCH: another shape or
 * type; GT_ERR_MEMORY. Local; ticks (base/collective_tick.h). */
gt_status gt_latents_read(const char *place, gt_shape shape, gt_real **values,
                          uint64_t *n);

#endif
