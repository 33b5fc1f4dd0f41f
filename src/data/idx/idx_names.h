/* idx_names.h: which files of a folder belong together, by their names. For
 * src/data. Local. */
#ifndef GT_DATA_IDX_IDX_NAMES_H
#define GT_DATA_IDX_IDX_NAMES_H

#include "data/source_type.h"

/* The paths of the images of a split and of their labels, to be freed by the
 * caller. `path` is a folder or an images file. *images is NULL if there is no
 * such split, *labels if there are no labels.
 *
 * Names are those that the archives of the MNIST family have:
 * train-images-idx3-ubyte, train-images.idx3-ubyte, with .gz or without, and
 * emnist-letters-train-images-idx3-ubyte; test sets begin with t10k or test. A
 * folder of such a name does not hide a file; if it holds a file of its own
 * name, that is taken.
 *
 * GT_ERR_IO: nothing is there, or it cannot be read. GT_ERR_CONFIG: the folder
 * holds several data sets. */
gt_status gt__idx_find(const char *path, gt_split split, char **images,
                       char **labels);

/* Whether a folder has images of a training set under such a name. */
bool gt__idx_is_folder(const char *folder);

#endif
