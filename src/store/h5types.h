/* h5types.h: what a data set of an HDF5 file is, in words that need no HDF5.
 * Local.
 */
#ifndef GT_STORE_H5TYPES_H
#define GT_STORE_H5TYPES_H

#include "core/tensor.h"

#include <stdbool.h>
#include <stddef.h>

/* An open file; see h5file.h. */
typedef struct gt_h5 gt_h5;

enum { GT_H5_MAX_RANK = 1 + GT_SHAPE_RANK };

typedef enum gt_h5_type {
    GT_H5_REAL, /* gt_real in memory, 32-bit float in the file */
    GT_H5_U8,
    GT_H5_I32,
    /* Numbers in files of others, and in sets of samples that are like those;
     * they are read, and not written: */
    GT_H5_F64, /* double; other floats of at most 64 bits in the file */
    GT_H5_I64, /* int64_t; other integers but unsigned ones of 64 bits */
} gt_h5_type;

typedef struct gt_h5_info {
    char name[256];   /* absolute */
    const char *flaw; /* why its numbers cannot be read ("is not of numbers"),
                         or NULL; without one: */
    gt_h5_type type;
    int rank;
    size_t dim[GT_H5_MAX_RANK];
    size_t count; /* of all numbers, whose bytes are less than SIZE_MAX */
    bool text;    /* a single text, which is not of numbers either */
} gt_h5_info;

/* Bytes of a number in memory, and number `i` of those at `data`. */
size_t gt_h5_width(gt_h5_type type);
double gt_h5_value(gt_h5_type type, const void *data, size_t i);

bool gt_h5_has_shape(const gt_h5_info *info, int rank, const size_t dim[]);

#endif
