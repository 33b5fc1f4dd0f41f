/* array_files.h: labels and conditions in NumPy files beside a file of samples.
 * For src/data. Local.
 */
#ifndef GT_DATA_ARRAY_ARRAY_FILES_H
#define GT_DATA_ARRAY_ARRAY_FILES_H

#include "data/array/array_set.h"

/* Open the array of a NumPy file. The caller closes it, also after a failure.
 */
gt_status gt__array_file_open(const char *path, gt__array *array);

/* The file of the split, in GT_PATH bytes: that of the training samples itself,
 * or the one of the same name with "test" for "train". false: there is none. */
bool gt__array_file_of(const char *path, gt_split split, char *out);

/* Give a source that has its samples, from the file `samples`, the labels of
 * data.labels or of the file whose name fits, and the columns of the files that
 * data.conditions names. */
gt_status gt__array_files_add(gt_source *source,
                              const gt_source_request *request,
                              const char *samples);

#endif
