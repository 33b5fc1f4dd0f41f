/* h5read.c: data sets are looked at before their numbers are read. Files come
 * from elsewhere, too: what is not exactly a type that we read would be rounded
 * or cut by the library without a word, and what says it is large may hold
 * nothing. */
#include "store/h5read.h"

#include "base/collective_tick.h"
#include "store/h5handle.h"
#include "store/h5lock.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deflate makes nothing smaller than that. */
enum { MOST_COMPRESSION = 1032 };

static bool is_either(hid_t type, hid_t little, hid_t big)
{
    return H5Tequal(type, little) > 0 || H5Tequal(type, big) > 0;
}

/* NULL, or what is wrong with it. */
static const char *find_type(hid_t type, gt_h5_info *info)
{
    H5T_class_t class = H5Tget_class(type);
    info->text = class == H5T_STRING && info->rank == 0;
    if (class != H5T_FLOAT && class != H5T_INTEGER)
        return "is not of numbers";
    if (is_either(type, H5T_IEEE_F32LE, H5T_IEEE_F32BE))
        info->type = GT_H5_REAL;
    else if (H5Tequal(type, H5T_STD_U8LE) > 0)
        info->type = GT_H5_U8;
    else if (is_either(type, H5T_STD_I32LE, H5T_STD_I32BE))
        info->type = GT_H5_I32;
    else if (class == H5T_FLOAT && H5Tget_size(type) <= 8)
        info->type = GT_H5_F64;
    else if (class == H5T_INTEGER &&
             (H5Tget_size(type) < 8 || H5Tget_sign(type) == H5T_SGN_2))
        info->type = GT_H5_I64;
    else
        return "is of numbers that are too wide to be read";
    return NULL;
}

static const char *find_shape(hid_t space, gt_h5_info *info)
{
    hsize_t dims[GT_H5_MAX_RANK] = {0};
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > GT_H5_MAX_RANK)
        return "has more dimensions than are read";
    if (H5Sget_simple_extent_type(space) == H5S_NULL)
        return "has no numbers"; /* HDF5 would read none, and succeed */
    info->rank = rank;
    info->count = 1;
    H5Sget_simple_extent_dims(space, dims, NULL);
    for (int i = 0; i < rank; i++) {
        info->dim[i] = dims[i];
        if (dims[i] > 0 && info->count > SIZE_MAX / sizeof(double) / dims[i])
            return "is too large";
        info->count *= dims[i];
    }
    return NULL;
}

/* NULL, or what is wrong with it. *width is that of a number in the file. */
static const char *look(hid_t set, gt_h5_info *info, size_t *width)
{
    hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    const char *flaw = find_shape(space, info);
    const char *other = find_type(type, info);
    *width = H5Tget_size(type);
    H5Tclose(type);
    H5Sclose(space);
    return flaw ? flaw : other;
}

/* Parts that were never written take no room in a file. */
static const char *examine(hid_t set, gt_h5_info *info)
{
    if (set < 0)
        return "cannot be opened";
    size_t width;
    const char *flaw = look(set, info, &width);
    if (flaw)
        return flaw;
    if (info->count * width / MOST_COMPRESSION > H5Dget_storage_size(set))
        return "is not in the file as a whole";
    return NULL;
}

/* Does every part of the path exist? H5Lexists wants the groups above first. */
bool gt_h5_has(gt_h5 *f, const char *name)
{
    GT__H5_LOCKED;
    char part[256];
    gt__h5_clear();
    for (const char *end = name; end;) {
        end = strchr(end + 1, '/');
        size_t n = end ? (size_t)(end - name) : strlen(name);
        if (n >= sizeof part)
            return false;
        memcpy(part, name, n);
        part[n] = '\0';
        if (H5Lexists(f->file, part, H5P_DEFAULT) <= 0)
            return false;
    }
    return true;
}

/* Open a data set whose numbers can be read. info->flaw says why not if there
 * is one of that name. */
static gt_status open_set(gt_h5 *f, const char *name, hid_t *set,
                          gt_h5_info *info)
{
    *info = (gt_h5_info){0};
    if (!gt_h5_has(f, name))
        return gt_fail(GT_ERR_FORMAT, "%s has no data set %s", f->path, name);
    strncpy(info->name, name, sizeof info->name - 1);
    gt__h5_clear();
    *set = H5Dopen2(f->file, name, H5P_DEFAULT);
    info->flaw = examine(*set, info);
    if (!info->flaw)
        return GT_OK;
    if (*set < 0)
        return gt__h5_fail(GT_ERR_FORMAT, f, "read", name);
    H5Dclose(*set);
    return gt_fail(GT_ERR_FORMAT, "%s: data set %s %s", f->path, name,
                   info->flaw);
}

gt_status gt_h5_describe(gt_h5 *f, const char *name, gt_h5_info *info)
{
    GT__H5_LOCKED;
    hid_t set = H5I_INVALID_HID;
    gt_status status = open_set(f, name, &set, info);
    if (status == GT_OK)
        H5Dclose(set);
    return status;
}

/* --- Numbers of any type. */

