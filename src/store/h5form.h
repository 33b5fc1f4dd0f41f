/* h5form.h: what an HDF5 file is like, without its numbers: so that samples can
 * be given a file like that of the data. Local.
 *
 * A form is a small HDF5 file in memory. It has some data sets of a file,
 * without rows: their names and types, the shape of a row, chunks, filters,
 * fill values and attributes, and the attributes of the groups above.
 * (Attributes that refer to objects, or are large, are left out, and so are
 * filters that this library cannot apply.) What a data set is for is said by
 * one of these attributes, which copies do not have.
 */
#ifndef GT_STORE_H5FORM_H
#define GT_STORE_H5FORM_H

#include "base/status.h"
#include "store/h5types.h"

#include <stdint.h>

/* Of samples: a text, the name of their layout ("nchw"). Of labels: any text.
 * Of conditions: a list of texts, the name of each column. */
#define GT_H5_FORM_SAMPLES "gentrain_samples"
#define GT_H5_FORM_LABELS "gentrain_labels"
#define GT_H5_FORM_CONDITIONS "gentrain_conditions"

/* --- To make one. */

/* A form of these data sets of an opened file. Say with gt_h5_set_text and
 * gt_h5_set_texts what they are for. gt_h5_discard gives it up. GT_ERR_FORMAT,
 * GT_ERR_MEMORY. The second is for the room: of an HDF5 file that is open
 * otherwise. */
gt_status gt_h5_form_of(gt_h5 **form, gt_h5 *file, const char *const *names,
                        int n);
gt_status gt__h5_form_of(gt_h5 **form, int64_t file, const char *const *names,
                         int n);

/* Its bytes, malloc'ed; frees the form, also after a failure. */
gt_status gt_h5_form_finish(gt_h5 *form, void **bytes, size_t *size);

/* --- To use one. */

/* Open a form, whose bytes must stay until gt_h5_close. GT_ERR_FORMAT if they
 * are damaged. */
gt_status gt_h5_form_open(gt_h5 **form, const void *bytes, size_t size);

/* A data set of a form. */
typedef struct gt_h5_form_set {
    char name[256];
    char layout[16]; /* of samples; "": it is not of samples */
    bool labels;
    char **conditions; /* names of its columns */
    int n_conditions;  /* 0: it is not of conditions */
    size_t width;      /* numbers of a row, */
    double bytes;      /* and what they take before compression */
} gt_h5_form_set;

/* Call `visit` for every data set, in the order of names, until it returns
 * something else than GT_OK, and return that. */
gt_status gt_h5_form_each(gt_h5 *form,
                          gt_status (*visit)(const gt_h5_form_set *set,
                                             void *context),
                          void *context);

/* Give a file that is being built the attributes of the form's root, but for
 * those that it has already. */
gt_status gt_h5_form_copy_root(gt_h5 *form, gt_h5 *to);

/* Make a data set of the form in a file that is being built, with n rows. */
gt_status gt_h5_form_copy(gt_h5 *form, const char *name, gt_h5 *to, size_t n);

/* Write rows [first, first + count) of such a data set, whatever type its
 * numbers have: whole ones are rounded, and cut to what the type holds. */
gt_status gt_h5_form_write(gt_h5 *to, const char *name, size_t first,
                           size_t count, const double *values);

#endif
