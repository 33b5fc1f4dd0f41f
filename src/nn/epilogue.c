/* epilogue.c: rows are processed in pieces that fit into the first-level cache.
 * Columns are summed in strips, whose sums stay in registers; a strip of a
 * narrow matrix spans several rows, so that the loops vectorise at any width.
 * Partial sums over a few rows keep rounding small. */
#include "nn/epilogue.h"

#include "core/product.h"
#include "core/simd.h"

#include <assert.h>
#include <string.h>

enum {
    STRIP = 64,
    ROWS = 128,
    PIECE = 8192, /* reals: 32 KB in fp32 */
    PIECE_ROWS = 8
};

/* y[rows x m] += bias[m]. */
GT_SIMD static void add_bias(gt_real *y, size_t rows, int m,
                             const gt_real *bias)
{
    gt_real wide[STRIP];
    int repeat = m < STRIP ? STRIP / m : 1, width = m * repeat;
    if (repeat > 1) {
        for (int j = 0; j < width; j++)
            wide[j] = bias[j % m];
        bias = wide;
    }
    size_t count = rows * (size_t)m;
    for (size_t i = 0; i < count; i += (size_t)width) {
        size_t n = count - i < (size_t)width ? count - i : (size_t)width;
        gt_real *restrict to = y + i;
        for (size_t j = 0; j < n; j++)
            /* NOLINTNEXTLINE(clang-analyzer-core.*): all of it is filled */
            to[j] += bias[j];
    }
}

/* sum[0 .. n-1] += columns of `rows` rows that lie `stride` apart. */
GT_SIMD static void add_rows(const gt_real *restrict dy, size_t rows,
                             size_t stride, size_t n, gt_real *restrict sum)
{
    gt_real part[STRIP] = {0};
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < n; j++)
            part[j] += dy[r * stride + j];
    for (size_t j = 0; j < n; j++)
        sum[j] += part[j];
}

static void strip_sums(const gt_real *dy, size_t rows, size_t stride, size_t n,
                       gt_real *sum)
{
    for (size_t r = 0; r < rows; r += ROWS)
        add_rows(dy + r * stride, rows - r < ROWS ? rows - r : ROWS, stride, n,
                 sum);
}

/* The columns of a matrix that is narrower than a strip. */
static void sum_narrow_columns(const gt_real *dy, size_t rows, int m,
                               gt_real *grad)
{
    gt_real sum[STRIP] = {0};
    size_t repeat = STRIP / (size_t)m, width = repeat * (size_t)m;
    size_t whole = rows / repeat;
    strip_sums(dy, whole, width, width, sum);
    strip_sums(dy + whole * width, rows - whole * repeat, (size_t)m, (size_t)m,
               sum);
    for (size_t j = 0; j < width; j++)
        grad[j % (size_t)m] += sum[j];
}

/* grad[m] = column sums of dy[rows x m], or += if `accumulate`. */
static void sum_columns(const gt_real *dy, size_t rows, int m, gt_real *grad,
                        bool accumulate)
{
    for (int j = 0; j < m && !accumulate; j++)
        grad[j] = 0;
    if (m <= STRIP / 2) {
        sum_narrow_columns(dy, rows, m, grad);
        return;
    }
    for (int j = 0; j < m; j += STRIP) {
        gt_real sum[STRIP] = {0};
        int n = m - j < STRIP ? m - j : STRIP;
        strip_sums(dy + j, rows, (size_t)m, (size_t)n, sum);
        for (int i = 0; i < n; i++)
            grad[j + i] += sum[i];
    }
}

/* NULL: there is none. */
static const gt_tensor *bias_of(const gt_layer *layer)
{
    bool has = layer->n_params > 1 && layer->param[1].role == GT_ROLE_BIAS;
    return has ? &layer->param[1] : NULL;
}

static size_t piece_rows(const gt_layer *layer)
{
    size_t rows = PIECE / (size_t)layer->out.c;
    return rows > PIECE_ROWS ? rows : PIECE_ROWS;
}

void gt__epilogue_forward(const gt_layer *layer, const gt_pass *pass,
                          gt_real *y, size_t rows)
{
    size_t m = (size_t)layer->out.c, most = piece_rows(layer);
    const gt_tensor *bias = bias_of(layer);
    if (pass->tangent)
        return;
    if (!bias && !layer->fused)
        return;
    for (size_t r = 0; r < rows; r += most) {
        size_t n = rows - r < most ? rows - r : most;
        if (bias)
            add_bias(y + r * m, n, layer->out.c, pass->param + bias->offset);
        gt__fused_apply(layer, y + r * m, n * m);
    }
}

/* A direction does not depend on the bias. */
static void clear_bias(const gt_tensor *bias, const gt_pass *pass, bool add)
{
    gt_real *grad = pass->grad + bias->offset;
    for (size_t i = 0; !add && i < bias->count; i++)
        grad[i] = 0;
}

/* dy *= the derivative; the sums of columns go to `sums`, if that is set, and
 * are added to what is there if `add`. */
static void go_back(const gt_layer *layer, const gt_real *y, gt_real *dy,
                    size_t rows, gt_real *sums, bool add)
{
    size_t m = (size_t)layer->out.c, most = piece_rows(layer);
    if (!sums && !layer->fused)
        return;
    for (size_t r = 0; r < rows; r += most) {
        size_t n = rows - r < most ? rows - r : most;
        gt__fused_apply_grad(layer, y + r * m, dy + r * m, n * m);
        if (sums)
            sum_columns(dy + r * m, n, layer->out.c, sums, add || r > 0);
    }
}

void gt__epilogue_backward(const gt_layer *layer, const gt_pass *pass,
                           const gt_real *y, gt_real *dy, size_t rows, bool add)
{
    const gt_tensor *bias = pass->grad ? bias_of(layer) : NULL;
    if (bias && pass->tangent)
        clear_bias(bias, pass, add);
    go_back(layer, y, dy, rows,
            bias && !pass->tangent ? pass->grad + bias->offset : NULL, add);
}

/* Sums of a tree over GT_PRODUCT_SHARDS shards that wait for others. */
enum { LEVELS = 5 };
_Static_assert(1 << (LEVELS - 1) == GT_PRODUCT_SHARDS, "the tree's levels");

size_t gt__epilogue_scratch(const gt_layer *layer)
{
    return LEVELS * (size_t)layer->out.c;
}

GT_SIMD static void add_sums(gt_real *restrict to, const gt_real *restrict from,
                             size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

void gt__epilogue_backward_shards(const gt_layer *layer, const gt_pass *pass,
                                  const gt_real *y, gt_real *dy, const int *cut,
                                  gt_real *scratch)
{
    const gt_tensor *bias = pass->grad ? bias_of(layer) : NULL;
    size_t m = (size_t)layer->out.c;
    int height = 0;
    assert(!pass->accumulate && !pass->tangent);
    for (int s = 0; s < pass->shards; s++) {
        size_t at = (size_t)cut[s] * m, rows = (size_t)(cut[s + 1] - cut[s]);
        gt_real *sums = bias ? scratch + (size_t)height++ * m : NULL;
        go_back(layer, y + at, dy + at, rows, sums, false);
        bool last = s + 1 == pass->shards;
        for (int ended = s + 1; sums && height > 1 && (last || ended % 2 == 0);
             ended /= 2, height--)
            add_sums(scratch + (size_t)(height - 2) * m,
                     scratch + (size_t)(height - 1) * m, m);
    }
    if (bias)
        memcpy(pass->grad + bias->offset, scratch, m * sizeof *scratch);
}
