/* conv.c: which algorithm computes a convolution: the first one in the table
 * whose plan takes the sizes. That depends on sizes alone, so a shard is
 * computed in the same way wherever it is. The plan lies at the beginning of
 * the scratch. */
#include "nn/conv/conv.h"

#include "nn/conv/algorithms.h"

#include <assert.h>

const gt__conv_algorithm *const gt__conv_algorithms[] = {
    &gt__conv_winograd,
    &gt__conv_im2col,
    NULL,
};

/* Reals that hold the plan of any algorithm; the rest of the scratch stays
 * aligned. */
static size_t plan_size(void)
{
    size_t bytes = 0;
    for (int i = 0; gt__conv_algorithms[i]; i++)
        if (gt__conv_algorithms[i]->plan_size > bytes)
            bytes = gt__conv_algorithms[i]->plan_size;
    return (bytes + GT_ALIGN - 1) / GT_ALIGN * (GT_ALIGN / sizeof(gt_real));
}

size_t gt__conv_scratch(const gt__conv_geometry *g, int max_n)
{
    size_t most = 0;
    for (int i = 0; gt__conv_algorithms[i]; i++) {
        size_t needed = gt__conv_algorithms[i]->scratch(g, max_n);
        most = needed > most ? needed : most;
    }
    return plan_size() + most;
}

/* The algorithm for passes of n samples, and its plan. */
static const gt__conv_algorithm *choose(const gt__conv_geometry *g, int n,
                                        gt__conv_plan *plan)
{
    int i = 0;
    while (!gt__conv_algorithms[i]->plan(plan, g, n)) {
        i++;
        assert(gt__conv_algorithms[i]); /* the last one is for all shapes */
    }
    return gt__conv_algorithms[i];
}

void gt__conv_forward(const gt__conv_geometry *g, int n, const gt_real *big,
                      gt_transpose op, const gt_real *weight, gt_real *small,
                      const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    gt__conv_plan *plan = (void *)scratch;
    choose(g, n, plan)
        ->forward(plan, big, op, weight, small, epilogue,
                  scratch + plan_size());
}

void gt__conv_backward_data(const gt__conv_geometry *g, int n,
                            const gt_real *small, gt_transpose op,
                            const gt_real *weight, gt_real *big,
                            const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    gt__conv_plan *plan = (void *)scratch;
    choose(g, n, plan)
        ->backward_data(plan, small, op, weight, big, epilogue,
                        scratch + plan_size());
}

void gt__conv_backward_weights(const gt__conv_geometry *g, int n,
                               const gt_real *big, const gt_real *small,
                               gt_transpose op, gt_real *weight,
                               bool accumulate, gt_real *scratch)
{
    gt__conv_plan *plan = (void *)scratch;
    choose(g, n, plan)
        ->backward_weights(plan, big, small, op, weight, accumulate,
                           scratch + plan_size());
}
