/* hdf5_form.h: the form of a source of HDF5 data. For src/data.
 */
#ifndef GT_DATA_HDF5_HDF5_FORM_H
#define GT_DATA_HDF5_HDF5_FORM_H

#include "data/hdf5/hdf5_files.h"

/* The form (store/h5form.h) of the data sets that are read of the first file,
 * malloc'ed. GT_ERR_FORMAT, GT_ERR_MEMORY. */
gt_status gt__hdf5_form_make(const gt__hdf5_files *files, void **form,
                             size_t *size);

#endif
