/* h5rehearse.c: what HDF5 has allocated once it keeps for the next time, or
 * gives back to the heap of its thread, which nobody else uses. */
#include "store/h5rehearse.h"

#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5handle.h"
#include "store/h5lock.h"
#include "store/h5write.h"

#include <stdio.h>
#include <stdlib.h>

/* Two chunks of numbers, and more tensors than most networks have. */
enum { NUMBERS = 300000, SIDE = 1024, TENSORS = 128 };

static gt_status write_tensors(gt_h5 *f, const gt_real *numbers)
{
    gt_status status =
        gt_h5_write(f, "/large", GT_H5_REAL, 1, (size_t[]){NUMBERS}, numbers);
    for (int i = 0; i < TENSORS && status == GT_OK; i++) {
        char name[32];
        snprintf(name, sizeof name, "/network/%d/weight", i);
        status = gt_h5_write(f, name, GT_H5_REAL, 1, (size_t[]){16}, numbers);
    }
    return status;
}

static gt_status write_all(gt_h5 *f, const gt_real *numbers)
{
    GT__H5_LOCKED;
    gt_status status = write_tensors(f, numbers);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "text", "text");
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "integer", 1);
    if (status == GT_OK)
        status = gt_h5_set_real(f, "/", "real", 1);
    if (status == GT_OK)
        status = gt_h5_write_text(f, "/config", "text");
    if (status == GT_OK)
        status = gt_h5_write(f, "/images", GT_H5_U8, 4,
                             (size_t[]){1, SIDE, SIDE, 1}, NULL);
    if (status == GT_OK)
        status = gt_h5_mark_images(f, "/images", 1);
    if (status == GT_OK)
        status = gt_h5_write_rows(f, "/images", GT_H5_U8, 0, 1, numbers);
    if (status == GT_OK && H5Fflush(f->file, H5F_SCOPE_GLOBAL) < 0)
        status = gt__h5_fail(GT_ERR_MEMORY, f, "build", "");
    return status;
}

gt_status gt_h5_rehearse(void)
{
    gt_h5 *f = NULL;
    gt_real *numbers = calloc(NUMBERS, sizeof *numbers);
    gt_status status = gt_h5_start();
    if (status == GT_OK && !numbers)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate a trial file");
    if (status == GT_OK)
        status = gt__h5_begin(&f, "a file in memory");
    if (status == GT_OK)
        status = write_all(f, numbers);
    gt_h5_discard(f);
    free(numbers);
    return status == GT_OK ? GT_OK : gt_fail_in(GT_ERR_MEMORY, "HDF5");
}
