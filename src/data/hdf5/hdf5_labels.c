/* hdf5_labels.c: a table of small numbers may be one-hot labels or what a model
 * is told of measurements. Names alone do not tell, as both may be targets; the
 * numbers do. */
#include "data/hdf5/hdf5_labels.h"

#include "data/config.h"
#include "store/foreign/h5set.h"

#include <math.h>
#include <stdlib.h>

enum { ROWS = 256, CACHE = 1 << 24 };

uint64_t gt__hdf5_row_numbers(const gt_h5_about *about)
{
    uint64_t n = 1;
    for (int i = 1; i < about->rank; i++)
        n *= about->dim[i];
    return n;
}

int gt__hdf5_label_of(const double *row, uint64_t n)
{
    int found = -1;
    if (n == 1)
        return row[0] >= 0 && row[0] < GT_DATA_MOST_CLASSES &&
                       row[0] == floor(row[0])
                   ? (int)row[0]
                   : -1;
    for (uint64_t i = 0; i < n; i++) {
        if (row[i] == 1 && found < 0)
            found = (int)i;
        else if (row[i] != 0)
            return -1;
    }
    return found;
}

static bool rows_are_one_hot(gt_h5_set *set)
{
    const gt_h5_about *about = gt_h5_set_about(set);
    uint64_t width = gt__hdf5_row_numbers(about), rows[ROWS];
    int n = about->dim[0] < ROWS ? (int)about->dim[0] : ROWS;
    double *values = calloc((size_t)n * width, sizeof *values);
    if (!values)
        return false;
    for (int i = 0; i < n; i++)
        rows[i] = (uint64_t)i;
    gt_h5_target to = gt_h5_target_plain(set, GT_H5_AS_DOUBLES, values);
    bool are = gt_h5_set_read(set, rows, n, true, &to) == GT_OK;
    for (int i = 0; i < n && are; i++)
        are = gt__hdf5_label_of(values + (uint64_t)i * width, width) >= 0;
    free(values);
    return are;
}

bool gt__hdf5_is_one_hot(gt_h5 *file, const gt_h5_about *about)
{
    uint64_t width = gt__hdf5_row_numbers(about);
    if (*about->flaw || about->rank != 2 || about->dim[0] == 0 || width < 2 ||
        width > GT_DATA_MOST_CLASSES)
        return false;
    gt_h5_cache *cache = gt_h5_cache_new(CACHE);
    gt_h5_set *set = NULL;
    bool is = cache &&
              gt_h5_set_open(&set, file, about->name, cache) == GT_OK &&
              rows_are_one_hot(set);
    gt_h5_set_close(set);
    gt_h5_cache_free(cache);
    return is;
}
