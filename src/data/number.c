/* number.c: a file's numbers lie at any address and in either order of bytes,
 * so each is put together from its bytes. The loops of the common types are
 * plain enough for the compiler. */
#include "data/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Types of one byte, and then pairs: little endian, big endian. */
const char *const gt__number_names[] = {
    "uint8",      "int8",    "bool",       "uint16",  "uint16_be",  "int16",
    "int16_be",   "uint32",  "uint32_be",  "int32",   "int32_be",   "uint64",
    "uint64_be",  "int64",   "int64_be",   "float16", "float16_be", "float32",
    "float32_be", "float64", "float64_be", NULL,
};

enum { PAIRS = 3 }; /* where they begin */

static const gt__number types[] = {
    {GT__NUMBER_UNSIGNED, 1}, {GT__NUMBER_SIGNED, 1},
    {GT__NUMBER_BOOL, 1},     {GT__NUMBER_UNSIGNED, 2},
    {GT__NUMBER_SIGNED, 2},   {GT__NUMBER_UNSIGNED, 4},
    {GT__NUMBER_SIGNED, 4},   {GT__NUMBER_UNSIGNED, 8},
    {GT__NUMBER_SIGNED, 8},   {GT__NUMBER_FLOAT, 2},
    {GT__NUMBER_FLOAT, 4},    {GT__NUMBER_FLOAT, 8},
};

gt__number gt__number_of(int choice)
{
    if (choice < PAIRS)
        return types[choice];
    gt__number number = types[PAIRS + (choice - PAIRS) / 2];
    number.big_endian = (choice - PAIRS) % 2;
    return number;
}

char *gt__number_text(gt__number number, char text[GT__NUMBER_TEXT])
{
    static const char *const kinds[] = {"bool", "uint", "int", "float"};
    if (number.kind == GT__NUMBER_BOOL)
        snprintf(text, GT__NUMBER_TEXT, "bool");
    else
        snprintf(text, GT__NUMBER_TEXT, "%s%d%s", kinds[number.kind],
                 8 * number.size, number.big_endian ? " (big endian)" : "");
    return text;
}

static uint64_t bits_of(gt__number number, const uint8_t *at)
{
    uint64_t bits = 0;
    for (int i = 0; i < number.size; i++)
        bits |= (uint64_t)at[number.big_endian ? number.size - 1 - i : i]
                << 8 * i;
    return bits;
}

/* Two's complement of 8 x size bits. */
static int64_t signed_of(uint64_t bits, int size)
{
    uint64_t sign = UINT64_C(1) << (8 * size - 1);
    uint64_t rest = bits & (sign - 1);
    return bits & sign ? -(int64_t)(sign - rest - 1) - 1 : (int64_t)rest;
}

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
static double half_of(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023);
    double value = exponent == 0    ? ldexp(fraction, -24)
                   : exponent < 31  ? ldexp(1024 + fraction, exponent - 25)
                   : fraction > 0.0 ? (double)NAN
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

static bool little_endian(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

bool gt__number_is_real(gt__number number)
{
    return number.kind == GT__NUMBER_FLOAT && number.size == sizeof(gt_real) &&
           number.big_endian != little_endian();
}

static gt_real real_of(gt__number number, const uint8_t *at)
{
    uint64_t bits = bits_of(number, at);
    switch (number.kind) {
    case GT__NUMBER_BOOL:
        return bits ? 1 : 0;
    case GT__NUMBER_UNSIGNED:
        return (gt_real)bits;
    case GT__NUMBER_SIGNED:
        return (gt_real)signed_of(bits, number.size);
    default:
        return (gt_real)float_of(bits, number.size);
    }
}

void gt__number_to_reals(gt__number number, const void *from, size_t n,
                         gt_real *to)
{
    const uint8_t *at = from;
    size_t size = (size_t)number.size;
    if (gt__number_is_real(number))
        memcpy(to, from, n * sizeof *to);
    else
        for (size_t i = 0; i < n; i++)
            to[i] = real_of(number, at + i * size);
}

int gt__number_to_label(gt__number number, const void *from, int most)
{
    uint64_t bits = bits_of(number, from);
    if (number.kind == GT__NUMBER_BOOL)
        return bits != 0;
    if (number.kind == GT__NUMBER_FLOAT) {
        double value = float_of(bits, number.size);
        return value >= 0 && value <= most && value == floor(value) ? (int)value
                                                                    : -1;
    }
    if (number.kind == GT__NUMBER_SIGNED && signed_of(bits, number.size) < 0)
        return -1;
    return bits <= (uint64_t)most ? (int)bits : -1;
}
