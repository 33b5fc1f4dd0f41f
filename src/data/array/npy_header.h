/* npy_header.h: what stands before the numbers of a NumPy array. For src/data.
 * Local.
 */
#ifndef GT_DATA_ARRAY_NPY_HEADER_H
#define GT_DATA_ARRAY_NPY_HEADER_H

#include "base/status.h"
#include "core/number.h"

#include <stddef.h>
#include <stdint.h>

enum { GT__NPY_DIMS = 8, GT__NPY_HEAD = 12, GT__NPY_MOST = 1 << 16 };

typedef struct gt__npy_header {
    gt_number number;
    bool fortran; /* the first dimension is the fastest */
    int n_dims;
    uint64_t dims[GT__NPY_DIMS];
    uint64_t count; /* of numbers */
    size_t size;    /* bytes of the header, behind which they begin */
} gt__npy_header;

bool gt__npy_is(const void *bytes, size_t n);

/* Bytes of the header, from its first GT__NPY_HEAD ones (n may be less, where
 * the file is shorter). At most GT__NPY_MOST. GT_ERR_FORMAT: no array, a
 * version that is unknown, or a header that is too long. */
gt_status gt__npy_size(const char *what, const void *bytes, size_t n,
                       size_t *size);

/* Parse a header of `size` bytes. GT_ERR_FORMAT: damaged, or elements that are
 * no real numbers, which the message names. */
gt_status gt__npy_parse(const char *what, const void *bytes, size_t size,
                        gt__npy_header *out);

#endif
