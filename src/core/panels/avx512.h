/* avx512.h: what both kernels with AVX-512 do with words. For src/core/panels.
 */
#ifndef GT_CORE_PANELS_AVX512_H
#define GT_CORE_PANELS_AVX512_H

#include "core/panels/kernel.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define GT__PANELS_X86

#include <immintrin.h>

#define GT__AVX512                                                             \
    __attribute__((always_inline, target("avx512f,avx512bw,avx512vl")))
#define GT__UNROLL _Pragma("GCC unroll 16")

enum { GT__LANES = 16 };

/* A mask of the first n lanes. */
static inline GT__AVX512 __mmask16 gt__first(int n)
{
    return n >= GT__LANES ? 0xffff : n <= 0 ? 0 : (__mmask16)((1u << n) - 1);
}

/* Columns become rows. */
static inline GT__AVX512 void gt__turn_words(__m512i r[GT__LANES])
{
    __m512i t[GT__LANES];
    GT__UNROLL for (int i = 0; i < 16; i += 2)
    {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    GT__UNROLL for (int i = 0; i < 16; i += 4)
    {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    /* Lane L of r[4 g + c] has column 4 L + c of the rows of group g. */
    GT__UNROLL for (int c = 0; c < 4; c++)
    {
        t[c] = _mm512_shuffle_i32x4(r[c], r[4 + c], 0x88);
        t[4 + c] = _mm512_shuffle_i32x4(r[c], r[4 + c], 0xdd);
        t[8 + c] = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0x88);
        t[12 + c] = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0xdd);
    }
    GT__UNROLL for (int c = 0; c < 4; c++)
    {
        r[c] = _mm512_shuffle_i32x4(t[c], t[8 + c], 0x88);
        r[8 + c] = _mm512_shuffle_i32x4(t[c], t[8 + c], 0xdd);
        r[4 + c] = _mm512_shuffle_i32x4(t[4 + c], t[12 + c], 0x88);
        r[12 + c] = _mm512_shuffle_i32x4(t[4 + c], t[12 + c], 0xdd);
    }
}

/* Columns become rows, of which the first n are words of a panel. */
static inline GT__AVX512 void gt__store_turned(__m512i r[GT__LANES], int n,
                                               __mmask16 wanted, int width,
                                               uint32_t *to)
{
    gt__turn_words(r);
    GT__UNROLL for (int i = 0; i < GT__LANES; i++)
    {
        if (i < n)
            _mm512_mask_storeu_epi32(to + (size_t)i * (size_t)width, wanted,
                                     r[i]);
    }
}

#endif
#endif
