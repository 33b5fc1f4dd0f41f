/* hdf5_files.h: the files of a source of HDF5 data, open. For src/data.
 */
#ifndef GT_DATA_HDF5_HDF5_FILES_H
#define GT_DATA_HDF5_HDF5_FILES_H

#include "data/hdf5/hdf5_choose.h"
#include "data/hdf5/hdf5_names.h"
#include "store/foreign/h5set.h"

/* One file, with the chosen data sets of it. */
typedef struct gt__hdf5_part {
    gt_h5 *file;
    gt_h5_set *samples, *labels; /* labels: NULL if there are none */
    gt_h5_set **columns;         /* [n_columns of the choice] */
    uint64_t first, count;       /* its samples, among those of all files */
} gt__hdf5_part;

typedef struct gt__hdf5_files {
    gt__hdf5_names names;
    gt__hdf5_choice choice; /* the same in all files */
    gt_h5_cache *cache;
    gt__hdf5_part *parts; /* [names.n] */
    uint64_t count;       /* of samples, in all */
} gt__hdf5_files;

/* Open all files that a request names, and choose what is read of them. The
 * choice has no samples if there is no such split. GT_ERR_MISMATCH: files do
 * not agree; else as gt__hdf5_choose. The caller closes, also after a failure.
 */
gt_status gt__hdf5_files_open(gt__hdf5_files *files,
                              const gt_source_request *request);
void gt__hdf5_files_close(gt__hdf5_files *files);

/* The part that has sample `number`. */
const gt__hdf5_part *gt__hdf5_files_part(const gt__hdf5_files *files,
                                         uint64_t number);

#endif
