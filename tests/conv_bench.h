/* conv_bench.h: one conv2d or conv2d_transpose for tests: planned from a row of
 * numbers, run forward and backward, and computed once more by direct loops in
 * double. The loops know nothing of src/: sizes, "same" and the layouts
 * are restated here from the documentation. */
#ifndef GT_TESTS_CONV_BENCH_H
#define GT_TESTS_CONV_BENCH_H

#include "layer_options.h"

#include <math.h>

enum {
    CONV_SAME = -1,
    CONV_MARGIN = 16, /* reals before the layer's first parameter */
};

typedef struct conv_case {
    bool transposed;
    int n;
    gt_shape in;
    int filters, kernel[2], stride[2];
    int padding[4]; /* top, bottom, left, right; CONV_SAME first: "same" */
    int extra[2];   /* output_padding, of a transposed one */
} conv_case;

/* A sum and the sum of its terms' sizes, which bounds its rounding error. */
typedef struct conv_sum {
    double value, size;
} conv_sum;

typedef struct conv_bench {
    conv_case c;
    char text[160]; /* the options, for messages */
    gt_layer layer;
    gt_pass pass;
    gt_shape out;
    size_t n_x, n_y, n_w, n_b, n_params;
    gt_real *x, *w, *b, *dy;        /* given; w and b lie in param */
    gt_real *y, *dx, *dw, *db;      /* the layer's; dw and db lie in grad */
    conv_sum *ry, *rdx, *rdw, *rdb; /* the direct loops' */
    gt_real *param, *grad, *scratch;
} conv_bench;

static gt_real *conv_reals(size_t n)
{
    gt_real *p = malloc((n ? n : 1) * sizeof *p);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        p[i] = NAN;
    return p;
}

static conv_sum *conv_sums(size_t n)
{
    conv_sum *p = calloc(n ? n : 1, sizeof *p);
    assert_non_null(p);
    return p;
}

/* Zeros around the image along one axis. TensorFlow's rule, as its manual has
 * it: with a whole number of strides, kernel - stride of them (or none); else
 * kernel - size mod stride; the odd one after. A transposed layer's image is
 * its output. */
static void conv_pads(const conv_case *c, int axis, int *before, int *after)
{
    *before = c->padding[2 * axis];
    *after = c->padding[2 * axis + 1];
    if (c->padding[0] != CONV_SAME)
        return;
    int s = c->stride[axis], rest = (axis ? c->in.w : c->in.h) % s;
    int all = c->kernel[axis] - (rest && !c->transposed ? rest : s);
    *before = all > 0 ? all / 2 : 0;
    *after = all > 0 ? all - all / 2 : 0;
}

/* Output size along one axis; less than 1: none. */
static int conv_size(const conv_case *c, int axis)
{
    int in = axis ? c->in.w : c->in.h, s = c->stride[axis], before, after;
    conv_pads(c, axis, &before, &after);
    if (c->padding[0] == CONV_SAME)
        return c->transposed ? in * s : (in + s - 1) / s;
    if (c->transposed)
        return (in - 1) * s + c->kernel[axis] + c->extra[axis] - before - after;
    int size = 0;
    for (int at = -before; at + c->kernel[axis] <= in + after; at += s)
        size++;
    return size;
}

static void conv_text(const conv_case *c, bool bias, char text[160])
{
    int n = snprintf(text, 160, "filters=%d kernel=%dx%d stride=%dx%d bias=%s",
                     c->filters, c->kernel[0], c->kernel[1], c->stride[0],
                     c->stride[1], bias ? "true" : "false");
    if (c->padding[0] == CONV_SAME)
        n += snprintf(text + n, 160 - n, " padding=same");
    else
        n += snprintf(text + n, 160 - n, " padding=%d,%d,%d,%d", c->padding[0],
                      c->padding[1], c->padding[2], c->padding[3]);
    if (c->transposed)
        snprintf(text + n, 160 - n, " output_padding=%dx%d", c->extra[0],
                 c->extra[1]);
}

