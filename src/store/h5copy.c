/* h5copy.c: properties are copied one by one, and not as a whole: those of a
 * stranger's file may say that its numbers lie in other files, which a copy
 * would then write to. */
#include "store/h5copy.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_FILTER_VALUES = 64, LARGEST_ATTRIBUTE = 1 << 16 };
static const char own[] = "gentrain_";

/* --- Attributes. */

typedef struct copier {
    hid_t from, to;
    bool all; /* also those that say what a data set is for */
    bool failed;
} copier;

static bool refers(hid_t type)
{
    return H5Tdetect_class(type, H5T_REFERENCE) > 0;
}

static bool transfer(hid_t from, hid_t to, hid_t type, hid_t space)
{
    hssize_t count = H5Sget_simple_extent_npoints(space);
    size_t size = (size_t)(count > 0 ? count : 0) * H5Tget_size(type);
    void *value = calloc(size + 1, 1);
    bool done = value && H5Aread(from, type, value) >= 0 &&
                H5Awrite(to, type, value) >= 0;
    if (value && H5Tdetect_class(type, H5T_VLEN) > 0)
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, value);
    else if (value && H5Tis_variable_str(type) > 0)
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, value);
    free(value);
    return done;
}

static bool copy_value(hid_t from, hid_t to, const char *name, hid_t stored)
{
    hid_t type = H5Tcopy(stored), space = H5Aget_space(from);
    hid_t made = H5Acreate2(to, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool done = made >= 0;
    if (done && H5Sget_simple_extent_type(space) != H5S_NULL)
        done = transfer(from, made, type, space);
    if (made >= 0)
        H5Aclose(made);
    H5Sclose(space);
    H5Tclose(type);
    return done;
}

static herr_t copy_attribute(hid_t object, const char *name,
                             const H5A_info_t *info, void *context)
{
    copier *c = context;
    if (info->data_size > LARGEST_ATTRIBUTE || H5Aexists(c->to, name) != 0 ||
        (!c->all && !strncmp(name, own, sizeof own - 1)))
        return 0;
    hid_t from = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(from);
    if (!refers(type) && !copy_value(from, c->to, name, type))
        c->failed = true;
    H5Tclose(type);
    H5Aclose(from);
    return c->failed;
}

bool gt__h5_copy_attributes(hid_t from, hid_t to, bool all)
{
    copier c = {.from = from, .to = to, .all = all};
    hsize_t at = 0;
    return H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_INC, &at, copy_attribute,
                       &c) >= 0 &&
           !c.failed;
}

/* The groups above a data set, with their attributes. */
static bool copy_groups(hid_t from, hid_t to, const char *name, bool all)
{
    char path[256];
    bool done = true;
    for (const char *end = strchr(name + 1, '/'); end && done;
         end = strchr(end + 1, '/')) {
        snprintf(path, sizeof path, "%.*s", (int)(end - name), name);
        if (H5Lexists(to, path, H5P_DEFAULT) > 0)
            continue;
        hid_t old = H5Gopen2(from, path, H5P_DEFAULT);
        hid_t made =
            H5Gcreate2(to, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        done = old >= 0 && made >= 0 && gt__h5_copy_attributes(old, made, all);
        if (made >= 0)
            H5Gclose(made);
        if (old >= 0)
            H5Gclose(old);
    }
    return done;
}

/* --- Data sets. */

static void copy_filters(hid_t from, hid_t to)
{
    int n = H5Pget_nfilters(from);
    for (int i = 0; i < n; i++) {
        unsigned flags, config = 0, values[MOST_FILTER_VALUES];
        size_t count = MOST_FILTER_VALUES;
        H5Z_filter_t filter = H5Pget_filter2(from, (unsigned)i, &flags, &count,
                                             values, 0, NULL, &config);
        if (filter >= 0 && count <= MOST_FILTER_VALUES &&
            H5Zfilter_avail(filter) > 0 &&
            H5Zget_filter_info(filter, &config) >= 0 &&
            config & H5Z_FILTER_CONFIG_ENCODE_ENABLED)
            H5Pset_filter(to, filter, flags, count, values);
    }
}

/* The value, when it is written, and when room is made. */
static void copy_fill(hid_t from, hid_t to, hid_t type)
{
    H5D_fill_value_t defined;
    H5D_fill_time_t when;
    H5D_alloc_time_t room;
    if (H5Pget_fill_time(from, &when) >= 0)
        H5Pset_fill_time(to, when);
    if (H5Pget_layout(from) == H5Pget_layout(to) &&
        H5Pget_alloc_time(from, &room) >= 0)
        H5Pset_alloc_time(to, room);
    void *value = calloc(H5Tget_size(type), 1);
    if (value && H5Pfill_value_defined(from, &defined) >= 0 &&
        defined == H5D_FILL_VALUE_USER_DEFINED &&
        H5Pget_fill_value(from, type, value) >= 0)
        H5Pset_fill_value(to, type, value);
    free(value);
}

/* Properties like those of a data set, for one of these dimensions. A chunk is
 * no larger than a data set that cannot grow. */
static hid_t properties_like(hid_t set, hid_t type, int rank,
                             const hsize_t *dim, const hsize_t *most)
{
    hid_t from = H5Dget_create_plist(set), to = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk[GT__H5_COPY_RANK];
    H5Pset_obj_track_times(to, false);
    if (H5Pget_layout(from) == H5D_CHUNKED &&
        H5Pget_chunk(from, rank, chunk) == rank) {
        if (most[0] != H5S_UNLIMITED && dim[0] > 0 && chunk[0] > dim[0])
            chunk[0] = dim[0];
        H5Pset_chunk(to, rank, chunk);
        copy_filters(from, to);
    }
    copy_fill(from, to, type);
    H5Pclose(from);
    return to;
}

/* A data set like another one, with n rows. */
static bool make_like(hid_t like, hid_t to, const char *name, hsize_t n,
                      bool all)
{
    hsize_t dim[GT__H5_COPY_RANK], most[GT__H5_COPY_RANK];
    hid_t old = H5Dget_space(like), stored = H5Dget_type(like);
    hid_t type = H5Tcopy(stored), set = H5I_INVALID_HID;
    int rank = H5Sget_simple_extent_ndims(old);
    if (rank >= 1 && rank <= GT__H5_COPY_RANK &&
        H5Sget_simple_extent_dims(old, dim, most) == rank) {
        dim[0] = n;
        most[0] = most[0] == H5S_UNLIMITED ? H5S_UNLIMITED : n;
        for (int i = 1; i < rank; i++)
            most[i] = most[i] == H5S_UNLIMITED ? H5S_UNLIMITED : dim[i];
        hid_t properties = properties_like(like, type, rank, dim, most);
        hid_t space = H5Screate_simple(rank, dim, most);
        set = H5Dcreate2(to, name, type, space, H5P_DEFAULT, properties,
                         H5P_DEFAULT);
        H5Sclose(space);
        H5Pclose(properties);
    }
    bool done = set >= 0 && gt__h5_copy_attributes(like, set, all);
    if (set >= 0)
        H5Dclose(set);
    H5Tclose(type);
    H5Tclose(stored);
    H5Sclose(old);
    return done;
}

bool gt__h5_copy_set(hid_t from, hid_t to, const char *name, hsize_t n,
                     bool all)
{
    if (!copy_groups(from, to, name, all))
        return false;
    hid_t like = H5Dopen2(from, name, H5P_DEFAULT);
    bool done = like >= 0 && make_like(like, to, name, n, all);
    if (like >= 0)
        H5Dclose(like);
    return done;
}
