/* h5form.c: a form is written and read as any other file, in memory, with a
 * digest: what is in a checkpoint may be damaged, too. */
#include "store/h5form.h"

#include "base/collective_tick.h"
#include "store/h5attr.h"
#include "store/h5copy.h"
#include "store/h5digest.h"
#include "store/h5driver.h"
#include "store/h5file.h"
#include "store/h5handle.h"
#include "store/h5lock.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RANK = GT__H5_COPY_RANK };

/* --- To make one. */

gt_status gt__h5_form_of(gt_h5 **form, int64_t file, const char *const *names,
                         int n)
{
    GT__H5_LOCKED;
    gt_status status = gt__h5_begin(form, "the form of the data");
    if (status != GT_OK)
        return status;
    gt__h5_clear();
    hid_t to = (*form)->file;
    const char *name = "/";
    bool done = gt__h5_copy_attributes(file, to, true);
    for (int i = 0; i < n && done; i++) {
        name = names[i];
        done = gt__h5_copy_set(file, to, name, 0, true);
    }
    if (done)
        return GT_OK;
    status = gt__h5_fail(GT_ERR_FORMAT, *form, "make", name);
    gt_h5_discard(*form);
    *form = NULL;
    return status;
}

gt_status gt_h5_form_of(gt_h5 **form, gt_h5 *file, const char *const *names,
                        int n)
{
    return gt__h5_form_of(form, file->file, names, n);
}

static gt_status join(const gt__image *image, void **bytes, size_t *size)
{
    gt_piece *pieces = NULL;
    size_t count = 0;
    gt_status status = gt__image_pieces(image, 0, &pieces, &count);
    *size = (size_t)gt__image_size(image);
    *bytes = status == GT_OK ? malloc(*size) : NULL;
    if (status == GT_OK && !*bytes)
        status = gt_fail(GT_ERR_MEMORY, "no memory for the form of the data");
    char *at = *bytes;
    for (size_t i = 0; i < count && status == GT_OK; i++) {
        memcpy(at, pieces[i].data, pieces[i].size);
        at += pieces[i].size;
    }
    free(pieces);
    return status;
}

gt_status gt_h5_form_finish(gt_h5 *form, void **bytes, size_t *size)
{
    GT__H5_LOCKED;
    gt_status status = GT_OK;
    *bytes = NULL;
    gt__h5_clear();
    if (H5Fflush(form->file, H5F_SCOPE_GLOBAL) < 0 ||
        gt__image_failed(form->image))
        status = gt__h5_fail(GT_ERR_MEMORY, form, "make", "");
    if (status == GT_OK)
        status = gt__h5_digest_write(form->image);
    if (status == GT_OK)
        status = join(form->image, bytes, size);
    gt_h5_discard(form);
    return status;
}

/* --- To use one. */

gt_status gt_h5_form_open(gt_h5 **form, const void *bytes, size_t size)
{
    GT__H5_LOCKED;
    bool digested = false;
    *form = NULL;
    gt_status status =
        gt__h5_digest_check("the form of the data", bytes, size, &digested);
    if (status == GT_OK && !digested)
        status = gt_fail(GT_ERR_FORMAT, "the form of the data has no digest");
    if (status != GT_OK)
        return status;
    gt_h5 *f = calloc(1, sizeof *f);
    if (f)
        f->path = strdup("the form of the data");
    if (!f || !f->path) {
        free(f);
        return gt_fail(GT_ERR_MEMORY, "no memory for the form of the data");
    }
    gt__h5_clear();
    f->file = gt__h5_open_bytes(f->path, bytes, size);
    if (f->file >= 0) {
        *form = f;
        return GT_OK;
    }
    gt_h5_close(f);
    return gt_fail(GT_ERR_FORMAT, "the form of the data is damaged");
}

static void describe(hid_t set, gt_h5_form_set *found)
{
    hsize_t dim[MOST_RANK] = {0};
    hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    int n = 0, rank = H5Sget_simple_extent_ndims(space);
    found->width = 1;
    if (rank <= MOST_RANK)
        H5Sget_simple_extent_dims(space, dim, NULL);
    for (int i = 1; i < rank && i < MOST_RANK; i++)
        found->width *= dim[i];
    found->bytes = (double)found->width * (double)H5Tget_size(type);
    found->labels = H5Aexists(set, GT_H5_FORM_LABELS) > 0;
    found->conditions =
        gt__h5_texts_of(set, GT_H5_FORM_CONDITIONS, &found->n_conditions);
    char **layout = gt__h5_texts_of(set, GT_H5_FORM_SAMPLES, &n);
    snprintf(found->layout, sizeof found->layout, "%s",
             n > 0 && layout[0] ? layout[0] : "");
    gt_h5_free_texts(layout, n);
    H5Tclose(type);
    H5Sclose(space);
}

