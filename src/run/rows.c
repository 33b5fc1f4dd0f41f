/* rows.c: all of them are read and checked before the first sample is made,
 * because a number that is wrong there would be seen in the samples at best. */
#include "run/rows.h"

#include "core/arena.h"
#include "store/files.h"
#include "store/h5file.h"
#include "store/h5read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A place, taken apart. */
typedef struct place {
    char path[GT_PATH];
    char set[GT_PATH];
    bool said; /* the data set is said, too */
} place;

/* A file may be called "a:/b", so what is there comes first. */
static gt_status split(const char *text, const gt_rows *want, place *at)
{
    const char *colon = NULL;
    if (access(text, F_OK) != 0)
        for (const char *next = text; (next = strstr(next, ":/")); next++)
            colon = next;
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    if (length >= GT_PATH || (colon && strlen(colon) > GT_PATH))
        return gt_fail(GT_ERR_IO, "the path of the %s is too long: %s",
                       want->name, text);
    memcpy(at->path, text, length);
    at->path[length] = '\0';
    at->said = colon != NULL;
    if (colon)
        snprintf(at->set, sizeof at->set, "%s", colon + 1);
    else
        snprintf(at->set, sizeof at->set, "/%s", want->name);
    return GT_OK;
}

static gt_status describe(gt_h5 *file, const place *at, const gt_rows *want,
                          gt_h5_info *info)
{
    if (!gt_h5_has(file, at->set))
        return gt_fail(GT_ERR_FORMAT,
                       "%s has no data set %s; say where its %s are: "
                       "--%s %s:/DATA/SET",
                       at->path, at->set, want->name, want->name, at->path);
    if (want->columns)
        return gt_h5_describe_numbers(file, at->set, info);
    if (gt_h5_describe(file, at->set, info) == GT_OK)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "%s; %s are 32-bit floats, in NumPy "
                   "z.astype('float32')",
                   gt_message(), want->name);
}

static gt_status refuse_shape(const place *at, const gt_h5_info *info,
                              const gt_rows *want)
{
    gt_shape shape = want->shape;
    char has[128] = "", dims[GT_SHAPE_TEXT] = "";
    size_t dim[GT_SHAPE_RANK];
    int rank = gt_shape_dims(shape, dim);
    for (int i = 0, used = 0; i < rank; i++)
        used +=
            snprintf(dims + used, sizeof dims - (size_t)used, "x%zu", dim[i]);
    for (int i = 0, used = 0; i < info->rank; i++)
        used += snprintf(has + used, sizeof has - (size_t)used, "%s%zu",
                         i ? "x" : "", info->dim[i]);
    return gt_fail(GT_ERR_MISMATCH,
                   "%s: %s is %s, but the model takes %s: the data set must be "
                   "n%s or nx%zu",
                   at->path, info->name, has, want->takes, dims,
                   gt_shape_size(shape));
}

static gt_status check(const place *at, const gt_h5_info *info,
                       const gt_rows *want)
{
    gt_shape shape = want->shape;
    size_t whole[1 + GT_SHAPE_RANK] = {info->dim[0]};
    int rank = 1 + gt_shape_dims(shape, whole + 1);
    size_t flat[] = {info->dim[0], gt_shape_size(shape)};
    if (info->type != GT_H5_REAL)
        return gt_fail(GT_ERR_MISMATCH,
                       "%s: %s holds %s; %s are 32-bit floats, in NumPy "
                       "z.astype('float32')",
                       at->path, info->name,
                       info->type == GT_H5_F64 ? "numbers of another type"
                                               : "whole numbers",
                       want->name);
    bool single = info->rank == 1 && flat[1] == 1;
    if (!single && !gt_h5_has_shape(info, rank, whole) &&
        !gt_h5_has_shape(info, 2, flat))
        return refuse_shape(at, info, want);
    if (info->count == 0)
        return gt_fail(GT_ERR_FORMAT, "%s: %s holds no %s", at->path,
                       info->name, want->name);
    return GT_OK;
}

static gt_status check_finite(const place *at, const gt_h5_info *info,
                              const gt_rows *want, const gt_real *values)
{
    for (size_t i = 0; i < info->count; i++)
        if (!isfinite(values[i]))
            return gt_fail(GT_ERR_FORMAT,
                           "%s: %s holds NaN or infinity, first in %s %zu "
                           "(counted from 0); give finite numbers",
                           at->path, info->name, want->one,
                           i / gt_shape_size(want->shape));
    return GT_OK;
}

