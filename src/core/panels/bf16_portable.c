/* portable.c: what the instructions do, one number at a time: for tests on any
 * CPU, which see the same bits. */
#include "core/panels/kernel.h"

#include "core/bfloat16.h"

#include <float.h>
#include <math.h>

/* A denormal number becomes zero and keeps its sign. */
static float flush(float x)
{
    return fabsf(x) < FLT_MIN ? copysignf(0, x) : x;
}

static uint32_t rounded(float x)
{
    return gt_bfloat16_of(flush(x));
}

static uint32_t number(const gt__panel_span *s, size_t at)
{
    return s->rounded ? ((const uint16_t *)s->from)[at]
                      : rounded(gt__panel_reals(s)[at]);
}

/* Element (term, i) is number term * by_term + i * by_count. */
static void pack(const gt__panel_span *s, size_t by_term, size_t by_count,
                 uint32_t *panels)
{
    size_t words = ((size_t)s->terms + 1) / 2, width = (size_t)s->width;
    for (size_t i = 0; i < (size_t)s->count; i++) {
        uint32_t *to = panels + i / width * width * words + i % width;
        for (size_t w = 0; w < words; w++) {
            bool odd = 2 * w + 1 == (size_t)s->terms;
            size_t at = 2 * w * by_term + i * by_count;
            uint32_t first = number(s, at);
            uint32_t second = odd ? 0 : number(s, at + by_term);
            to[w * width] = first | second << 16;
        }
    }
}

static void pack_terms(const gt__panel_span *span, uint32_t *panels)
{
    pack(span, span->ld, 1, panels);
}

static void pack_rows(const gt__panel_span *span, uint32_t *panels)
{
    pack(span, 1, span->ld, panels);
}

static void round_rows(const float *from, int rows, int n, uint16_t *to,
                       size_t ld)
{
    for (int i = 0; i < rows; i++, from += n, to += ld)
        for (int j = 0; j < n; j++)
            to[j] = (uint16_t)rounded(from[j]);
}

static float add_product(uint32_t a, uint32_t b, float sum)
{
    return flush(fmaf(gt_bfloat16_widen((uint16_t)a),
                      gt_bfloat16_widen((uint16_t)b), sum));
}

static float add_run(const gt__panel_tile *t, const uint32_t *a,
                     const uint32_t *b, float sum)
{
    for (int w = 0; w < t->words; w++, a += t->a.along, b += t->b.along) {
        sum = add_product(*a >> 16, *b >> 16, sum);
        sum = add_product(*a & 0xffff, *b & 0xffff, sum);
    }
    return sum;
}

static void multiply(const gt__panel_tile *t)
{
    for (int i = 0; i < t->rows; i++)
        for (int j = 0; j < t->columns; j++) {
            float *c = t->c + (size_t)i * t->ldc + j, sum = 0;
            if (t->add)
                sum = flush(*c);
            for (size_t r = 0; r < (size_t)t->runs; r++)
                sum = add_run(
                    t, t->a.at + (size_t)i * t->a.across + r * t->a.apart,
                    t->b.at + j + r * t->b.apart, sum);
            *c = gt__panel_add_sums(t, i, j, sum);
        }
}

static bool runs(void)
{
    return true;
}

const gt__panel_kernel gt__bf16_portable = {
    .name = "portable",
    .terms = 2,
    .runs = runs,
    .pack_terms = pack_terms,
    .pack_rows = pack_rows,
    .multiply = multiply,
    .round = round_rows,
};
