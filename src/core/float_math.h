/* float_math.h: exponentials, logarithm, sine and cosine for one float, without
 * branches, so that loops over them vectorise. For src/core.
 *
 * The functions of the C library are as precise but slow in loops, and their
 * last bit differs between types of machines. These consist of additions,
 * multiplications and divisions alone and give the same bits everywhere.
 * Arguments are reduced to a small interval and a polynomial does the rest; its
 * coefficients are least-squares fits at Chebyshev nodes, reweighted until the
 * relative error is level, which it is below a quarter of the last place.
 * Errors as a whole are below 2.5 units in the last place (tests/test_vmath.c).
 * NaN stays NaN.
 */
#ifndef GT_CORE_FLOAT_MATH_H
#define GT_CORE_FLOAT_MATH_H

#include "core/simd.h"

#include <stdint.h>
#include <string.h>

GT_INLINE float gt__float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

GT_INLINE uint32_t gt__bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* x = n log 2 + r with |r| <= log(2) / 2; returns exp(r) - 1. Adding and taking
 * away 1.5 * 2^23 rounds to the nearest integer, which then lies in the low
 * bits; log 2 is taken away in two parts, the first of so few bits that n times
 * it is exact. |x| < 2^17. */
GT_INLINE float gt__exp_parts(float x, int32_t *n)
{
    const float shift = 0x1.8p23f, log2_e = 1.44269504f;
    const float log2_high = 0.693359375f, log2_low = -2.12194440e-4f;
    float shifted = x * log2_e + shift;
    float rounded = shifted - shift;
    float r = (x - rounded * log2_high) - rounded * log2_low;
    *n = (int32_t)(gt__bits_of(shifted) - 0x4B400000u);
    float p = 0.00138825143f;
    p = p * r + 0.00836654752f;
    p = p * r + 0.0416672006f;
    p = p * r + 0.166665435f;
    p = p * r + 0.49999997f;
    return p * (r * r) + r;
}

/* 2^n for -126 <= n <= 127. */
GT_INLINE float gt__power_of_two(int32_t n)
{
    return gt__float_of((uint32_t)(n + 127) << 23);
}

/* Scaled in two steps, so that the ends of the range, numbers below the normal
 * ones and infinity, come out right. */
GT_INLINE float gt__exp(float x)
{
    x = x > 89.0f ? 89.0f : x;
    x = x < -104.0f ? -104.0f : x;
    int32_t n;
    float y = gt__exp_parts(x, &n) + 1.0f;
    int32_t half = n >> 1;
    return y * gt__power_of_two(half) * gt__power_of_two(n - half);
}

/* exp(x) - 1, with all digits near 0. Beyond 2^25 the 1 is lost anyway. */
GT_INLINE float gt__expm1(float x)
{
    float within = x > 30.0f ? 30.0f : x;
    within = within < -30.0f ? -30.0f : within;
    int32_t n;
    float y = gt__exp_parts(within, &n), scale = gt__power_of_two(n);
    float near = y * scale + (scale - 1.0f);
    return x > 30.0f ? gt__exp(x) : near;
}

/* 2 artanh(s) for |s| <= 1/3. */
GT_INLINE float gt__twice_artanh(float s)
{
    float t = s * s;
    float p = 0.140156403f;
    p = p * t + 0.139989316f;
    p = p * t + 0.200108856f;
    p = p * t + 0.333332062f;
    return 2.0f * (s + s * (t * p));
}

/* log(1 + e) for 0 <= e <= 1, as 2 artanh(e / (2 + e)). */
GT_INLINE float gt__log1p_unit(float e)
{
    return gt__twice_artanh(e / (2.0f + e));
}

/* log(u) for normal u > 0: u = 2^n m, sqrt(1/2) <= m < sqrt(2), and
 * log m = 2 artanh((m - 1) / (m + 1)). */
GT_INLINE float gt__log(float u)
{
    const float log2_high = 0.693359375f, log2_low = -2.12194440e-4f;
    uint32_t bits = gt__bits_of(u), root = 0x3F3504F3u; /* sqrt(1/2) */
    int32_t n = (int32_t)(bits - root) >> 23;
    float m = gt__float_of(bits - ((uint32_t)n << 23)), k = (float)n;
    float log_m = gt__twice_artanh((m - 1.0f) / (m + 1.0f));
    return k * log2_high + (log_m + k * log2_low);
}

/* Cosine and sine of `turns` whole turns, 0 <= turns < 1: of the nearest
 * quarter turn plus at most an eighth. */
GT_INLINE void gt__cos_sin(float turns, float *cosine, float *sine)
{
    float quarters = turns * 4.0f, shifted = quarters + 0x1.8p23f;
    uint32_t quarter = gt__bits_of(shifted);
    float x = (quarters - (shifted - 0x1.8p23f)) * 1.57079633f, t = x * x;
    float p = -0.000195169763f;
    p = p * t + 0.00833217613f;
    p = p * t - 0.166666552f;
    float s = x + x * (t * p);
    float q = 2.44380881e-05f;
    q = q * t - 0.00138873642f;
    q = q * t + 0.0416666456f;
    float c = (1.0f - 0.5f * t) + t * t * q;
    float a = quarter & 1 ? s : c, b = quarter & 1 ? c : s;
    *cosine = gt__float_of(gt__bits_of(a) ^ ((quarter + 1) & 2) << 30);
    *sine = gt__float_of(gt__bits_of(b) ^ (quarter & 2) << 30);
}

#endif
