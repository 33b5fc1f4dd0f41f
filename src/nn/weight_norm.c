/* weight_norm.c: weight normalisation (Salimans, Kingma 2016,
 * arXiv:1602.07868): w = g v / |v| for the weights w of each output (eq. 2), so
 * that length and direction are trained apart. As in PyTorch, g begins with
 * |v|. Outputs are the last dimension of every weight: the columns of a matrix.
 * Columns are taken in strips, whose sums are kept in double, but for a few
 * rows at a time. */
#include "core/simd.h"
#include "nn/parametrization.h"

#include <math.h>

enum { STRIP = 512, ROWS = 16 };

/* A strip of a layer's columns: v, its gradient and so on begin at `at`, g at
 * `g`. */
typedef struct strip {
    size_t at, g, n, rows, pitch;
} strip;

static const gt_tensor *length_of(const gt_layer *layer)
{
    return &layer->param[layer->n_params - 1];
}

static bool next_strip(const gt_layer *layer, strip *s)
{
    const gt_tensor *v = &layer->param[0], *g = length_of(layer);
    size_t done = s->pitch ? s->g - g->offset + s->n : 0;
    s->pitch = g->count;
    s->rows = v->count / g->count;
    s->at = v->offset + done;
    s->g = g->offset + done;
    s->n = g->count - done < STRIP ? g->count - done : STRIP;
    return s->n > 0;
}

/* part[j] = the product of columns j of `rows` rows of a and b. */
GT_SIMD static void row_products(const strip *s, const gt_real *restrict a,
                                 const gt_real *restrict b, size_t rows,
                                 gt_real *restrict part)
{
    for (size_t j = 0; j < s->n; j++)
        part[j] = a[j] * b[j];
    for (size_t i = 1; i < rows; i++)
        for (size_t j = 0; j < s->n; j++)
            part[j] += a[i * s->pitch + j] * b[i * s->pitch + j];
}

/* sum[j] = the product of columns j of a and b. */
static void column_products(const strip *s, const gt_real *a, const gt_real *b,
                            double *sum)
{
    gt_real part[STRIP];
    for (size_t j = 0; j < s->n; j++)
        sum[j] = 0;
    for (size_t i = 0; i < s->rows; i += ROWS) {
        size_t at = i * s->pitch;
        row_products(s, a + at, b + at, s->rows - i < ROWS ? s->rows - i : ROWS,
                     part);
        for (size_t j = 0; j < s->n; j++)
            sum[j] += (double)part[j];
    }
}

static gt_status plan(gt_layer *layer)
{
    int outputs = layer->param[0].dim[layer->param[0].rank - 1];
    return gt_layer_add_param(layer, "weight_g", GT_ROLE_OWN, 1, &outputs, 0,
                              0);
}

static void init(const gt_layer *layer, gt_real *params)
{
    double sum[STRIP];
    for (strip s = {0}; next_strip(layer, &s);) {
        column_products(&s, params + s.at, params + s.at, sum);
        for (size_t j = 0; j < s.n; j++)
            params[s.g + j] = (gt_real)sqrt(sum[j]);
    }
}

GT_SIMD static void scale_columns(const strip *s, const gt_real *restrict v,
                                  const gt_real *restrict scale,
                                  gt_real *restrict w)
{
    for (size_t i = 0; i < s->rows; i++)
        for (size_t j = 0; j < s->n; j++)
            w[i * s->pitch + j] = scale[j] * v[i * s->pitch + j];
}

/* In the place of g stays 1 / |v|; 0 where v is 0 and has no direction. */
static void apply(const gt_layer *layer, const gt_real *params,
                  gt_real *weights)
{
    double sum[STRIP];
    gt_real scale[STRIP];
    for (strip s = {0}; next_strip(layer, &s);) {
        column_products(&s, params + s.at, params + s.at, sum);
        for (size_t j = 0; j < s.n; j++) {
            double shrink = sum[j] == 0 ? 0 : 1 / sqrt(sum[j]);
            weights[s.g + j] = (gt_real)shrink;
            scale[j] = (gt_real)((double)params[s.g + j] * shrink);
        }
        scale_columns(&s, params + s.at, scale, weights + s.at);
    }
}

/* d = scale (d - share v), column by column. */
GT_SIMD static void turn_columns(const strip *s, const gt_real *restrict v,
                                 const gt_real *restrict scale,
                                 const gt_real *restrict share,
                                 gt_real *restrict d)
{
    for (size_t i = 0; i < s->rows; i++)
        for (size_t j = 0; j < s->n; j++) {
            gt_real *to = &d[i * s->pitch + j];
            *to = scale[j] * (*to - share[j] * v[i * s->pitch + j]);
        }
}

/* Eq. 3: dg = dw . v / |v|, dv = g / |v| (dw - dg v / |v|). */
static void pull_back(const gt_layer *layer, const gt_real *params,
                      const gt_real *weights, gt_real *grad)
{
    double sum[STRIP];
    gt_real scale[STRIP], share[STRIP];
    for (strip s = {0}; next_strip(layer, &s);) {
        column_products(&s, grad + s.at, params + s.at, sum);
        for (size_t j = 0; j < s.n; j++) {
            double shrink = (double)weights[s.g + j], dg = sum[j] * shrink;
            grad[s.g + j] = (gt_real)dg;
            scale[j] = (gt_real)((double)params[s.g + j] * shrink);
            share[j] = (gt_real)(dg * shrink);
        }
        turn_columns(&s, params + s.at, scale, share, grad + s.at);
    }
}

const gt_parametrization gt__weight_norm = {
    .stored = "weight_v",
    .plan = plan,
    .init = init,
    .apply = apply,
    .pull_back = pull_back,
};