static gt_status read_set(gt_h5 *file, const place *at, const gt_rows *want,
                          gt_real **values, uint64_t *n)
{
    gt_h5_info info = {0};
    gt_status status = describe(file, at, want, &info);
    if (status == GT_OK)
        status = check(at, &info, want);
    if (status != GT_OK)
        return status;
    *n = info.dim[0];
    *values = gt_real_alloc(info.count);
    if (!*values)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %llu %s", at->path,
                       (unsigned long long)*n, want->name);
    status = want->columns ? gt_h5_read_numbers(file, &info, *values)
                           : gt_h5_read(file, at->set, GT_H5_REAL, info.rank,
                                        info.dim, *values);
    return status == GT_OK ? check_finite(at, &info, want, *values) : status;
}

/* --- A data set for each column, or for some of them. */

/* "/angles[1]" is number 1 of each row of /angles. */
static size_t split_column(const char *name, char set[GT_PATH])
{
    snprintf(set, GT_PATH, "%s", name);
    char *bracket = strchr(set, '[');
    size_t index = bracket ? strtoul(bracket + 1, NULL, 10) : 0;
    if (bracket)
        *bracket = '\0';
    return index;
}

static bool has_columns(gt_h5 *file, const place *at, const gt_rows *want)
{
    char set[GT_PATH];
    bool has = want->columns && !at->said && !gt_h5_has(file, at->set);
    for (int i = 0; has && i < want->columns->count; i++) {
        split_column(want->columns->words[i], set);
        has = set[0] == '/' && gt_h5_has(file, set);
    }
    return has;
}

/* Column number `column` of all rows, whose number is known if *values is. */
static gt_status read_column(gt_h5 *file, const place *at, const gt_rows *want,
                             int column, gt_real **values, uint64_t *n)
{
    int columns = want->columns->count;
    gt_h5_info info = {0};
    char set[GT_PATH];
    size_t index = split_column(want->columns->words[column], set);
    gt_status status = gt_h5_describe_numbers(file, set, &info);
    if (status != GT_OK)
        return status;
    size_t rows = info.rank > 0 ? info.dim[0] : 0;
    size_t width = rows ? info.count / rows : 0;
    if (index >= width || (*values && rows != *n))
        return gt_fail(GT_ERR_MISMATCH,
                       "%s: %s has %zu rows of %zu, which do not go with the "
                       "others; the model takes %s",
                       at->path, set, rows, width, want->takes);
    *n = rows;
    gt_real *all = gt_real_alloc(info.count);
    if (!*values)
        *values = gt_real_alloc(rows * (size_t)columns);
    if (!all || !*values)
        status = gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu %s", at->path,
                         rows, want->name);
    if (status == GT_OK)
        status = gt_h5_read_numbers(file, &info, all);
    for (size_t i = 0; i < rows && status == GT_OK; i++)
        (*values)[i * (size_t)columns + (size_t)column] =
            all[i * width + index];
    free(all);
    return status;
}

static gt_status read_columns(gt_h5 *file, const place *at, const gt_rows *want,
                              gt_real **values, uint64_t *n)
{
    gt_status status = GT_OK;
    for (int i = 0; i < want->columns->count && status == GT_OK; i++)
        status = read_column(file, at, want, i, values, n);
    gt_h5_info all = {.name = "a column",
                      .count = *n * gt_shape_size(want->shape)};
    return status == GT_OK ? check_finite(at, &all, want, *values) : status;
}

gt_status gt_rows_read(const char *text, const gt_rows *want, gt_real **values,
                       uint64_t *n)
{
    place at;
    gt_h5 *file = NULL;
    *values = NULL;
    *n = 0;
    gt_status status = split(text, want, &at);
    if (status == GT_OK)
        status = gt_h5_open(&file, at.path);
    if (status == GT_OK)
        status = has_columns(file, &at, want)
                     ? read_columns(file, &at, want, values, n)
                     : read_set(file, &at, want, values, n);
    gt_h5_close(file);
    if (status != GT_OK) {
        free(*values);
        *values = NULL;
    }
    return status;
}
