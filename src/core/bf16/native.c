/* native.c: the kernel of CPUs with AVX512-BF16. One instruction multiplies 16
 * words by 16 words, twice the arithmetic of fp32's in the same time. A tile of
 * 12 rows and two vectors of columns keeps 24 sums in registers: enough to
 * begin two instructions each cycle, with 14 loads for 24 of them. */
#include "core/bf16/kernel.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define NATIVE __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define PART __attribute__((always_inline)) NATIVE
#define UNROLL _Pragma("GCC unroll 16")

enum { LANES = 16, VECTORS = GT__BF16_COLUMNS / LANES };

static bool runs(void)
{
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bf16");
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* A mask of the first n lanes. */
static inline PART __mmask16 first(int n)
{
    return n >= LANES ? 0xffff : n <= 0 ? 0 : (__mmask16)((1u << n) - 1);
}

/* --- Packing. */

/* 32 numbers, rounded. */
static inline PART __m512i halves(__m512 low, __m512 high)
{
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/* Words of one number of each of two rows. */
static inline PART __m512i pair(__m512 low, __m512 high)
{
    static const uint16_t turns[2 * LANES] __attribute__((aligned(64))) = {
        0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return _mm512_permutexvar_epi16(_mm512_load_si512(turns),
                                    halves(low, high));
}

/* `lanes` columns of `count` that lie in the matrix, of a panel. */
static NATIVE void pack_lanes(const gt__bf16_span *s, const float *from,
                              int lanes, int count, uint32_t *to)
{
    __mmask16 there = first(count), wanted = first(lanes);
    for (int k = 0; k + 1 < s->terms; k += 2) {
        __m512 low = _mm512_maskz_loadu_ps(there, from);
        __m512 high = _mm512_maskz_loadu_ps(there, from + s->ld);
        _mm512_mask_storeu_epi32(to, wanted, pair(low, high));
        from += 2 * s->ld;
        to += s->width;
    }
    if (s->terms % 2 == 1)
        _mm512_mask_storeu_epi32(
            to, wanted,
            pair(_mm512_maskz_loadu_ps(there, from), _mm512_setzero_ps()));
}

static void pack_terms(const gt__bf16_span *s, uint32_t *panels)
{
    for (int i = 0; i < s->count; i += s->width)
        for (int v = 0; v < s->width; v += LANES)
            pack_lanes(s, s->from + i + v, smaller(s->width - v, LANES),
                       smaller(s->count - i - v, LANES),
                       panels + (size_t)i * gt__bf16_words(s->terms) + v);
}

/* Columns become rows. */
static inline PART void transpose(__m512i r[LANES])
{
    __m512i t[LANES];
    UNROLL for (int i = 0; i < 16; i += 2)
    {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    UNROLL for (int i = 0; i < 16; i += 4)
    {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    /* Lane L of r[4 g + c] has column 4 L + c of the rows of group g. */
    UNROLL for (int c = 0; c < 4; c++)
    {
        t[c] = _mm512_shuffle_i32x4(r[c], r[4 + c], 0x88);
        t[4 + c] = _mm512_shuffle_i32x4(r[c], r[4 + c], 0xdd);
        t[8 + c] = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0x88);
        t[12 + c] = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0xdd);
    }
    UNROLL for (int c = 0; c < 4; c++)
    {
        r[c] = _mm512_shuffle_i32x4(t[c], t[8 + c], 0x88);
        r[8 + c] = _mm512_shuffle_i32x4(t[c], t[8 + c], 0xdd);
        r[4 + c] = _mm512_shuffle_i32x4(t[4 + c], t[12 + c], 0x88);
        r[12 + c] = _mm512_shuffle_i32x4(t[4 + c], t[12 + c], 0xdd);
    }
}

/* The same as pack_lanes where the matrix is stored the other way: 16 words of
 * 16 rows at a time. */
static NATIVE void pack_turned(const gt__bf16_span *s, const float *from,
                               int lanes, int count, uint32_t *to)
{
    __mmask16 wanted = first(lanes);
    for (int k = 0; k < s->terms; k += 2 * LANES) {
        __mmask16 low = first(s->terms - k);
        __mmask16 high = first(s->terms - k - LANES);
        __m512i r[LANES];
        UNROLL for (int i = 0; i < LANES; i++)
        {
            const float *row = from + (size_t)i * s->ld + k;
            r[i] = i < count ? halves(_mm512_maskz_loadu_ps(low, row),
                                      _mm512_maskz_loadu_ps(high, row + LANES))
                             : _mm512_setzero_si512();
        }
        transpose(r);
        int words = (int)gt__bf16_words(s->terms - k);
        UNROLL for (int i = 0; i < LANES; i++)
        {
            if (i < words)
                _mm512_mask_storeu_epi32(to + (size_t)i * (size_t)s->width,
                                         wanted, r[i]);
        }
        to += LANES * (size_t)s->width;
    }
}

static void pack_rows(const gt__bf16_span *s, uint32_t *panels)
{
    for (int i = 0; i < s->count; i += s->width)
        for (int v = 0; v < s->width; v += LANES) {
            int lanes = smaller(s->width - v, LANES);
            pack_turned(s, s->from + (size_t)(i + v) * s->ld, lanes,
                        smaller(s->count - i - v, lanes),
                        panels + (size_t)i * gt__bf16_words(s->terms) + v);
        }
}

/* --- Multiplying. Rows and vectors are known to the compiler, which keeps the
 * sums in registers. */

static inline PART void multiply_n(int rows, int vectors,
                                   const gt__bf16_tile *t)
{
    __m512 sum[GT__BF16_ROWS][VECTORS];
    __mmask16 last = first(t->columns - (vectors - 1) * LANES);
    const uint32_t *a = t->a, *b = t->b;
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] =
            t->add ? _mm512_maskz_loadu_ps(v == vectors - 1 ? last : 0xffff,
                                           t->c + (size_t)i * t->ldc +
                                               (size_t)v * LANES)
                   : _mm512_setzero_ps();
    }
    for (int w = 0; w < t->words; w++) {
        __m512bh right[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) right[v] =
            (__m512bh)_mm512_loadu_si512(b + (size_t)v * LANES);
        UNROLL for (int i = 0; i < rows; i++)
        {
            __m512bh left = (__m512bh)_mm512_set1_epi32((int)a[i]);
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] =
                _mm512_dpbf16_ps(sum[i][v], left, right[v]);
        }
        a += GT__BF16_ROWS;
        b += GT__BF16_COLUMNS;
    }
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++)
            _mm512_mask_storeu_ps(t->c + (size_t)i * t->ldc + (size_t)v * LANES,
                                  v == vectors - 1 ? last : 0xffff, sum[i][v]);
    }
}

