/* window.c: see window.h. */
#include "nn/window.h"

const char *const gt__padding_words[] = {"same", "valid", NULL};

enum { SAME = -1, VALID = -2 };

void gt__window_pads(const gt__window *window, int axis, int size, int *before,
                     int *after)
{
    int k = window->kernel[axis], s = window->stride[axis];
    *before = window->padding[2 * axis];
    *after = window->padding[2 * axis + 1];
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

void gt__window_params(gt_layer *layer, const gt__window *window,
                       const int dim[4], double fan_in, double fan_out)
{
    int filters = (int)window->filters;
    gt_layer_add_param(layer, "weight", GT_ROLE_WEIGHT, 4, dim, fan_in,
                       fan_out);
    if (window->bias)
        gt_layer_add_param(layer, "bias", GT_ROLE_BIAS, 1, &filters, 0, 0);
}
