/* hdf5_names.h: which files, and what of them, a path of HDF5 data names. For
 * src/data. Local.
 */
#ifndef GT_DATA_HDF5_HDF5_NAMES_H
#define GT_DATA_HDF5_HDF5_NAMES_H

#include "base/status.h"

#include <stdbool.h>

typedef struct gt__hdf5_names {
    char **files; /* in the order of their samples */
    int n;
    char *inside; /* the data set of samples, "/x/images"; NULL: not said */
} gt__hdf5_names;

/* Take apart FILE, FILE:/PATH, a pattern as in "run-*.h5", whose files are
 * sorted by their bytes, or several of these with commas between them. What is
 * a file as it stands is that file. GT_ERR_IO: there is none, or a folder
 * cannot be read; GT_ERR_MEMORY. */
gt_status gt__hdf5_names_find(const char *path, gt__hdf5_names *names);
void gt__hdf5_names_free(gt__hdf5_names *names);

/* Whether the path names HDF5 files, by the content of the first one. */
bool gt__hdf5_names_are(const char *path);

/* The name of the held-out samples that belong to training samples: the same
 * with "test" for the last "train", in its case. malloc'ed; NULL: the name has
 * no such word, or there is no memory. */
char *gt__hdf5_names_twin(const char *name);

#endif
