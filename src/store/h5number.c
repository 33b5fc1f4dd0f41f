/* h5number.c: each kind of number that files commonly have gets a loop of its
 * own, as samples pass here on their way to every batch; the rest goes byte by
 * byte. */
#include "store/h5number.h"

#include "core/tensor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

size_t gt_h5_as_width(gt_h5_as as)
{
    return as == GT_H5_AS_BYTES   ? 1
           : as == GT_H5_AS_REALS ? sizeof(gt_real)
                                  : sizeof(double);
}

bool gt_h5_number_is_byte(gt_h5_number number)
{
    return number.width == 1 && !number.floating && !number.is_signed &&
           !number.boolean;
}

const char *gt_h5_number_text(gt_h5_number number, char text[GT_H5_NUMBER_TEXT])
{
    if (number.boolean)
        return "bool";
    snprintf(text, GT_H5_NUMBER_TEXT, "%s%d%s",
             number.floating    ? "float"
             : number.is_signed ? "int"
                                : "uint",
             number.width * 8,
             number.big && number.width > 1 ? " (big-endian)" : "");
    return text;
}

/* The bits of a number, those of least weight first. */
static uint64_t gather(gt_h5_number number, const uint8_t *at)
{
    uint64_t bits = 0;
    for (int i = 0; i < number.width; i++)
        bits = bits << 8 | at[number.big ? i : number.width - 1 - i];
    return bits;
}

/* IEEE half: 1 bit of sign, 5 of exponent, 10 of fraction. */
static double half(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = exponent == 0    ? ldexp(fraction, -24)
                   : exponent != 31 ? ldexp(1024 + fraction, exponent - 25)
                   : fraction       ? (double)NAN
                                    : (double)INFINITY;
    return bits >> 15 ? -value : value;
}

static double value_of(gt_h5_number number, const uint8_t *at)
{
    uint64_t bits = gather(number, at);
    if (number.floating && number.width == 8) {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    if (number.floating && number.width == 4) {
        uint32_t low = (uint32_t)bits;
        float value;
        memcpy(&value, &low, sizeof value);
        return (double)value;
    }
    if (number.floating)
        return half((uint16_t)bits);
    if (!number.is_signed)
        return (double)bits;
    uint64_t sign = UINT64_C(1) << (8 * number.width - 1);
    return bits & sign ? -(double)((sign << 1) - bits) : (double)bits;
}

static bool is_native(gt_h5_number number)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return number.width == 1 || number.big == (first == 0);
}

#define LOOP(from, to)                                                         \
    for (size_t i = 0; i < n; i++) {                                           \
        from value;                                                            \
        memcpy(&value, stored + i * sizeof value, sizeof value);               \
        out[i * stride] = (to)value;                                           \
    }

static void to_reals(gt_h5_number number, const uint8_t *stored, size_t n,
                     gt_real *out, size_t stride)
{
    bool native = is_native(number), floating = number.floating;
    if (native && floating && number.width == 4) {
        LOOP(float, gt_real)
    } else if (native && floating && number.width == 8) {
        LOOP(double, gt_real)
    } else if (!floating && !number.is_signed && number.width == 1) {
        LOOP(uint8_t, gt_real)
    } else if (native && !floating && !number.is_signed && number.width == 2) {
        LOOP(uint16_t, gt_real)
    } else if (native && !floating && number.is_signed && number.width == 2) {
        LOOP(int16_t, gt_real)
    } else {
        for (size_t i = 0; i < n; i++)
            out[i * stride] =
                (gt_real)value_of(number, stored + i * number.width);
    }
}

void gt_h5_number_convert(gt_h5_number number, const void *stored, size_t n,
                          gt_h5_as as, void *to, size_t stride)
{
    const uint8_t *bytes = stored;
    if (as == GT_H5_AS_REALS) {
        to_reals(number, bytes, n, to, stride);
    } else if (as == GT_H5_AS_DOUBLES) {
        for (size_t i = 0; i < n; i++)
            ((double *)to)[i * stride] =
                value_of(number, bytes + i * number.width);
    } else if (stride == 1) {
        memcpy(to, bytes, n);
    } else {
        for (size_t i = 0; i < n; i++)
            ((uint8_t *)to)[i * stride] = bytes[i];
    }
}