#define CASE(rows, vectors)                                                    \
    case rows:                                                                 \
        multiply_n(rows, vectors, t);                                          \
        break;

#define CASES(vectors)                                                         \
    CASE(1, vectors)                                                           \
    CASE(2, vectors)                                                           \
    CASE(3, vectors)                                                           \
    CASE(4, vectors)                                                           \
    CASE(5, vectors)                                                           \
    CASE(6, vectors)                                                           \
    CASE(7, vectors)                                                           \
    CASE(8, vectors)                                                           \
    CASE(9, vectors)                                                           \
    CASE(10, vectors)                                                          \
    CASE(11, vectors)                                                          \
    CASE(12, vectors)

static NATIVE void multiply_narrow(const gt__bf16_tile *t)
{
    switch (t->rows) {
        CASES(1)
    }
}

static NATIVE void multiply_wide(const gt__bf16_tile *t)
{
    switch (t->rows) {
        CASES(2)
    }
}

static void multiply(const gt__bf16_tile *t)
{
    if (t->columns > LANES)
        multiply_wide(t);
    else
        multiply_narrow(t);
}

const gt__bf16_kernel gt__bf16_native = {
    .name = "AVX512-BF16",
    .runs = runs,
    .pack_terms = pack_terms,
    .pack_rows = pack_rows,
    .multiply = multiply,
};

#else

const gt__bf16_kernel gt__bf16_native = {0};

#endif
