/* h5attr.c: texts are written with a fixed length, as texts of variable length
 * lie in heaps of the file that no checksum covers, and many readers stumble
 * over them. Lists of others are read, too. */
#include "store/h5attr.h"

#include "store/h5handle.h"
#include "store/h5lock.h"

#include <stdlib.h>
#include <string.h>

/* Of a list of texts: how many, and the bytes of each. */
enum { LARGEST_LIST = 1 << 16 };

/* A fixed-length UTF-8 string type for `size` bytes; HDF5 has no length 0. */
static hid_t text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size ? size : 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return type;
}

static gt_status set_attribute(gt_h5 *f, const char *object, const char *key,
                               hid_t file_type, hid_t memory_type, hid_t space,
                               const void *value)
{
    GT__H5_LOCKED;
    gt_status status = GT_OK;
    gt__h5_clear();
    hid_t attribute = H5Acreate_by_name(f->file, object, key, file_type, space,
                                        H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, memory_type, value) < 0)
        status = gt__h5_fail(GT_ERR_IO, f, "write", key);
    if (attribute >= 0)
        H5Aclose(attribute);
    return status;
}

static gt_status set_scalar(gt_h5 *f, const char *object, const char *key,
                            hid_t file_type, hid_t memory_type,
                            const void *value)
{
    GT__H5_LOCKED;
    hid_t space = H5Screate(H5S_SCALAR);
    gt_status status =
        set_attribute(f, object, key, file_type, memory_type, space, value);
    H5Sclose(space);
    return status;
}

gt_status gt_h5_set_text(gt_h5 *f, const char *object, const char *key,
                         const char *text)
{
    GT__H5_LOCKED;
    hid_t type = text_type(strlen(text));
    gt_status status = set_scalar(f, object, key, type, type, text);
    H5Tclose(type);
    return status;
}

gt_status gt_h5_set_texts(gt_h5 *f, const char *object, const char *key,
                          char *const *texts, int n)
{
    GT__H5_LOCKED;
    size_t width = 1;
    for (int i = 0; i < n; i++)
        width = strlen(texts[i]) > width ? strlen(texts[i]) : width;
    const size_t count = n > 0 ? (size_t)n : 0;
    char *all = calloc(count, width);
    if (!all)
        return gt_fail(GT_ERR_MEMORY, "%s: out of memory", f->path);
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * width, texts[i], strlen(texts[i]));
    hid_t type = text_type(width);
    hid_t space = H5Screate_simple(1, (hsize_t[]){count}, NULL);
    gt_status status = set_attribute(f, object, key, type, type, space, all);
    H5Sclose(space);
    H5Tclose(type);
    free(all);
    return status;
}

