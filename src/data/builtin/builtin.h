/* builtin.h: what the built-in sources share: random choices, colours, noise.
 * For src/data. Local, pure. */
#ifndef GT_DATA_BUILTIN_BUILTIN_H
#define GT_DATA_BUILTIN_BUILTIN_H

#include "core/simd.h"
#include "data/sources.h"

/* Of numbers, none of them NaN: loops over these vectorise. */
GT_INLINE float gt__smaller_of(float a, float b)
{
    return a < b ? a : b;
}

GT_INLINE float gt__larger_of(float a, float b)
{
    return a > b ? a : b;
}

GT_INLINE float gt__clamp_unit(float x)
{
    return gt__smaller_of(gt__larger_of(x, 0), 1);
}

enum { GT__DICE = 96 };

/* The random choices of one sample, in a fixed order. */
typedef struct gt__dice {
    gt_real u[GT__DICE];
    int used;
} gt__dice;

/* The choices of sample `number`, all still to be made. */
gt__dice gt__dice_of(const gt_source *source, uint64_t number);

/* The next choice, uniform in [low, high). */
float gt__dice_in(gt__dice *dice, float low, float high);

typedef struct gt__colour {
    float r, g, b; /* 0 .. 255 */
} gt__colour;

/* Hue is in turns of the colour circle; saturation and value are 0 .. 1. */
gt__colour gt__colour_hsv(float hue, float saturation, float value);

/* Refuses images that are too small or have other than 1 or 3 channels:
 * GT_ERR_MISMATCH. */
gt_status gt__builtin_check(const gt_source *source);

/* The label of a sample, from its number: all classes occur equally often. */
int gt__builtin_label(const gt_source *source, uint64_t number);

/* As `read` of a gt_source_type, for images: `draw` makes the bytes of one
 * sample, `describe` its source->n_conditions conditions. */
gt_status gt__builtin_read(const gt_source *source, const uint64_t *numbers,
                           int n, const gt_source_rows *to,
                           void (*draw)(const gt_source *, uint64_t, uint8_t *),
                           void (*describe)(const gt_source *, uint64_t,
                                            gt_real *));

/* Add to each byte noise of at most `amplitude` (0 .. 127) either way. */
void gt__builtin_noise(const gt_source *source, uint64_t number, int amplitude,
                       uint8_t *out);

#endif