/* Plans b->layer; free its options whatever comes of it. */
static gt_status conv_plan(conv_bench *b, const conv_case *c, bool bias)
{
    const gt_layer_type *type =
        gt_layer_type_find(c->transposed ? "conv2d_transpose" : "conv2d");
    *b = (conv_bench){.c = *c};
    conv_text(c, bias, b->text);
    b->layer = (gt_layer){.type = type, .in = c->in};
    b->layer.options = layer_options_new(type, b->text);
    assert_non_null(b->layer.options);
    return type->plan(&b->layer, c->n + 1);
}

static void conv_check_shapes(const conv_bench *b)
{
    const conv_case *c = &b->c;
    const gt_tensor *w = &b->layer.param[0];
    if (!gt_shape_equal(b->layer.out, b->out))
        fail_msg("%s on %dx%d: output is %dx%dx%d, not %dx%dx%d", b->text,
                 c->in.h, c->in.w, b->layer.out.h, b->layer.out.w,
                 b->layer.out.c, b->out.h, b->out.w, b->out.c);
    const int conv[] = {c->kernel[0], c->kernel[1], c->in.c, c->filters};
    const int transposed[] = {c->in.c, c->kernel[0], c->kernel[1], c->filters};
    assert_int_equal(w->rank, 4);
    assert_memory_equal(w->dim, c->transposed ? transposed : conv, sizeof conv);
    assert_int_equal(w->count, b->n_w);
}

/* The caller fills x, w, b and dy. */
static void conv_open(conv_bench *b, const conv_case *c, bool bias)
{
    if (conv_plan(b, c, bias) != GT_OK)
        fail_msg("%s on %dx%d: %s", b->text, c->in.h, c->in.w, gt_message());
    b->out = (gt_shape){conv_size(c, 0), conv_size(c, 1), c->filters};
    b->n_x = (size_t)c->n * gt_shape_size(c->in);
    b->n_y = (size_t)c->n * gt_shape_size(b->out);
    b->n_w = (size_t)c->kernel[0] * c->kernel[1] * c->in.c * c->filters;
    b->n_b = bias ? c->filters : 0;
    b->n_params = 2 * CONV_MARGIN + b->n_w + b->n_b;
    conv_check_shapes(b);
    b->layer.param[0].offset = CONV_MARGIN;
    if (bias)
        b->layer.param[1].offset = 2 * CONV_MARGIN + b->n_w;
    b->x = conv_reals(b->n_x);
    b->dx = conv_reals(b->n_x);
    b->y = conv_reals(b->n_y);
    b->dy = conv_reals(b->n_y);
    b->param = conv_reals(b->n_params);
    b->grad = conv_reals(b->n_params);
    b->scratch = conv_reals(b->layer.scratch);
    b->w = b->param + CONV_MARGIN;
    b->b = b->w + b->n_w + CONV_MARGIN;
    b->dw = b->grad + CONV_MARGIN;
    b->db = b->dw + b->n_w + CONV_MARGIN;
    b->ry = conv_sums(b->n_y);
    b->rdx = conv_sums(b->n_x);
    b->rdw = conv_sums(b->n_w);
    b->rdb = conv_sums(b->n_b);
    b->pass = (gt_pass){
        .n = c->n, .training = true, .param = b->param, .grad = b->grad};
}

