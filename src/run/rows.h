/* rows.h: numbers that a person gives for samples, a row for each, in an HDF5
 * file: latents, or conditions.
 */
#ifndef GT_RUN_ROWS_H
#define GT_RUN_ROWS_H

#include "base/option.h"
#include "base/status.h"
#include "core/tensor.h"

#include <stdint.h>

/* What is wanted. Texts are for messages, but for the first. */
typedef struct gt_rows {
    const char *name;  /* "latents": of the option and of the data set */
    const char *one;   /* "latent" */
    const char *takes; /* what the model takes: "latents of 1x1x100" */
    gt_shape shape;    /* of a row */
    /* Names of the row's numbers, which may then be of any type, and stand in
     * data sets of these names, "/theta" or "/angles[1]", as they do in HDF5
     * data, where the file has no /NAME. NULL: they have none. */
    const gt_word_list *columns;
} gt_rows;

/* Read rows from `place`: "FILE", whose data set /NAME is taken, as in a set of
 * samples, or the data sets of columns, or "FILE:/DATA/SET". The data set holds
 * 32-bit floats, or numbers of any type where that will do, [n x shape] or [n x
 * values]; of one value also [n]. *values [n x shape] is malloc'ed; the caller
 * frees it. GT_ERR_IO, GT_ERR_BUSY; GT_ERR_FORMAT: damaged, no such data set,
 * nothing in it, NaN or infinity; GT_ERR_MISMATCH: another shape or type;
 * GT_ERR_MEMORY. Local; ticks (base/collective_tick.h). */
gt_status gt_rows_read(const char *place, const gt_rows *want, gt_real **values,
                       uint64_t *n);

#endif
