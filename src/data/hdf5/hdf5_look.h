/* hdf5_look.h: what there is in an HDF5 file, and which of it may be samples
 * and labels. For src/data. Local.
 */
#ifndef GT_DATA_HDF5_HDF5_LOOK_H
#define GT_DATA_HDF5_HDF5_LOOK_H

#include "data/layout.h"
#include "data/source_type.h"
#include "store/foreign/h5list.h"

/* All data sets of a file, by name. */
typedef struct gt__hdf5_look {
    const char *path; /* borrowed */
    gt_h5_about *all; /* [n] */
    int n;
} gt__hdf5_look;

gt_status gt__hdf5_look_at(gt_h5 *file, const char *path, gt__hdf5_look *look);
void gt__hdf5_look_free(gt__hdf5_look *look);

/* The data set of that name; NULL: there is none. */
const gt_h5_about *gt__hdf5_look_find(const gt__hdf5_look *look,
                                      const char *name);

/* The only data set that may be the samples. GT_ERR_MISMATCH: there are
 * several, GT_ERR_FORMAT: there is none; the message lists what there is. */
gt_status gt__hdf5_look_samples(const gt__hdf5_look *look,
                                const gt_data_config *config,
                                const gt_h5_about **samples);

/* The only data set that is likely to be their labels, or NULL. One that is
 * called so may have another number of rows. */
const gt_h5_about *gt__hdf5_look_labels(const gt__hdf5_look *look,
                                        const gt_h5_about *samples);

/* The only table beside them that is called as labels are, in whatever case, or
 * NULL. It may be one-hot (hdf5_labels.h). */
const gt_h5_about *gt__hdf5_look_one_hot(const gt__hdf5_look *look,
                                         const gt_h5_about *samples);

/* Whether it has one number, or a few, for each of n samples, and how many;
 * 0: it has not. */
uint64_t gt__hdf5_look_columns(const gt_h5_about *about, uint64_t n);

/* "/x (60000x28x28 uint8), /y (60000 int64)": of the file, or of all where
 * `only` is true. Cut where there is no room. Returns `text`. */
enum { GT__HDF5_LIST = 1200 };
char *gt__hdf5_look_text(const gt__hdf5_look *look, const bool *only,
                         char text[GT__HDF5_LIST]);

/* How that data set is read. As gt_layout_choose. */
gt_status gt__hdf5_look_layout(const gt__hdf5_look *look,
                               const gt_h5_about *about,
                               const gt_data_config *config, gt_layout *layout,
                               gt_shape *shape);

/* Bytes of the name up to the group's last slash, with it. */
size_t gt__hdf5_look_group(const char *name);

#endif
