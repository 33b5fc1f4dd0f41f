/* hdf5_labels.h: what numbers say which class. For src/data. Local. */
#ifndef GT_DATA_HDF5_HDF5_LABELS_H
#define GT_DATA_HDF5_HDF5_LABELS_H

#include "store/foreign/h5about.h"
#include "store/h5types.h"

#include <stdbool.h>

/* Numbers of a row. Pure. */
uint64_t gt__hdf5_row_numbers(const gt_h5_about *about);

/* The class that a row of one number, or one-hot, says; -1: none. Pure. */
int gt__hdf5_label_of(const double *row, uint64_t n);

/* Whether the first rows of a data set, a few hundred, are one-hot: of two
 * numbers or more, no other than 0 and a single 1. False where they cannot be
 * read. */
bool gt__hdf5_is_one_hot(gt_h5 *file, const gt_h5_about *about);

#endif
