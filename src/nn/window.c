/* window.c: padding is given as numbers or as a word whose numbers follow from
 * the size of the image, so nobody else may read it. */
#include "nn/window.h"

const char *const gt__padding_words[] = {"same", "valid", NULL};

enum { SAME = -1, VALID = -2 };

void gt__window_pads(const gt__window *window, int axis, int size, int *before,
                     int *after)
{
    int k = window->kernel[axis], s = window->stride[axis];
    *before = window->padding[axis == 0 ? 0 : 2];
    *after = window->padding[axis == 0 ? 1 : 3];
    if (*before == VALID)
        *before = *after = 0;
    if (*before != SAME)
        return;
    int positions = (size + s - 1) / s;
    int all = (positions - 1) * s + k - size;
    all = all < 0 ? 0 : all;
    *before = all / 2;
    *after = all - *before;
}

gt__conv_geometry gt__window_geometry(const gt__window *window, gt_shape big,
                                      gt_shape small, gt_precision precision)
{
    int top, left, unused;
    gt__window_pads(window, 0, big.h, &top, &unused);
    gt__window_pads(window, 1, big.w, &left, &unused);
    return (gt__conv_geometry){.h = big.h,
                               .w = big.w,
                               .c = big.c,
                               .oh = small.h,
                               .ow = small.w,
                               .m = small.c,
                               .kh = window->kernel[0],
                               .kw = window->kernel[1],
                               .sh = window->stride[0],
                               .sw = window->stride[1],
                               .top = top,
                               .left = left,
                               .precision = precision};
}

gt_status gt__window_params(gt_layer *layer, const gt__window *window,
                            const int dim[4], double fan_in, double fan_out)
{
    int filters = (int)window->filters;
    gt_status status = gt_layer_add_param(layer, "weight", GT_ROLE_WEIGHT, 4,
                                          dim, fan_in, fan_out);
    if (status == GT_OK && window->bias)
        status =
            gt_layer_add_param(layer, "bias", GT_ROLE_BIAS, 1, &filters, 0, 0);
    if (status == GT_OK)
        status = gt__parametrize(layer, window->parametrization);
    return status;
}
