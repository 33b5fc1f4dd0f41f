/* latents.c: all of them are read and checked before the first sample is made,
 * because a number that is wrong there would be seen in the samples at best. */
#include "run/latents.h"

#include "core/arena.h"
#include "store/files.h"
#include "store/h5file.h"
#include "store/h5read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usual[] = "/latents";

/* A file may be called "a:/b", so what is there comes first. */
static gt_status split(const char *place, char path[GT_PATH], const char **set)
{
    const char *colon = NULL;
    *set = usual;
    if (access(place, F_OK) != 0)
        for (const char *at = place; (at = strstr(at, ":/")); at++)
            colon = at;
    size_t length = colon ? (size_t)(colon - place) : strlen(place);
    if (length >= GT_PATH)
        return gt_fail(GT_ERR_IO, "the path of the latents is too long: %s",
                       place);
    memcpy(path, place, length);
    path[length] = '\0';
    if (colon)
        *set = colon + 1;
    return GT_OK;
}

static gt_status describe(gt_h5 *file, const char *path, const char *set,
                          gt_h5_info *info)
{
    if (!gt_h5_has(file, set))
        return gt_fail(GT_ERR_FORMAT,
                       "%s has no data set %s; say where its latents are: "
                       "--latents %s:/DATA/SET",
                       path, set, path);
    if (gt_h5_describe(file, set, info) == GT_OK)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "%s; latents are 32-bit floats, in NumPy "
                   "z.astype('float32')",
                   gt_message());
}

static gt_status check(const char *path, const gt_h5_info *info, gt_shape shape)
{
    size_t whole[] = {info->dim[0], (size_t)shape.h, (size_t)shape.w,
                      (size_t)shape.c};
    size_t flat[] = {info->dim[0], gt_shape_size(shape)};
    if (info->type != GT_H5_REAL)
        return gt_fail(GT_ERR_MISMATCH,
                       "%s: %s holds whole numbers; latents are 32-bit "
                       "floats, in NumPy z.astype('float32')",
                       path, info->name);
    if (!gt_h5_has_shape(info, 4, whole) && !gt_h5_has_shape(info, 2, flat)) {
        char has[128] = "";
        for (int i = 0, used = 0; i < info->rank; i++)
            used += snprintf(has + used, sizeof has - (size_t)used, "%s%zu",
                             i ? "x" : "", info->dim[i]);
        return gt_fail(GT_ERR_MISMATCH,
                       "%s: %s is %s, but the model takes latents of "
                       "%dx%dx%d: the data set must be nx%dx%dx%d or nx%zu",
                       path, info->name, has, shape.h, shape.w, shape.c,
                       shape.h, shape.w, shape.c, gt_shape_size(shape));
    }
    if (info->count == 0)
        return gt_fail(GT_ERR_FORMAT, "%s: %s holds no latents", path,
                       info->name);
    return GT_OK;
}

static gt_status check_finite(const char *path, const gt_h5_info *info,
                              const gt_real *values, size_t size)
{
    for (size_t i = 0; i < info->count; i++)
        if (!isfinite(values[i]))
            return gt_fail(GT_ERR_FORMAT,
                           "%s: %s holds NaN or infinity, first in latent %zu "
                           "(counted from 0); give finite numbers",
                           path, info->name, i / size);
    return GT_OK;
}

static gt_status read_set(gt_h5 *file, const char *path, const char *set,
                          gt_shape shape, gt_real **values, uint64_t *n)
{
    gt_h5_info info = {0};
    gt_status status = describe(file, path, set, &info);
    if (status == GT_OK)
        status = check(path, &info, shape);
    if (status != GT_OK)
        return status;
    *n = info.dim[0];
    *values = gt_real_alloc(info.count);
    if (!*values)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %llu latents", path,
                       (unsigned long long)*n);
    status = gt_h5_read(file, set, GT_H5_REAL, info.rank, info.dim, *values);
    return status == GT_OK
               ? check_finite(path, &info, *values, gt_shape_size(shape))
               : status;
}

gt_status gt_latents_read(const char *place, gt_shape shape, gt_real **values,
                          uint64_t *n)
{
    char path[GT_PATH];
    const char *set;
    gt_h5 *file = NULL;
    *values = NULL;
    *n = 0;
    gt_status status = split(place, path, &set);
    if (status == GT_OK)
        status = gt_h5_open(&file, path);
    if (status == GT_OK)
        status = read_set(file, path, set, shape, values, n);
    gt_h5_close(file);
    if (status != GT_OK) {
        free(*values);
        *values = NULL;
    }
    return status;
}
