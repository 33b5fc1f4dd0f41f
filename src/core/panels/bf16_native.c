/* bf16_native.c: the kernel of CPUs with AVX512-BF16. One instruction
 * multiplies 16 words by 16 words, twice the arithmetic of fp32's in the same
 * time. */
#include "core/panels/avx512.h"

#ifdef GT__PANELS_X86

#define NATIVE __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define PART __attribute__((always_inline)) NATIVE
#define UNROLL GT__UNROLL

enum { LANES = GT__LANES, TERMS = 2 };

static bool runs(void)
{
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bf16");
}

static size_t words_of(int terms)
{
    return ((size_t)terms + 1) / TERMS;
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
static NATIVE void pack_lanes(const gt__panel_span *s, const float *from,
                              int lanes, int count, uint32_t *to)
{
    __mmask16 there = gt__first(count), wanted = gt__first(lanes);
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

/* The same of numbers that are rounded already. */
static NATIVE void pack_rounded(const gt__panel_span *s, const uint16_t *from,
                                int lanes, int count, uint32_t *to)
{
    __mmask16 there = gt__first(count), wanted = gt__first(lanes);
    for (int k = 0; k < s->terms; k += TERMS) {
        __m512i low =
            _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(there, from));
        __m512i high = k + 1 < s->terms
                           ? _mm512_cvtepu16_epi32(
                                 _mm256_maskz_loadu_epi16(there, from + s->ld))
                           : _mm512_setzero_si512();
        _mm512_mask_storeu_epi32(
            to, wanted, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
        from += TERMS * s->ld;
        to += s->width;
    }
}

static void pack_terms(const gt__panel_span *s, uint32_t *panels)
{
    for (int i = 0; i < s->count; i += s->width)
        for (int v = 0; v < s->width; v += LANES) {
            int lanes = gt__smaller(s->width - v, LANES);
            int count = gt__smaller(s->count - i - v, LANES);
            uint32_t *to = panels + (size_t)i * words_of(s->terms) + v;
            if (s->rounded)
                pack_rounded(s, (const uint16_t *)s->from + i + v, lanes, count,
                             to);
            else
                pack_lanes(s, gt__panel_reals(s) + i + v, lanes, count, to);
        }
}

/* The same as pack_lanes where the matrix is stored the other way: 16 words of
 * 16 rows at a time. */
static NATIVE void pack_turned(const gt__panel_span *s, const float *from,
                               int lanes, int count, uint32_t *to)
{
    __mmask16 wanted = gt__first(lanes);
    for (int k = 0; k < s->terms; k += 2 * LANES) {
        __mmask16 low = gt__first(s->terms - k);
        __mmask16 high = gt__first(s->terms - k - LANES);
        __m512i r[LANES];
        UNROLL for (int i = 0; i < LANES; i++)
        {
            const float *row = from + (size_t)i * s->ld + k;
            r[i] = i < count ? halves(_mm512_maskz_loadu_ps(low, row),
                                      _mm512_maskz_loadu_ps(high, row + LANES))
                             : _mm512_setzero_si512();
        }
        gt__store_turned(r, (int)words_of(s->terms - k), wanted, s->width, to);
        to += LANES * (size_t)s->width;
    }
}

static void pack_rows(const gt__panel_span *s, uint32_t *panels)
{
    for (int i = 0; i < s->count; i += s->width)
        for (int v = 0; v < s->width; v += LANES) {
            int lanes = gt__smaller(s->width - v, LANES);
            pack_turned(s, gt__panel_reals(s) + (size_t)(i + v) * s->ld, lanes,
                        gt__smaller(s->count - i - v, lanes),
                        panels + (size_t)i * words_of(s->terms) + v);
        }
}

/* --- Rounding. */

static NATIVE void round_row(const float *from, int n, uint16_t *to)
{
    int i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES)
        _mm512_storeu_si512(to + i, halves(_mm512_loadu_ps(from + i),
                                           _mm512_loadu_ps(from + i + LANES)));
    if (i == n)
        return;
    __mmask16 low = gt__first(n - i), high = gt__first(n - i - LANES);
    _mm512_mask_storeu_epi16(
        to + i, (__mmask32)high << LANES | low,
        halves(_mm512_maskz_loadu_ps(low, from + i),
               _mm512_maskz_loadu_ps(high, from + i + LANES)));
}

static void round_rows(const float *from, int rows, int n, uint16_t *to,
                       size_t ld)
{
    for (int i = 0; i < rows; i++, from += n, to += ld)
        round_row(from, n, to);
}

/* --- Multiplying. */

static inline PART __m512 add_products(__m512 sum, uint32_t a, __m512 b)
{
    return _mm512_dpbf16_ps(sum, (__m512bh)_mm512_set1_epi32((int)a),
                            (__m512bh)b);
}

#include "core/panels/avx512_tile.h"
#include "core/panels/vector_tile.h"

const gt__panel_kernel gt__bf16_native = {
    .name = "AVX512-BF16",
    .terms = TERMS,
    .runs = runs,
    .pack_terms = pack_terms,
    .pack_rows = pack_rows,
    .multiply = multiply_tile,
    .round = round_rows,
};

#else

const gt__panel_kernel gt__bf16_native = {0};

#endif