gt_status gt_h5_set_int(gt_h5 *f, const char *object, const char *key,
                        int64_t value)
{
    GT__H5_LOCKED;
    return set_scalar(f, object, key, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

gt_status gt_h5_set_ints(gt_h5 *f, const char *object, const char *key,
                         const int64_t *values, int n)
{
    GT__H5_LOCKED;
    hid_t space = H5Screate_simple(1, (hsize_t[]){(hsize_t)n}, NULL);
    gt_status status = set_attribute(f, object, key, H5T_STD_I64LE,
                                     H5T_NATIVE_INT64, space, values);
    H5Sclose(space);
    return status;
}

gt_status gt_h5_set_real(gt_h5 *f, const char *object, const char *key,
                         double value)
{
    GT__H5_LOCKED;
    return set_scalar(f, object, key, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE,
                      &value);
}

static gt_status lacks(const gt_h5 *f, const char *key)
{
    return gt_fail(GT_ERR_FORMAT, "%s has no attribute %s of the right type",
                   f->path, key);
}

/* A file made elsewhere may hold a list, which would overflow the room for one
 * value. */
static bool is_single(hid_t space)
{
    bool single = H5Sget_simple_extent_npoints(space) == 1;
    H5Sclose(space);
    return single;
}

gt_status gt_h5_get_text(gt_h5 *f, const char *object, const char *key,
                         char **text)
{
    GT__H5_LOCKED;
    gt_status status = GT_OK;
    *text = NULL;
    gt__h5_clear();
    hid_t attribute =
        H5Aopen_by_name(f->file, object, key, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
        return lacks(f, key);
    hid_t type = H5Aget_type(attribute);
    size_t size = H5Tget_size(type);
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 ||
        !is_single(H5Aget_space(attribute)))
        status = lacks(f, key);
    else if (!(*text = calloc(size + 1, 1)))
        status = gt_fail(GT_ERR_MEMORY, "%s: out of memory", f->path);
    else if (H5Aread(attribute, type, *text) < 0)
        status = lacks(f, key);
    if (status != GT_OK) {
        free(*text);
        *text = NULL;
    }
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

static gt_status get_scalar(gt_h5 *f, const char *object, const char *key,
                            hid_t type, void *value)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    hid_t attribute =
        H5Aopen_by_name(f->file, object, key, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
        return lacks(f, key);
    hid_t stored = H5Aget_type(attribute);
    bool read = H5Tget_class(stored) == H5Tget_class(type) &&
                is_single(H5Aget_space(attribute)) &&
                H5Aread(attribute, type, value) >= 0;
    H5Tclose(stored);
    H5Aclose(attribute);
    return read ? GT_OK : lacks(f, key);
}

gt_status gt_h5_get_int(gt_h5 *f, const char *object, const char *key,
                        int64_t *value)
{
    GT__H5_LOCKED;
    return get_scalar(f, object, key, H5T_NATIVE_INT64, value);
}

gt_status gt_h5_get_real(gt_h5 *f, const char *object, const char *key,
                         double *value)
{
    GT__H5_LOCKED;
    return get_scalar(f, object, key, H5T_NATIVE_DOUBLE, value);
}

/* Texts of one length, one behind the other. */
static bool read_fixed(hid_t from, hid_t type, char **texts, size_t count)
{
    size_t width = H5Tget_size(type);
    char *all = width < LARGEST_LIST ? malloc(count * width) : NULL;
    bool read = all && H5Aread(from, type, all) >= 0;
    for (size_t i = 0; read && i < count; i++)
        texts[i] = strndup(all + i * width, width);
    free(all);
    return read;
}

/* As h5py writes them. HDF5 allocates each; what is empty may be NULL. */
static bool read_varying(hid_t from, hid_t type, char **texts, size_t count)
{
    char **each = calloc(count, sizeof *each);
    hid_t space = H5Aget_space(from);
    bool read = each && H5Aread(from, type, (void *)each) >= 0;
    for (size_t i = 0; read && i < count; i++)
        texts[i] = strdup(each[i] ? each[i] : "");
    if (read)
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, (void *)each);
    H5Sclose(space);
    free((void *)each);
    return read;
}

char **gt__h5_texts_of(int64_t object, const char *key, int *n)
{
    *n = 0;
    if (H5Aexists(object, key) <= 0)
        return NULL;
    hid_t from = H5Aopen(object, key, H5P_DEFAULT);
    hid_t type = H5Aget_type(from), space = H5Aget_space(from);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    bool fits =
        H5Tget_class(type) == H5T_STRING && count > 0 && count < LARGEST_LIST;
    char **texts = fits ? calloc((size_t)count, sizeof *texts) : NULL;
    bool read = texts && (H5Tis_variable_str(type) > 0
                              ? read_varying(from, type, texts, (size_t)count)
                              : read_fixed(from, type, texts, (size_t)count));
    if (read)
        *n = (int)count;
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(from);
    if (read)
        return texts;
    free((void *)texts);
    return NULL;
}

char **gt_h5_get_texts(gt_h5 *f, const char *object, const char *key, int *n)
{
    GT__H5_LOCKED;
    *n = 0;
    gt__h5_clear();
    hid_t from = H5Oopen(f->file, object, H5P_DEFAULT);
    char **texts = from >= 0 ? gt__h5_texts_of(from, key, n) : NULL;
    if (from >= 0)
        H5Oclose(from);
    bool whole = true;
    for (int i = 0; i < *n; i++)
        whole = whole && texts[i];
    if (whole)
        return texts;
    gt_h5_free_texts(texts, *n);
    *n = 0;
    return NULL;
}

void gt_h5_free_texts(char **texts, int n)
{
    for (int i = 0; i < n; i++)
        free(texts[i]);
    free((void *)texts);
}

gt_status gt_h5_write_text(gt_h5 *f, const char *name, const char *text)
{
    GT__H5_LOCKED;
    gt_status status = GT_OK;
    gt__h5_clear();
    hid_t type = text_type(strlen(text)), space = H5Screate(H5S_SCALAR);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(properties, false);
    hid_t set = H5Dcreate2(f->file, name, type, space, H5P_DEFAULT, properties,
                           H5P_DEFAULT);
    if (set < 0 || H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) < 0)
        status = gt__h5_fail(GT_ERR_IO, f, "write", name);
    if (set >= 0)
        H5Dclose(set);
    H5Pclose(properties);
    H5Sclose(space);
    H5Tclose(type);
    return status;
}

gt_status gt_h5_read_text(gt_h5 *f, const char *name, char **text)
{
    GT__H5_LOCKED;
    gt_status status = GT_OK;
    *text = NULL;
    gt__h5_clear();
    hid_t set = H5Dopen2(f->file, name, H5P_DEFAULT);
    if (set < 0)
        return gt_fail(GT_ERR_FORMAT, "%s has no text %s", f->path, name);
    hid_t type = H5Dget_type(set);
    size_t size = H5Tget_size(type);
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 ||
        !is_single(H5Dget_space(set)))
        status = gt_fail(GT_ERR_FORMAT, "%s: %s is not a text", f->path, name);
    else if (!(*text = calloc(size + 1, 1)))
        status = gt_fail(GT_ERR_MEMORY, "%s: out of memory", f->path);
    else if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *text) < 0)
        status = gt_fail(GT_ERR_FORMAT, "%s is damaged: %s cannot be read",
                         f->path, name);
    if (status != GT_OK) {
        free(*text);
        *text = NULL;
    }
    H5Tclose(type);
    H5Dclose(set);
    return status;
}

gt_status gt_h5_mark_images(gt_h5 *f, const char *name, int channels)
{
    GT__H5_LOCKED;
    static const uint8_t range[2] = {0, 255};
    const char *subclass =
        channels == 3 ? "IMAGE_TRUECOLOR" : "IMAGE_GRAYSCALE";
    gt_status status = gt_h5_set_text(f, name, "CLASS", "IMAGE");
    if (status == GT_OK)
        status = gt_h5_set_text(f, name, "IMAGE_VERSION", "1.2");
    if (status == GT_OK)
        status = gt_h5_set_text(f, name, "IMAGE_SUBCLASS", subclass);
    if (status == GT_OK && channels == 3)
        status = gt_h5_set_text(f, name, "INTERLACE_MODE", "INTERLACE_PIXEL");
    if (status != GT_OK)
        return status;
    hsize_t two = 2;
    hid_t space = H5Screate_simple(1, &two, NULL);
    status = set_attribute(f, name, "IMAGE_MINMAXRANGE", H5T_STD_U8LE,
                           H5T_NATIVE_UINT8, space, range);
    H5Sclose(space);
    return status;
}