static void conv_close(conv_bench *b)
{
    void *all[] = {b->x,  b->dx,  b->y,   b->dy,  b->param,  b->grad,
                   b->ry, b->rdx, b->rdw, b->rdb, b->scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    free((void *)b->layer.options);
    gt_layer_free(&b->layer);
}

static void conv_forward(conv_bench *b)
{
    gt_layer_io io = {.x = {b->x}, .y = b->y, .scratch = b->scratch};
    b->layer.type->forward(&b->layer, &b->pass, &io);
}

static void conv_backward(conv_bench *b)
{
    gt_layer_io io = {.x = {b->x},
                      .y = b->y,
                      .dy = b->dy,
                      .dx = {b->dx},
                      .scratch = b->scratch};
    b->layer.type->backward(&b->layer, &b->pass, &io);
}

static void conv_add(conv_sum *sum, double term)
{
    sum->value += term;
    sum->size += fabs(term);
}

/* One tap of the kernel, which multiplies x's pixel at `x` for y's pixel at
 * `y`.
 */
static void conv_tap(conv_bench *b, int tap, size_t x, size_t y)
{
    int taps = b->c.kernel[0] * b->c.kernel[1];
    for (int i = 0; i < b->c.in.c; i++)
        for (int f = 0; f < b->c.filters; f++) {
            int row = b->c.transposed ? i * taps + tap : tap * b->c.in.c + i;
            size_t w = (size_t)row * b->c.filters + f;
            conv_add(&b->ry[y + f], (double)b->x[x + i] * b->w[w]);
            conv_add(&b->rdx[x + i], (double)b->dy[y + f] * b->w[w]);
            conv_add(&b->rdw[w], (double)b->dy[y + f] * b->x[x + i]);
        }
}

/* Number of a pixel's first value, or false if it is beyond an edge. */
static bool conv_pixel(gt_shape s, int sample, int y, int x, size_t *at)
{
    if (y < 0 || y >= s.h || x < 0 || x >= s.w)
        return false;
    *at = (((size_t)sample * s.h + y) * s.w + x) * s.c;
    return true;
}

/* All kernel positions at grid place (row, column): the grid is a convolution's
 * output, or a transposed one's input. */
static void conv_place(conv_bench *b, int sample, int row, int column)
{
    const conv_case *c = &b->c;
    gt_shape image = c->transposed ? b->out : c->in;
    gt_shape grid = c->transposed ? c->in : b->out;
    int top, left, unused;
    conv_pads(c, 0, &top, &unused);
    conv_pads(c, 1, &left, &unused);
    for (int ky = 0; ky < c->kernel[0]; ky++)
        for (int kx = 0; kx < c->kernel[1]; kx++) {
            size_t far, near;
            if (conv_pixel(image, sample, row * c->stride[0] - top + ky,
                           column * c->stride[1] - left + kx, &far) &&
                conv_pixel(grid, sample, row, column, &near))
                conv_tap(b, ky * c->kernel[1] + kx, c->transposed ? near : far,
                         c->transposed ? far : near);
        }
}

static void conv_reference(conv_bench *b)
{
    gt_shape grid = b->c.transposed ? b->c.in : b->out;
    for (int sample = 0; sample < b->c.n; sample++)
        for (int row = 0; row < grid.h; row++)
            for (int column = 0; column < grid.w; column++)
                conv_place(b, sample, row, column);
    for (size_t i = 0; b->n_b && i < b->n_y; i++) {
        conv_add(&b->ry[i], b->b[i % b->n_b]);
        conv_add(&b->rdb[i % b->n_b], b->dy[i]);
    }
}

/* Of the sum of the terms' sizes. A sum of n floats may be off by n 6e-8 of
 * that, but errors cancel; a term left out or misplaced shows at 1e-3. */
static const double conv_tolerance = 1e-5;

/* `times`: how often the gradient has been added up. */
static void conv_check_span(const conv_bench *b, const char *what,
                            const gt_real *got, const conv_sum *want, size_t n,
                            int times)
{
    for (size_t i = 0; i < n; i++) {
        double value = times * want[i].value, size = times * want[i].size;
        if (!(fabs(got[i] - value) <= conv_tolerance * size))
            fail_msg("%s %s, %d samples of %dx%dx%d: %s[%zu] is %.9g, not %.9g",
                     b->layer.type->name, b->text, b->c.n, b->c.in.h, b->c.in.w,
                     b->c.in.c, what, i, got[i], value);
    }
}

static void conv_check(const conv_bench *b, int times)
{
    conv_check_span(b, "output", b->y, b->ry, b->n_y, 1);
    conv_check_span(b, "input gradient", b->dx, b->rdx, b->n_x, 1);
    conv_check_span(b, "weight gradient", b->dw, b->rdw, b->n_w, times);
    conv_check_span(b, "bias gradient", b->db, b->rdb, b->n_b, times);
}

#endif
