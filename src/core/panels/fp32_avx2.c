/* fp32_avx2.c: the kernel of CPUs with AVX2 and FMA, which have 16 registers. A
 * panel is multiplied in tiles of 6 rows and two vectors of columns, or 12 and
 * one, whose 12 sums stay there: enough to begin two instructions each cycle,
 * with 8 or 13 loads for 12 of them. */
#include "core/panels/kernel.h"
#include "core/panels/side.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define NATIVE __attribute__((target("avx2,fma")))
#define PART __attribute__((always_inline)) NATIVE
#define UNROLL _Pragma("GCC unroll 16")

enum { LANES = 8 };

static bool runs(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* --- Packing. */

static NATIVE void pack_terms(const gt__panel_span *s, uint32_t *panels)
{
    for (int i = 0; i < s->count; i += s->width) {
        size_t here =
            (size_t)gt__smaller(s->count - i, s->width) * sizeof(float);
        const float *from = gt__panel_reals(s) + i;
        uint32_t *to = panels + (size_t)i * (size_t)s->terms;
        for (int k = 0; k < s->terms; k++, from += s->ld, to += s->width)
            __builtin_memcpy(to, from, here);
    }
}

/* Columns become rows. */
static inline PART void turn(__m256 r[LANES])
{
    __m256 t[LANES];
    UNROLL for (int i = 0; i < LANES; i += 2)
    {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    UNROLL for (int i = 0; i < LANES; i += 4)
    {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
    UNROLL for (int i = 0; i < LANES; i++) t[i] = r[i];
    UNROLL for (int i = 0; i < LANES / 2; i++)
    {
        r[i] = _mm256_permute2f128_ps(t[i], t[i + LANES / 2], 0x20);
        r[i + LANES / 2] = _mm256_permute2f128_ps(t[i], t[i + LANES / 2], 0x31);
    }
}

/* Whole squares of 8 terms of 8 rows; returns the terms that are done. */
static inline PART int pack_squares(const gt__panel_span *s, const float *from,
                                    uint32_t *to)
{
    int k = 0;
    for (; k + LANES <= s->terms; k += LANES) {
        __m256 r[LANES];
        UNROLL for (int i = 0; i < LANES; i++) r[i] =
            _mm256_loadu_ps(from + (size_t)i * s->ld + k);
        turn(r);
        UNROLL for (int i = 0; i < LANES; i++) _mm256_storeu_ps(
            (float *)(void *)(to + (size_t)(k + i) * (size_t)s->width), r[i]);
    }
    return k;
}

static NATIVE void pack_rows(const gt__panel_span *s, uint32_t *panels)
{
    size_t width = (size_t)s->width;
    for (int i = 0, next; i < s->count; i = next) {
        int in_panel = i % s->width;
        int rows = gt__smaller(s->count - i, s->width - in_panel);
        const float *from = gt__panel_reals(s) + (size_t)i * s->ld;
        uint32_t *to =
            panels + (size_t)(i - in_panel) * (size_t)s->terms + in_panel;
        int done = rows >= LANES ? pack_squares(s, from, to) : 0;
        rows = gt__smaller(rows, LANES);
        for (int r = 0; r < rows; r++)
            for (int k = done; k < s->terms; k++)
                __builtin_memcpy(to + (size_t)k * width + r,
                                 from + (size_t)r * s->ld + k, sizeof *from);
        next = i + rows;
    }
}

/* --- Multiplying. */

#define TILE_ROWS 6
#define CHOICES_TAKE_TIME 1

typedef __m256 vector;
typedef __m256i lanes;

static inline PART lanes first(int n)
{
    __m256i number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), number);
}

static inline PART vector none(void)
{
    return _mm256_setzero_ps();
}

static inline PART vector load(const float *at)
{
    return _mm256_loadu_ps(at);
}

static inline PART vector load_some(lanes which, const float *at)
{
    return _mm256_maskload_ps(at, which);
}

static inline PART vector add(vector a, vector b)
{
    return _mm256_add_ps(a, b);
}

static inline PART void store(float *at, vector a)
{
    _mm256_storeu_ps(at, a);
}

static inline PART void store_some(float *at, lanes which, vector a)
{
    _mm256_maskstore_ps(at, which, a);
}

static inline PART void store_past(float *at, vector a)
{
    _mm256_stream_ps(at, a);
}

static inline PART vector add_products(vector sum, uint32_t a, vector b)
{
    __m256 left = _mm256_castsi256_ps(_mm256_set1_epi32((int)a));
    return _mm256_fmadd_ps(left, b, sum);
}

#include "core/panels/vector_tile.h"

/* The tiles of a panel: of about as many rows each, as few of them do not keep
 * a CPU busy. */
typedef struct tiles {
    int rows, across, down;
} tiles;

static tiles tiles_of(const gt__panel_tile *t)
{
    int across = (t->columns + VECTORS * LANES - 1) / (VECTORS * LANES);
    int down = t->columns <= LANES ? 1 : (t->rows + TILE_ROWS - 1) / TILE_ROWS;
    return (tiles){(t->rows + down - 1) / down, across, down};
}

/* Lines that touch are shared by all n tiles, so that they come all the time:
 * each of them is asked for by n words. Others are asked for by the first tile.
 */
static void share_ahead(const gt__panel_tile *t, int n, int i,
                        gt__panel_tile *part)
{
    if (t->ahead_step != GT__LINE) {
        part->ahead = i == 0 ? t->ahead : NULL;
        return;
    }
    part->ahead_step = (size_t)GT__LINE / (size_t)n;
    part->ahead += (size_t)(i * t->words) * part->ahead_step;
}

static void multiply(const gt__panel_tile *t)
{
    const tiles of = tiles_of(t);
    int number = 0;
    for (int j = 0; j < t->columns; j += VECTORS * LANES)
        for (int i = 0; i < t->rows; i += of.rows) {
            gt__panel_tile part = *t;
            part.rows = gt__smaller(t->rows - i, of.rows);
            part.columns = gt__smaller(t->columns - j, VECTORS * LANES);
            part.a.at = t->a.at + (size_t)i * t->a.across;
            part.b.at = t->b.at + j;
            part.c = t->c + (size_t)i * t->ldc + j;
            if (t->n_sums > 0)
                part.sums = t->sums + (i * GT__PANEL_COLUMNS + j);
            if (t->ahead)
                share_ahead(t, of.across * of.down, number++, &part);
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
