/* fp32_avx512.c: the kernel of CPUs with AVX-512. */
#include "core/panels/avx512.h"

#ifdef GT__PANELS_X86

#define NATIVE __attribute__((target("avx512f,avx512bw,avx512vl")))
#define PART __attribute__((always_inline)) NATIVE
#define UNROLL GT__UNROLL

enum { LANES = GT__LANES };

static bool runs(void)
{
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
}

/* --- Packing. */

static NATIVE void pack_terms(const gt__panel_span *s, uint32_t *panels)
{
    for (int i = 0; i < s->count; i += s->width) {
        int here = gt__smaller(s->count - i, s->width);
        __mmask16 low = gt__first(here), high = gt__first(here - LANES);
        const float *from = gt__panel_reals(s) + i;
        uint32_t *to = panels + (size_t)i * (size_t)s->terms;
        for (int k = 0; k < s->terms; k++) {
            _mm512_mask_storeu_ps(to, low, _mm512_maskz_loadu_ps(low, from));
            if (high)
                _mm512_mask_storeu_ps(
                    to + LANES, high,
                    _mm512_maskz_loadu_ps(high, from + LANES));
            from += s->ld;
            to += s->width;
        }
    }
}

/* 16 terms of up to 16 rows at a time. */
static NATIVE void pack_turned(const gt__panel_span *s, const float *from,
                               int rows, uint32_t *to)
{
    __mmask16 wanted = gt__first(rows);
    for (int k = 0; k < s->terms; k += LANES) {
        __mmask16 there = gt__first(s->terms - k);
        __m512i r[LANES];
        UNROLL for (int i = 0; i < LANES; i++) r[i] =
            i < rows
                ? _mm512_maskz_loadu_epi32(there, from + (size_t)i * s->ld + k)
                : _mm512_setzero_si512();
        gt__store_turned(r, s->terms - k, wanted, s->width, to);
        to += LANES * (size_t)s->width;
    }
}

static void pack_rows(const gt__panel_span *s, uint32_t *panels)
{
    for (int i = 0; i < s->count; i += s->width)
        for (int v = 0; v < s->width; v += LANES) {
            int rows = gt__smaller(s->width - v, LANES);
            rows = gt__smaller(s->count - i - v, rows);
            if (rows > 0)
                pack_turned(s, gt__panel_reals(s) + (size_t)(i + v) * s->ld,
                            rows, panels + (size_t)i * (size_t)s->terms + v);
        }
}

/* --- Multiplying. */

static inline PART __m512 add_products(__m512 sum, uint32_t a, __m512 b)
{
    __m512 left = _mm512_castsi512_ps(_mm512_set1_epi32((int)a));
    return _mm512_fmadd_ps(left, b, sum);
}

#include "core/panels/avx512_tile.h"
#include "core/panels/vector_tile.h"

const gt__panel_kernel gt__fp32_avx512 = {
    .name = "AVX-512",
    .terms = 1,
    .runs = runs,
    .pack_terms = pack_terms,
    .pack_rows = pack_rows,
    .multiply = multiply_tile,
};

#else

const gt__panel_kernel gt__fp32_avx512 = {0};

#endif
