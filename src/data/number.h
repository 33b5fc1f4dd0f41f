/* number.h: the types that numbers have in array files. For src/data. Local.
 */
#ifndef GT_DATA_NUMBER_H
#define GT_DATA_NUMBER_H

#include "core/tensor.h"

#include <stdint.h>

typedef enum gt__number_kind {
    GT__NUMBER_BOOL,
    GT__NUMBER_UNSIGNED,
    GT__NUMBER_SIGNED,
    GT__NUMBER_FLOAT,
} gt__number_kind;

typedef struct gt__number {
    gt__number_kind kind;
    int size;        /* bytes: 1, 2, 4, 8; of floats 2, 4, 8; of bool 1 */
    bool big_endian; /* false where it has one byte */
} gt__number;

/* Types by their names, the choices of data.type: "uint8", "float32_be". */
extern const char *const gt__number_names[];
gt__number gt__number_of(int choice);

/* "uint8", "float32 (big endian)". Returns `text`. */
enum { GT__NUMBER_TEXT = 32 };
char *gt__number_text(gt__number number, char text[GT__NUMBER_TEXT]);

/* Whether samples of it are bytes (GT_ELEMENT_BYTES): pixels of 0 to 255. */
static inline bool gt__number_is_byte(gt__number number)
{
    return number.kind == GT__NUMBER_UNSIGNED && number.size == 1;
}

/* Whether they are what a gt_real is. */
bool gt__number_is_real(gt__number number);

/* n numbers as they are in a file, at any address. Of float64 what is too large
 * becomes infinite; others are rounded. */
void gt__number_to_reals(gt__number number, const void *from, size_t n,
                         gt_real *to);

/* The number as a label. -1: it is none, as it is negative, above `most` or no
 * whole number. */
int gt__number_to_label(gt__number number, const void *from, int most);

#endif
