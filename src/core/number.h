/* number.h: numbers as files store them. Local, pure.
 */
#ifndef GT_CORE_NUMBER_H
#define GT_CORE_NUMBER_H

#include "core/tensor.h"

#include <stdint.h>

typedef enum gt_number_kind {
    GT_NUMBER_BOOL,
    GT_NUMBER_UNSIGNED,
    GT_NUMBER_SIGNED, /* two's complement */
    GT_NUMBER_FLOAT,  /* IEEE 754 */
} gt_number_kind;

typedef struct gt_number {
    gt_number_kind kind;
    int size; /* bytes: of an integer or bool 1 to 8, of a float 2, 4, 8 */
    bool big_endian; /* the byte of most weight comes first */
} gt_number;

/* Common numbers by their names, as choices of a setting: "uint8",
 * "float32_be"; ended by NULL. */
extern const char *const gt_number_names[];
gt_number gt_number_of(int choice);

/* "uint8", "bool", "float32 (big endian)". Returns `text`. */
enum { GT_NUMBER_TEXT = 32 };
char *gt_number_text(gt_number number, char text[GT_NUMBER_TEXT]);

/* Whether it is a pixel of 0 to 255: samples of such numbers are bytes. */
static inline bool gt_number_is_byte(gt_number number)
{
    return number.kind == GT_NUMBER_UNSIGNED && number.size == 1;
}

/* Whether it is what a gt_real is. */
bool gt_number_is_real(gt_number number);

/* n numbers, at any address, as others, each of which is `stride` after the one
 * before. They are rounded to the nearest; a float64 that is too large becomes
 * infinite. */
void gt_number_to_reals(gt_number number, const void *from, size_t n,
                        gt_real *to, size_t stride);
void gt_number_to_doubles(gt_number number, const void *from, size_t n,
                          double *to, size_t stride);

/* The number as a label. -1: it is none, as it is negative, above `most` or no
 * whole number. */
int gt_number_to_label(gt_number number, const void *from, int most);

#endif
