/* hdf5_choose.h: which data sets of an HDF5 file are samples, labels and
 * conditions. For src/data. Local.
 */
#ifndef GT_DATA_HDF5_HDF5_CHOOSE_H
#define GT_DATA_HDF5_HDF5_CHOOSE_H

#include "data/hdf5/hdf5_look.h"

/* A column of a condition. */
typedef struct gt__hdf5_column {
    char *name; /* that the configuration has for it: "/theta[0]" */
    char *set;  /* absolute, "/theta" */
    uint64_t index;
} gt__hdf5_column;

typedef struct gt__hdf5_choice {
    char *samples; /* absolute; NULL: the file has no such split */
    gt_layout layout;
    gt_shape shape;
    char *labels; /* NULL: there are none */
    gt__hdf5_column *columns;
    int n_columns;
} gt__hdf5_choice;

/* Look at a file, and choose. `inside`: the samples' data set, or NULL.
 * GT_ERR_MISMATCH: several data sets would do, the message lists them; or one
 * that is named does not fit; GT_ERR_FORMAT: it cannot be read; GT_ERR_MEMORY.
 */
gt_status gt__hdf5_choose(gt_h5 *file, const char *path, const char *inside,
                          const gt_source_request *request,
                          gt__hdf5_choice *choice);
void gt__hdf5_choice_free(gt__hdf5_choice *choice);

#endif
