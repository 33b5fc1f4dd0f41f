/* bfloat16.h: the upper half of a float, as a number. Pure. */
#ifndef GT_CORE_BFLOAT16_H
#define GT_CORE_BFLOAT16_H

#include <stdint.h>
#include <string.h>

/* The nearest, ties to even; a NaN stays one. */
static inline uint16_t gt_bfloat16_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x) /* with a bit set that rounding cannot make an infinity of */
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float gt_bfloat16_widen(uint16_t x)
{
    uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