typedef struct visitor {
    gt_status (*visit)(const gt_h5_form_set *, void *);
    void *context;
    gt_status status;
} visitor;

static herr_t visit_object(hid_t root, const char *name, const H5O_info_t *info,
                           void *data)
{
    visitor *v = data;
    gt_h5_form_set found = {.name = "/"};
    if (info->type != H5O_TYPE_DATASET)
        return 0;
    hid_t set = H5Dopen2(root, name, H5P_DEFAULT);
    if (set < 0)
        return -1;
    strncat(found.name, name, sizeof found.name - 2);
    describe(set, &found);
    H5Dclose(set);
    v->status = v->visit(&found, v->context);
    gt_h5_free_texts(found.conditions, found.n_conditions);
    return v->status != GT_OK;
}

gt_status gt_h5_form_each(gt_h5 *form,
                          gt_status (*visit)(const gt_h5_form_set *, void *),
                          void *context)
{
    GT__H5_LOCKED;
    visitor v = {.visit = visit, .context = context};
    gt__h5_clear();
    if (H5Ovisit(form->file, H5_INDEX_NAME, H5_ITER_INC, visit_object, &v) < 0)
        return gt_fail(GT_ERR_FORMAT, "the form of the data is damaged");
    return v.status;
}

gt_status gt_h5_form_copy_root(gt_h5 *form, gt_h5 *to)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    return gt__h5_copy_attributes(form->file, to->file, false)
               ? GT_OK
               : gt__h5_fail(GT_ERR_IO, to, "write", "attributes");
}

gt_status gt_h5_form_copy(gt_h5 *form, const char *name, gt_h5 *to, size_t n)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    return gt__h5_copy_set(form->file, to->file, name, n, false)
               ? GT_OK
               : gt__h5_fail(GT_ERR_IO, to, "write", name);
}

/* --- Numbers of any type. */

/* Whole numbers; of an enumeration, as h5py stores truth values, those of its
 * type, which the library does not make of others. */
static herr_t write_whole(hid_t set, hid_t type, hid_t memory, hid_t space,
                          const double *values, size_t n)
{
    bool truth = H5Tget_class(type) == H5T_ENUM && H5Tget_size(type) == 1;
    double *whole = malloc(n * sizeof *whole + 1);
    if (!whole)
        return -1;
    for (size_t i = 0; i < n; i++)
        whole[i] = isnan(values[i]) ? 0 : rint(values[i]);
    for (size_t i = 0; truth && i < n; i++)
        ((uint8_t *)whole)[i] = whole[i] > 0;
    herr_t result = H5Dwrite(set, truth ? type : H5T_NATIVE_DOUBLE, memory,
                             space, H5P_DEFAULT, whole);
    free(whole);
    return result;
}

gt_status gt_h5_form_write(gt_h5 *to, const char *name, size_t first,
                           size_t count, const double *values)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    hid_t set = H5Dopen2(to->file, name, H5P_DEFAULT);
    if (set < 0)
        return gt__h5_fail(GT_ERR_IO, to, "write", name);
    hsize_t start[MOST_RANK] = {first}, size[MOST_RANK];
    hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    assert(rank >= 1 && rank <= MOST_RANK);
    size[0] = count;
    hid_t memory = H5Screate_simple(rank, size, NULL);
    size_t n = (size_t)H5Sget_simple_extent_npoints(memory);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL);
    herr_t written = H5Tget_class(type) == H5T_FLOAT
                         ? H5Dwrite(set, H5T_NATIVE_DOUBLE, memory, space,
                                    H5P_DEFAULT, values)
                         : write_whole(set, type, memory, space, values, n);
    gt_status status =
        written < 0 ? gt__h5_fail(GT_ERR_IO, to, "write", name) : GT_OK;
    gt_collective_tick();
    H5Sclose(memory);
    H5Sclose(space);
    H5Tclose(type);
    if (H5Dclose(set) < 0 && status == GT_OK)
        status = gt__h5_fail(GT_ERR_IO, to, "write", name);
    return status;
}
