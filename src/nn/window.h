/* window.h: kernel, stride and padding as the configuration of conv2d and of
 * conv2d_transpose gives them. For src/nn. Local. */
#ifndef GT_NN_WINDOW_H
#define GT_NN_WINDOW_H

#include "nn/conv/geometry.h"
#include "nn/parametrization.h"

/* The options both layers begin with: a struct with a gt__window `window`. */
typedef struct gt__window {
    int64_t filters;
    int kernel[2], stride[2];
    int padding[4]; /* top, bottom, left, right; -1: same, -2: valid */
    bool bias;
    int parametrization;
} gt__window;

/* Versions of clang-format disagree about the last entry. */
/* clang-format off */
#define GT__WINDOW_OPTIONS(type)                                               \
    {.key = "filters",                                                         \
     .kind = GT_OPTION_INT,                                                    \
     .offset = offsetof(type, window.filters),                                 \
     .min = 1,                                                                 \
     .max = 1 << 20,                                                           \
     .help = "output channels"},                                               \
        {.key = "kernel",                                                      \
         .kind = GT_OPTION_PAIR,                                               \
         .offset = offsetof(type, window.kernel),                              \
         .min = 1,                                                             \
         .max = 1024,                                                          \
         .help = "size: [height, width] or one number"},                       \
        {.key = "stride",                                                      \
         .kind = GT_OPTION_PAIR,                                               \
         .offset = offsetof(type, window.stride),                              \
         .otherwise = "1",                                                     \
         .min = 1,                                                             \
         .max = 1024,                                                          \
         .help = "step: [vertical, horizontal] or one number"},                \
        {.key = "padding",                                                     \
         .kind = GT_OPTION_QUAD,                                               \
         .offset = offsetof(type, window.padding),                             \
         .otherwise = "valid",                                                 \
         .min = 0,                                                             \
         .max = 1024,                                                          \
         .choices = gt__padding_words,                                         \
         .help = "same (TensorFlow's), valid, or zeros at [top, bottom, "      \
                 "left, right] or one number (PyTorch's)"},                    \
        {.key = "bias",                                                        \
         .kind = GT_OPTION_BOOL,                                               \
         .offset = offsetof(type, window.bias),                                \
         .otherwise = "true",                                                  \
         .help = "whether to add a bias"},                                     \
        {GT__PARAMETRIZATION_OPTION(type, window.parametrization)}
/* clang-format on */

extern const char *const gt__padding_words[];

/* Zeros before and after an axis of `size` for kernel k at stride s: as given,
 * or TensorFlow's: the least that gives ceil(size / s) positions, the odd one
 * after. axis 0: vertical. */
void gt__window_pads(const gt__window *window, int axis, int size, int *before,
                     int *after);

/* The kernel over an image `big`, with a position for each pixel of `small`,
 * for products of `precision`. */
gt__conv_geometry gt__window_geometry(const gt__window *window, gt_shape big,
                                      gt_shape small, gt_precision precision);

/* Declare weight [dim] and bias [filters]. GT_ERR_MEMORY. */
gt_status gt__window_params(gt_layer *layer, const gt__window *window,
                            const int dim[4], double fan_in, double fan_out);

#endif
