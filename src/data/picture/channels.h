/* channels.h: pixels with the channels and the depth that a model wants. For
 * src/data. Local. */
#ifndef GT_DATA_PICTURE_CHANNELS_H
#define GT_DATA_PICTURE_CHANNELS_H

#include "data/picture/pixels.h"

/* What pixels become. */
typedef struct gt__channels {
    int count;       /* 1 grey, 3 colour, 4 colour and alpha */
    int bits;        /* 8: values 0 .. 255; 16: 0 .. 65535 */
    bool multiplied; /* colour is multiplied by alpha / most, as means want it
                        that are to ignore what is not seen; for 4 channels */
} gt__channels;

/* Write the pixels x .. x + n - 1 of row y to `out`, [n x count]. Grey of
 * colour is ITU-R 601-2 luma, rounded; colour of grey is three times the same.
 * Where the model has no alpha, what is transparent is drawn on black; where
 * the picture has none, it is opaque. All are whole numbers, but for
 * `multiplied`. */
void gt__channels_fetch(const gt__channels *to, const gt__pixels *pixels, int x,
                        int y, int n, double *out);

/* The largest value of so many bits. */
static inline int gt__most_of(int bits)
{
    return (1 << bits) - 1;
}

#endif
