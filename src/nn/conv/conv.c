/* conv.c: which way a convolution is computed. That depends on sizes alone,
 * so a shard is computed the same way wherever it is. */
#include "nn/conv/conv.h"

#include "nn/conv/im2col.h"
#include "nn/conv/winograd.h"
#include "nn/epilogue.h"

#include <limits.h>

gt_status gt__conv_check(const gt__conv *p, int max_n, int m)
{
    double weights = (double)p->kh * p->kw * p->c * m;
    double pixels = (double)max_n * p->h * p->w;
    double positions = (double)max_n * p->oh * p->ow;
    if (weights > INT_MAX)
        return gt_fail(GT_ERR_CONFIG,
                       "a kernel of %.0f weights; the most is %d", weights,
                       INT_MAX);
    if (pixels > INT_MAX || positions > INT_MAX)
        return gt_fail(GT_ERR_CONFIG,
                       "%.0f positions in a pass of %d samples; the most is "
                       "%d: use a smaller batch or more shards",
                       pixels > positions ? pixels : positions, max_n, INT_MAX);
    return GT_OK;
}

size_t gt__conv_scratch(const gt__conv *p, int max_n, int m)
{
    size_t plain = gt__im2col_scratch(p, max_n);
    size_t fast = gt__winograd_scratch(p, max_n, m);
    return plain > fast ? plain : fast;
}

void gt__conv_forward(const gt__conv *p, int n, const gt_real *big,
                      gt_transpose op, const gt_real *weight, int m,
                      gt_real *small, const gt__conv_epilogue *done,
                      gt_real *scratch)
{
    gt__winograd plan;
    if (gt__winograd_plan(&plan, p, n, m))
        gt__winograd_forward(&plan, big, op, weight, small, done, scratch);
    else
        gt__im2col_forward(p, n, big, op, weight, m, small, done, scratch);
}

void gt__conv_backward_data(const gt__conv *p, int n, const gt_real *small,
                            gt_transpose op, const gt_real *weight, int m,
                            gt_real *big, const gt__conv_epilogue *done,
                            gt_real *scratch)
{
    gt__winograd plan;
    if (gt__winograd_plan(&plan, p, n, m))
        gt__winograd_backward_data(&plan, small, op, weight, big, done,
                                   scratch);
    else
        gt__im2col_backward_data(p, n, small, op, weight, m, big, done,
                                 scratch);
}

void gt__conv_backward_weights(const gt__conv *p, int n, const gt_real *big,
                               const gt_real *small, int m, gt_transpose op,
                               gt_real *weight, bool accumulate,
                               gt_real *scratch)
{
    gt__winograd plan;
    if (gt__winograd_plan(&plan, p, n, m))
        gt__winograd_backward_weights(&plan, big, small, op, weight, accumulate,
                                      scratch);
    else
        gt__im2col_backward_weights(p, n, big, small, m, op, weight, accumulate,
                                    scratch);
}

void gt__conv_epilogue_run(const gt__conv_epilogue *done, const gt__grid *grid,
                           const gt__block *block, gt_real *images, size_t rows)
{
    if (!done || block->line + block->n_lines < grid->lines)
        return;
    size_t m = (size_t)done->layer->out.c;
    gt__epilogue_forward(done->layer, done->pass,
                         images + (size_t)block->image * rows * m,
                         (size_t)block->n_images * rows);
}
