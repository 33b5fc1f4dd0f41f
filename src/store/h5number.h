/* h5number.h: how a number is stored in a data set of somebody else's, and what
 * it is here. Knows nothing of HDF5. Local, pure.
 */
#ifndef GT_STORE_H5NUMBER_H
#define GT_STORE_H5NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gt_h5_number {
    uint8_t width;  /* bytes: an integer's 1..8; a float's 2, 4 or 8, IEEE */
    bool floating;  /* else an integer, */
    bool is_signed; /* in two's complement */
    bool big;       /* the byte of most weight comes first */
    bool boolean;   /* an enumeration of FALSE and TRUE, as h5py has */
} gt_h5_number;

/* What numbers are read as. */
typedef enum gt_h5_as {
    GT_H5_AS_BYTES,   /* uint8_t: of bytes alone, which stay as they are */
    GT_H5_AS_REALS,   /* gt_real, rounded to the nearest */
    GT_H5_AS_DOUBLES, /* double */
} gt_h5_as;
size_t gt_h5_as_width(gt_h5_as as);

/* Whether samples of such numbers are bytes (0..255, unsigned). */
bool gt_h5_number_is_byte(gt_h5_number number);

/* "uint8", "int16", "float32", "bool", and "int16 (big-endian)". */
enum { GT_H5_NUMBER_TEXT = 40 };
const char *gt_h5_number_text(gt_h5_number number,
                              char text[GT_H5_NUMBER_TEXT]);

/* n stored numbers as others, of which each is `stride` after the one before.
 */
void gt_h5_number_convert(gt_h5_number number, const void *stored, size_t n,
                          gt_h5_as as, void *out, size_t stride);

#endif
