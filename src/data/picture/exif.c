/* exif.c: of all that cameras write, one number is needed. A block that is
 * damaged does no harm: the picture is then shown as it is stored, as other
 * programs do. */
#include "data/picture/exif.h"

#include <stdbool.h>
#include <string.h>

enum { ORIENTATION = 274, SHORT = 3, HEADER = 8, ENTRY = 12 };

typedef struct block {
    const uint8_t *bytes;
    size_t n;
    bool big; /* the most significant byte comes first */
} block;

/* A number of `size` bytes; 0 beyond the end. */
static uint32_t number(const block *b, size_t at, size_t size)
{
    uint32_t value = 0;
    if (at > b->n || b->n - at < size)
        return 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | b->bytes[at + (b->big ? i : size - 1 - i)];
    return value;
}

int gt__exif_orientation(const uint8_t *bytes, size_t n)
{
    block b = {bytes, n, n >= HEADER && !memcmp(bytes, "MM", 2)};
    if (n < HEADER || (!b.big && memcmp(bytes, "II", 2) != 0) ||
        number(&b, 2, 2) != 42)
        return 1;
    size_t at = number(&b, 4, 4);
    size_t entries = number(&b, at, 2);
    for (at += 2; entries > 0 && at < n; entries--, at += ENTRY) {
        uint32_t value = number(&b, at + 8, 2);
        if (number(&b, at, 2) == ORIENTATION && number(&b, at + 2, 2) == SHORT)
            return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}
