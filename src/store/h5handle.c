/* h5handle.c: HDF5 would print its own stack of errors. It is silenced, and its
 * most specific line goes into our message. */
#include "store/h5handle.h"

#include "core/tensor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void gt__h5_clear(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5Eclear2(H5E_DEFAULT);
    errno = 0;
}

/* The innermost error of HDF5's stack comes first when walking upwards. */
static herr_t first_error(unsigned n, const H5E_error2_t *error, void *text)
{
    if (n == 0 && error->desc)
        snprintf(text, 256, "%s", error->desc);
    return 0;
}

gt_status gt__h5_fail(gt_status status, const gt_h5 *file, const char *what,
                      const char *object)
{
    int error = errno;
    if (file->image && gt__image_failed(file->image))
        return gt_fail(GT_ERR_MEMORY, "cannot build %s: out of memory",
                       file->path);
    char reason[256] = "unknown HDF5 error";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_error, reason);
    bool system = error == ENOSPC || error == EDQUOT || error == EFBIG ||
                  error == EIO || error == EROFS || error == EACCES ||
                  error == ENOENT || error == EISDIR;
    return gt_fail(status, "cannot %s %s%s%s: %s", what, file->path,
                   *object ? " " : "", object,
                   system ? strerror(error) : reason);
}

hid_t gt__h5_memory_type(gt_h5_type type)
{
    if (type == GT_H5_U8)
        return H5T_NATIVE_UINT8;
    if (type == GT_H5_I32)
        return H5T_NATIVE_INT32;
    if (type == GT_H5_I64)
        return H5T_NATIVE_INT64;
    if (type == GT_H5_F64)
        return H5T_NATIVE_DOUBLE;
    return sizeof(gt_real) == sizeof(double) ? H5T_NATIVE_DOUBLE
                                             : H5T_NATIVE_FLOAT;
}
