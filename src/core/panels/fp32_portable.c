/* fp32_portable.c: what the instructions do, one number at a time: for tests on
 * any CPU, which see the same bits. */
#include "core/panels/kernel.h"

#include <math.h>
#include <string.h>

/* Element (term, i) is at from[term * by_term + i * by_count]. */
static void pack(const gt__panel_span *s, size_t by_term, size_t by_count,
                 uint32_t *panels)
{
    size_t terms = (size_t)s->terms, width = (size_t)s->width;
    for (size_t i = 0; i < (size_t)s->count; i++)
        for (size_t k = 0; k < terms; k++)
            memcpy(panels + i / width * width * terms + k * width + i % width,
                   gt__panel_reals(s) + i * by_count + k * by_term,
                   sizeof(float));
}

static void pack_terms(const gt__panel_span *span, uint32_t *panels)
{
    pack(span, span->ld, 1, panels);
}

static void pack_rows(const gt__panel_span *span, uint32_t *panels)
{
    pack(span, 1, span->ld, panels);
}

static float number(const uint32_t *word)
{
    float x;
    memcpy(&x, word, sizeof x);
    return x;
}

static float add_run(const gt__panel_tile *t, const uint32_t *a,
                     const uint32_t *b, float sum)
{
    for (size_t w = 0; w < (size_t)t->words; w++)
        sum = fmaf(number(a + w * t->a.along), number(b + w * t->b.along), sum);
    return sum;
}

static void multiply(const gt__panel_tile *t)
{
    for (int i = 0; i < t->rows; i++)
        for (int j = 0; j < t->columns; j++) {
            const uint32_t *a = t->a.at + (size_t)i * t->a.across;
            const uint32_t *b = t->b.at + j;
            float *c = t->c + (size_t)i * t->ldc + j, sum = t->add ? *c : 0;
            for (size_t r = 0; r < (size_t)t->runs; r++)
                sum = add_run(t, a + r * t->a.apart, b + r * t->b.apart, sum);
            *c = gt__panel_add_sums(t, i, j, sum);
        }
}

static bool runs(void)
{
    return true;
}

const gt__panel_kernel gt__fp32_portable = {
    .name = "portable",
    .terms = 1,
    .runs = runs,
    .pack_terms = pack_terms,
    .pack_rows = pack_rows,
    .multiply = multiply,
};
