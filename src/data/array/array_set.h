/* array_set.h: samples, their labels and their conditions, each in an array of
 * its own: what sources of NumPy's and raw files share. For src/data. Local.
 */
#ifndef GT_DATA_ARRAY_ARRAY_SET_H
#define GT_DATA_ARRAY_ARRAY_SET_H

#include "data/array/array.h"

/* `data` of such a source. */
typedef struct gt__array_set {
    gt_layout layout;
    gt__array samples, labels;
    bool labelled;
    size_t held; /* bytes of the region, which begins with what is held */
    int n_columns;
    gt__array *columns;       /* [n_columns] */
    gt_condition *conditions; /* [n_columns]; their names are owned */
} gt__array_set;

/* Make source->data. GT_ERR_MEMORY. */
gt_status gt__array_set_new(gt_source *source);
gt__array_set *gt__array_set_of(const gt_source *source);

/* Each takes the open array over, also when it fails, and reads and checks it
 * as far as `open` of a source does: first the samples; then labels, with
 * `source` getting its classes; then columns. Errors as gt_source_open. */
gt_status gt__array_set_samples(gt_source *source, const gt_data_config *config,
                                gt__array array);
gt_status gt__array_set_labels(gt_source *source, gt__array array);
gt_status gt__array_set_column(gt_source *source, const char *name,
                               gt__array array);

/* What became of labels: they are left out with a warning unless something asks
 * for them. */
gt_status gt__array_set_unlabelled(const gt_data_config *config,
                                   gt_status status);

/* A file that data.labels or data.conditions names: as the path says, or from
 * the folder of the samples' file `beside`. `out` has GT_PATH bytes. false:
 * there is none. */
bool gt__array_set_find(const char *beside, const char *name, char *out);

/* `read` and `close` of such a source. */
gt_status gt__array_set_read(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to);
void gt__array_set_close(gt_source *source);

#endif
