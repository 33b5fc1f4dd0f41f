/* h5about.h: what a data set of somebody else's is, and where its numbers go.
 * Knows nothing of HDF5. Local, pure.
 */
#ifndef GT_STORE_FOREIGN_H5ABOUT_H
#define GT_STORE_FOREIGN_H5ABOUT_H

#include "core/number.h"

enum { GT_H5_SET_RANK = 6, GT_H5_FLAW = 256 };

/* What a data set is. */
typedef struct gt_h5_about {
    char name[256]; /* absolute */
    /* Why its numbers cannot be read ("holds compound values"), "": they can.
     */
    char flaw[GT_H5_FLAW];
    gt_number number; /* as it is read: see gt_h5_set */
    char type[48];    /* as it is stored: "float32", "compound" */
    int rank;         /* -1: over GT_H5_SET_RANK */
    uint64_t dim[GT_H5_SET_RANK];
    /* How it is stored: "contiguous", "chunks of 64x28x28, shuffle, gzip". */
    char storage[160];
} gt_h5_about;

/* "60000x28x28". */
enum { GT_H5_SHAPE_TEXT = 128 };
char *gt_h5_about_shape(const gt_h5_about *about, char text[GT_H5_SHAPE_TEXT]);

/* What numbers are read as. */
typedef enum gt_h5_as {
    GT_H5_AS_BYTES,   /* uint8_t: of bytes alone, which stay as they are */
    GT_H5_AS_REALS,   /* gt_real, rounded to the nearest */
    GT_H5_AS_DOUBLES, /* double */
} gt_h5_as;

/* Where the numbers of a read go. */
typedef struct gt_h5_target {
    gt_h5_as as;
    void *data;
    /* From an index of each dimension to the next, in numbers; of the first
     * one, from a row that is asked for to the next. */
    size_t stride[GT_H5_SET_RANK];
} gt_h5_target;

#endif
