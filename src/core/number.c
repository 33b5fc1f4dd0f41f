/* number.c: a file's numbers lie at any address and in either order of bytes.
 * Those that are common, and as this machine has them, get a plain loop each,
 * as samples pass here on their way to every batch; others are put together
 * from their bytes. */
#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Numbers of one byte, and then pairs: little endian, big endian. */
const char *const gt_number_names[] = {
    "uint8",      "int8",    "bool",       "uint16",  "uint16_be",  "int16",
    "int16_be",   "uint32",  "uint32_be",  "int32",   "int32_be",   "uint64",
    "uint64_be",  "int64",   "int64_be",   "float16", "float16_be", "float32",
    "float32_be", "float64", "float64_be", NULL,
};

enum { PAIRS = 3 }; /* where they begin */

static const gt_number numbers[] = {
    {GT_NUMBER_UNSIGNED, 1, false}, {GT_NUMBER_SIGNED, 1, false},
    {GT_NUMBER_BOOL, 1, false},     {GT_NUMBER_UNSIGNED, 2, false},
    {GT_NUMBER_SIGNED, 2, false},   {GT_NUMBER_UNSIGNED, 4, false},
    {GT_NUMBER_SIGNED, 4, false},   {GT_NUMBER_UNSIGNED, 8, false},
    {GT_NUMBER_SIGNED, 8, false},   {GT_NUMBER_FLOAT, 2, false},
    {GT_NUMBER_FLOAT, 4, false},    {GT_NUMBER_FLOAT, 8, false},
};

gt_number gt_number_of(int choice)
{
    if (choice < PAIRS)
        return numbers[choice];
    gt_number number = numbers[PAIRS + (choice - PAIRS) / 2];
    number.big_endian = (choice - PAIRS) % 2;
    return number;
}

char *gt_number_text(gt_number number, char text[GT_NUMBER_TEXT])
{
    static const char *const kinds[] = {"bool", "uint", "int", "float"};
    if (number.kind == GT_NUMBER_BOOL)
        snprintf(text, GT_NUMBER_TEXT, "bool");
    else
        snprintf(text, GT_NUMBER_TEXT, "%s%d%s", kinds[number.kind],
                 8 * number.size,
                 number.big_endian && number.size > 1 ? " (big endian)" : "");
    return text;
}

static uint64_t bits_of(gt_number number, const uint8_t *at)
{
    uint64_t bits = 0;
    for (int i = 0; i < number.size; i++)
        bits = bits << 8 | at[number.big_endian ? i : number.size - 1 - i];
    return bits;
}

static int64_t signed_of(uint64_t bits, int size)
{
    uint64_t sign = UINT64_C(1) << (8 * size - 1);
    uint64_t rest = bits & (sign - 1);
    return bits & sign ? -(int64_t)(sign - rest - 1) - 1 : (int64_t)rest;
}

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
static double half_of(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double value = exponent == 0   ? ldexp(fraction, -24)
                   : exponent < 31 ? ldexp(1024 + fraction, exponent - 25)
                   : fraction > 0  ? (double)NAN
                                   : (double)INFINITY;
    return bits >> 15 & 1 ? -value : value;
}

static double float_of(uint64_t bits, int size)
{
    if (size == 2)
        return half_of(bits);
    if (size == 4) {
        uint32_t low = (uint32_t)bits;
        float value;
        memcpy(&value, &low, sizeof value);
        return (double)value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double value_of(gt_number number, const uint8_t *at)
{
    uint64_t bits = bits_of(number, at);
    switch (number.kind) {
    case GT_NUMBER_BOOL:
        return bits ? 1 : 0;
    case GT_NUMBER_UNSIGNED:
        return (double)bits;
    case GT_NUMBER_SIGNED:
        return (double)signed_of(bits, number.size);
    default:
        return float_of(bits, number.size);
    }
}

static bool is_native(gt_number number)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return number.size == 1 || number.big_endian == (first == 0);
}

bool gt_number_is_real(gt_number number)
{
    return number.kind == GT_NUMBER_FLOAT && number.size == sizeof(gt_real) &&
           is_native(number);
}

#define LOOP(type)                                                             \
    for (size_t i = 0; i < n; i++) {                                           \
        type value;                                                            \
        memcpy(&value, at + i * sizeof value, sizeof value);                   \
        to[i * stride] = (gt_real)value;                                       \
    }

/* False: there is no loop for that. */
static bool convert_common(gt_number number, const uint8_t *at, size_t n,
                           gt_real *to, size_t stride)
{
    if (number.kind == GT_NUMBER_FLOAT && number.size == 4) {
        LOOP(float)
    } else if (number.kind == GT_NUMBER_FLOAT && number.size == 8) {
        LOOP(double)
    } else if (number.kind == GT_NUMBER_UNSIGNED && number.size == 1) {
        LOOP(uint8_t)
    } else if (number.kind == GT_NUMBER_UNSIGNED && number.size == 2) {
        LOOP(uint16_t)
    } else if (number.kind == GT_NUMBER_SIGNED && number.size == 2) {
        LOOP(int16_t)
    } else {
        return false;
    }
    return true;
}

void gt_number_to_reals(gt_number number, const void *from, size_t n,
                        gt_real *to, size_t stride)
{
    const uint8_t *at = from;
    if (is_native(number) && convert_common(number, at, n, to, stride))
        return;
    for (size_t i = 0; i < n; i++)
        to[i * stride] =
            (gt_real)value_of(number, at + i * (size_t)number.size);
}

void gt_number_to_doubles(gt_number number, const void *from, size_t n,
                          double *to, size_t stride)
{
    const uint8_t *at = from;
    for (size_t i = 0; i < n; i++)
        to[i * stride] = value_of(number, at + i * (size_t)number.size);
}

int gt_number_to_label(gt_number number, const void *from, int most)
{
    double value = value_of(number, from);
    return value >= 0 && value <= most && value == floor(value) ? (int)value
                                                                : -1;
}