static const char *examine_numbers(hid_t set, gt_h5_info *info)
{
    if (set < 0)
        return "cannot be opened";
    hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    H5T_class_t class = H5Tget_class(type);
    const char *flaw = find_shape(space, info);
    if (!flaw && class != H5T_FLOAT && class != H5T_INTEGER)
        flaw = "is not of numbers";
    if (!flaw && info->count * H5Tget_size(type) / MOST_COMPRESSION >
                     H5Dget_storage_size(set))
        flaw = "is not in the file as a whole";
    info->type = GT_H5_REAL;
    H5Tclose(type);
    H5Sclose(space);
    return flaw;
}

gt_status gt_h5_describe_numbers(gt_h5 *f, const char *name, gt_h5_info *info)
{
    GT__H5_LOCKED;
    *info = (gt_h5_info){0};
    if (!gt_h5_has(f, name))
        return gt_fail(GT_ERR_FORMAT, "%s has no data set %s", f->path, name);
    strncpy(info->name, name, sizeof info->name - 1);
    gt__h5_clear();
    hid_t set = H5Dopen2(f->file, name, H5P_DEFAULT);
    info->flaw = examine_numbers(set, info);
    if (set >= 0)
        H5Dclose(set);
    return info->flaw ? gt_fail(GT_ERR_FORMAT, "%s: data set %s %s", f->path,
                                name, info->flaw)
                      : GT_OK;
}

gt_status gt_h5_read_numbers(gt_h5 *f, const gt_h5_info *info, gt_real *data)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    hid_t set = H5Dopen2(f->file, info->name, H5P_DEFAULT);
    bool read = set >= 0 && H5Dread(set, gt__h5_memory_type(GT_H5_REAL),
                                    H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    gt_collective_tick();
    if (set >= 0)
        H5Dclose(set);
    return read ? GT_OK
                : gt_fail(GT_ERR_FORMAT, "%s is damaged: %s cannot be read",
                          f->path, info->name);
}

typedef struct visitor {
    int (*visit)(const gt_h5_info *, void *);
    void *context;
} visitor;

static herr_t visit_object(hid_t root, const char *name, const H5O_info_t *info,
                           void *data)
{
    const visitor *v = data;
    if (info->type != H5O_TYPE_DATASET)
        return 0;
    gt_h5_info found = {.name = "/"};
    strncat(found.name, name, sizeof found.name - 2);
    hid_t set = H5Dopen2(root, name, H5P_DEFAULT);
    found.flaw = examine(set, &found);
    H5Dclose(set);
    return v->visit(&found, v->context);
}

gt_status gt_h5_each(gt_h5 *f, int (*visit)(const gt_h5_info *, void *),
                     void *context)
{
    GT__H5_LOCKED;
    visitor v = {visit, context};
    gt__h5_clear();
    if (H5Ovisit(f->file, H5_INDEX_NAME, H5_ITER_INC, visit_object, &v) < 0)
        return gt_fail(GT_ERR_FORMAT,
                       "%s is damaged: its groups cannot be listed", f->path);
    return GT_OK;
}

static char *shape_text(int rank, const size_t dim[], char text[128])
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < rank && used < 100; i++)
        used += (size_t)snprintf(text + used, 128 - used, "%s%zu", i ? "x" : "",
                                 dim[i]);
    return text;
}

static const char *type_text(gt_h5_type type)
{
    return type == GT_H5_U8    ? "bytes"
           : type == GT_H5_I32 ? "integers"
           : type == GT_H5_I64 ? "integers of another type"
           : type == GT_H5_F64 ? "floats of another type"
                               : "floating-point numbers";
}

static gt_status checksum_fails(const gt_h5 *f, const char *name)
{
    return gt_fail(GT_ERR_FORMAT,
                   "%s is damaged: the checksum of %s does not match; use an "
                   "older file",
                   f->path, name);
}

gt_status gt_h5_read(gt_h5 *f, const char *name, gt_h5_type type, int rank,
                     const size_t dim[], void *data)
{
    GT__H5_LOCKED;
    gt_h5_info info = {0};
    hid_t set;
    gt_status status = open_set(f, name, &set, &info);
    if (status != GT_OK)
        return status;
    if (!gt_h5_has_shape(&info, rank, dim)) {
        char has[128], wanted[128];
        status =
            gt_fail(GT_ERR_MISMATCH, "%s: %s is %s, but the model here has %s",
                    f->path, name, shape_text(info.rank, info.dim, has),
                    shape_text(rank, dim, wanted));
    } else if (info.type != type) {
        status = gt_fail(GT_ERR_MISMATCH,
                         "%s: %s holds %s, but %s are expected here", f->path,
                         name, type_text(info.type), type_text(type));
    } else {
        gt__h5_clear();
        if (H5Dread(set, gt__h5_memory_type(type), H5S_ALL, H5S_ALL,
                    H5P_DEFAULT, data) < 0)
            status = checksum_fails(f, name);
        gt_collective_tick();
    }
    H5Dclose(set);
    return status;
}

gt_status gt_h5_verify(gt_h5 *f, const char *name)
{
    gt_h5_info info = {0};
    gt_status status = gt_h5_describe(f, name, &info);
    if (status != GT_OK)
        return status;
    void *data = malloc(info.count * gt_h5_width(info.type) + 1);
    if (data)
        status = gt_h5_read(f, name, info.type, info.rank, info.dim, data);
    else
        status = gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu values", name,
                         info.count);
    free(data);
    return status;
}
