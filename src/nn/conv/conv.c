/* conv.c: which algorithm computes a convolution: the first one in the table
 * that takes the sizes. That depends on sizes, precision and who makes products
 * alone, so a shard is computed in the same way wherever it is. */
#include "nn/conv/conv.h"

#include "nn/conv/algorithms.h"

#include <assert.h>
#include <stdlib.h>

const gt__conv_algorithm *const gt__conv_algorithms[] = {
    &gt__conv_winograd,
    &gt__conv_implicit_gemm,
    &gt__conv_im2col,
    NULL,
};

enum {
    ALGORITHMS = sizeof gt__conv_algorithms / sizeof *gt__conv_algorithms - 1
};

/* The plans of one precision. */
typedef struct plans {
    void *plan[ALGORITHMS]; /* NULL: that one takes no n */
} plans;

enum { PRECISIONS = GT_BF16 + 1 };

struct gt__conv {
    plans in[PRECISIONS];
    size_t scratch, keeps;
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static gt_status make_plans(gt__conv *conv, const gt__conv_geometry *g,
                            int max_n)
{
    plans *p = &conv->in[g->precision];
    for (int i = 0; i < ALGORITHMS; i++) {
        const gt__conv_algorithm *algorithm = gt__conv_algorithms[i];
        gt_status status = algorithm->plan_new(&p->plan[i], g, max_n);
        if (status != GT_OK)
            return status;
        if (!p->plan[i])
            continue;
        conv->scratch = larger(conv->scratch, algorithm->scratch(p->plan[i]));
        if (algorithm->keeps)
            conv->keeps = larger(conv->keeps, algorithm->keeps(p->plan[i]));
    }
    return GT_OK;
}

gt_status gt__conv_new(gt__conv **out, const gt__conv_geometry *g, int max_n)
{
    gt__conv *conv = calloc(1, sizeof *conv);
    gt__conv_geometry fp32 = *g;
    *out = NULL;
    if (!conv)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a convolution's plan");
    fp32.precision = GT_FP32;
    gt_status status = make_plans(conv, &fp32, max_n);
    if (status == GT_OK && g->precision != GT_FP32)
        status = make_plans(conv, g, max_n);
    if (status != GT_OK)
        gt__conv_free(conv);
    else
        *out = conv;
    return status;
}

void gt__conv_free(gt__conv *conv)
{
    if (!conv)
        return;
    for (int p = 0; p < PRECISIONS; p++)
        for (int i = 0; i < ALGORITHMS; i++)
            if (conv->in[p].plan[i])
                gt__conv_algorithms[i]->plan_free(conv->in[p].plan[i]);
    free(conv);
}

size_t gt__conv_scratch(const gt__conv *conv)
{
    return conv->scratch;
}

size_t gt__conv_keeps(const gt__conv *conv)
{
    return conv->keeps;
}

/* The number of the algorithm for a product of n samples. */
static int choose(const plans *p, int n, gt__conv_product product)
{
    int i = 0;
    while (!p->plan[i] ||
           !gt__conv_algorithms[i]->takes(p->plan[i], n, product)) {
        i++;
        assert(i < ALGORITHMS); /* the last one takes all */
    }
    return i;
}

void gt__conv_forward(const gt__conv *conv, int n, gt_precision precision,
                      const gt_real *big, const gt__conv_kernel *kernel,
                      gt_real *small, const gt__conv_epilogue *epilogue,
                      gt_real *scratch)
{
    const plans *p = &conv->in[precision];
    int i = choose(p, n, GT__CONV_FORWARD);
    gt__conv_algorithms[i]->forward(p->plan[i], n, big, kernel, small, epilogue,
                                    scratch);
}

void gt__conv_backward_data(const gt__conv *conv, int n, gt_precision precision,
                            const gt_real *small, const gt__conv_kernel *kernel,
                            gt_real *big, const gt__conv_epilogue *epilogue,
                            gt_real *scratch)
{
    const plans *p = &conv->in[precision];
    int i = choose(p, n, GT__CONV_BACKWARD_DATA);
    gt__conv_algorithms[i]->backward_data(p->plan[i], n, small, kernel, big,
                                          epilogue, scratch);
}

void gt__conv_backward_weights(const gt__conv *conv, int n,
                               gt_precision precision, const gt_real *big,
                               const gt_real *small, gt_transpose op,
                               gt_real *weight, bool accumulate,
                               gt_real *scratch)
{
    const plans *p = &conv->in[precision];
    int i = choose(p, n, GT__CONV_BACKWARD_WEIGHTS);
    gt__conv_algorithms[i]->backward_weights(p->plan[i], n, big, small, op,
                                             weight, accumulate, scratch);
}

void gt__conv_backward_both(const gt__conv *conv, int n, gt_precision precision,
                            gt__conv_product data,
                            const gt__conv_backward *what, gt_real *scratch)
{
    const plans *p = &conv->in[precision];
    int i = choose(p, n, data);
    const gt__conv_algorithm *algorithm = gt__conv_algorithms[i];
    if (what->data && what->gradient &&
        i == choose(p, n, GT__CONV_BACKWARD_WEIGHTS) && algorithm->backward &&
        algorithm->together(p->plan[i], n)) {
        algorithm->backward(p->plan[i], n, data, what, scratch);
        return;
    }
    if (what->gradient)
        gt__conv_backward_weights(conv, n, precision, what->big, what->small,
                                  what->gradient_op, what->gradient,
                                  what->accumulate, scratch);
    if (what->data && data == GT__CONV_FORWARD)
        gt__conv_forward(conv, n, precision, what->big, &what->kernel,
                         what->data, NULL, scratch);
    else if (what->data)
        gt__conv_backward_data(conv, n, precision, what->small, &what->kernel,
                               what->data, NULL, scratch);
}
