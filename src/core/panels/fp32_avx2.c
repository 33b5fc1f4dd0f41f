/* fp32_avx2.c: the kernel of CPUs with AVX2 and FMA. A panel is multiplied in
 * tiles of 6 rows and two vectors of columns, whose 12 sums stay in registers,
 * of which there are 16. */
#include "core/panels/kernel.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define NATIVE __attribute__((target("avx2,fma")))
#define PART __attribute__((always_inline)) NATIVE
#define UNROLL _Pragma("GCC unroll 16")

enum { LANES = 8, VECTORS = 2, ROWS = 6, COLUMNS = LANES * VECTORS };

static bool runs(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* --- Packing, by loops that the compiler makes vectors of. */

static NATIVE void pack_terms(const gt__panel_span *s, uint32_t *panels)
{
    for (int i = 0; i < s->count; i += s->width) {
        size_t here = (size_t)smaller(s->count - i, s->width) * sizeof(float);
        const float *from = s->from + i;
        uint32_t *to = panels + (size_t)i * (size_t)s->terms;
        for (int k = 0; k < s->terms; k++, from += s->ld, to += s->width)
            __builtin_memcpy(to, from, here);
    }
}

static NATIVE void pack_rows(const gt__panel_span *s, uint32_t *panels)
{
    size_t width = (size_t)s->width;
    for (int i = 0; i < s->count; i += s->width)
        for (int r = 0; r < smaller(s->count - i, s->width); r++) {
            const float *from = s->from + (size_t)(i + r) * s->ld;
            uint32_t *to = panels + (size_t)i * (size_t)s->terms + r;
            for (int k = 0; k < s->terms; k++)
                __builtin_memcpy(to + (size_t)k * width, from + k,
                                 sizeof *from);
        }
}

/* --- Multiplying. */

/* The lanes of vector v that are among the first n columns. */
static inline PART __m256i lanes_of(int n, int v)
{
    __m256i number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n - v * LANES), number);
}

/* One run. `whole`: all columns are there. */
static inline PART void add_words(int rows, bool whole, const gt__panel_tile *t,
                                  const uint32_t *a, const uint32_t *b,
                                  const __m256i wanted[VECTORS],
                                  __m256 sum[ROWS][VECTORS])
{
    for (int w = 0; w < t->words; w++) {
        __m256 right[VECTORS];
        UNROLL for (int v = 0; v < VECTORS; v++)
        {
            const float *at =
                (const float *)(const void *)(b + (size_t)v * LANES);
            right[v] =
                whole ? _mm256_loadu_ps(at) : _mm256_maskload_ps(at, wanted[v]);
        }
        UNROLL for (int i = 0; i < rows; i++)
        {
            uint32_t word = gt__panel_word(a + (size_t)i * t->a.across);
            __m256 left = _mm256_castsi256_ps(_mm256_set1_epi32((int)word));
            UNROLL for (int v = 0; v < VECTORS; v++) sum[i][v] =
                _mm256_fmadd_ps(left, right[v], sum[i][v]);
        }
        a += t->a.along;
        b += t->b.along;
    }
}

static inline PART void add_sums(int rows, const gt__panel_tile *t,
                                 __m256 sum[ROWS][VECTORS])
{
    for (int s = 0; s < t->n_sums; s++) {
        const float *more = t->sums - (ptrdiff_t)s * GT__PANEL_TILE;
        UNROLL for (int i = 0; i < rows; i++)
        {
            UNROLL for (int v = 0; v < VECTORS; v++) sum[i][v] = _mm256_add_ps(
                sum[i][v],
                _mm256_loadu_ps(more + (i * GT__PANEL_COLUMNS + v * LANES)));
        }
    }
}

static inline PART void multiply_n(int rows, bool whole,
                                   const gt__panel_tile *t)
{
    __m256 sum[ROWS][VECTORS];
    __m256i wanted[VECTORS];
    UNROLL for (int v = 0; v < VECTORS; v++) wanted[v] =
        lanes_of(t->columns, v);
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < VECTORS; v++) sum[i][v] =
            t->add
                ? _mm256_maskload_ps(
                      t->c + (size_t)i * t->ldc + (size_t)v * LANES, wanted[v])
                : _mm256_setzero_ps();
    }
    for (int r = 0; r < t->runs; r++)
        add_words(rows, whole, t, t->a.at + (size_t)r * t->a.apart,
                  t->b.at + (size_t)r * t->b.apart, wanted, sum);
    add_sums(rows, t, sum);
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < VECTORS; v++)
            _mm256_maskstore_ps(t->c + (size_t)i * t->ldc + (size_t)v * LANES,
                                wanted[v], sum[i][v]);
    }
}

#define CASE(rows)                                                             \
    case rows:                                                                 \
        if (t->columns == COLUMNS)                                             \
            multiply_n(rows, true, t);                                         \
        else                                                                   \
            multiply_n(rows, false, t);                                        \
        break;

static NATIVE void multiply_tile(const gt__panel_tile *t)
{
    switch (t->rows) {
        CASE(1)
        CASE(2)
        CASE(3)
        CASE(4)
        CASE(5)
        CASE(6)
    }
}

static void multiply(const gt__panel_tile *t)
{
    for (int j = 0; j < t->columns; j += COLUMNS)
        for (int i = 0; i < t->rows; i += ROWS) {
            gt__panel_tile part = *t;
            part.rows = smaller(t->rows - i, ROWS);
            part.columns = smaller(t->columns - j, COLUMNS);
            part.a.at = t->a.at + (size_t)i * t->a.across;
            part.b.at = t->b.at + j;
            part.c = t->c + (size_t)i * t->ldc + j;
            if (t->n_sums > 0)
                part.sums = t->sums + (i * GT__PANEL_COLUMNS + j);
            multiply_tile(&part);
        }
}

const gt__panel_kernel gt__fp32_avx2 = {
    .name = "AVX2",
    .terms = 1,
    .runs = runs,
    .pack_terms = pack_terms,
    .pack_rows = pack_rows,
    .multiply = multiply,
};

#else

const gt__panel_kernel gt__fp32_avx2 = {0};

#endif
