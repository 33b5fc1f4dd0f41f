/* picture_labels.h: which class the pictures of a folder are of. For src/data.
 * Local. */
#ifndef GT_DATA_PICTURE_PICTURE_LABELS_H
#define GT_DATA_PICTURE_PICTURE_LABELS_H

#include "data/picture/label_file.h"
#include "data/picture/splits.h"
#include "data/source_type.h"

typedef struct gt__picture_labels {
    int classes;        /* 0: there are no labels */
    const char **names; /* [classes]; NULL: they have none, or there are none */
    gt__label_file file, train_file;
} gt__picture_labels;

/* Label the pictures of `list`: by data.labels, or by the folder that each is
 * in. Classes are those of the training pictures, `train`, which may be the
 * same list. Names are borrowed from `train`. To be freed also after a failure:
 * GT_ERR_FORMAT, GT_ERR_IO, GT_ERR_MISMATCH (a class that the training pictures
 * do not have), GT_ERR_MEMORY. */
gt_status gt__picture_labels_find(gt__picture_labels *labels,
                                  gt__file_list *list,
                                  const gt__file_list *train,
                                  const gt_source_request *request,
                                  const gt__splits *splits);
void gt__picture_labels_free(gt__picture_labels *labels);

#endif
