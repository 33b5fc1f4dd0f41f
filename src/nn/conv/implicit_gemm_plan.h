/* implicit_gemm_plan.h: whether and how implicit_gemm.c computes a product. For
 * src/nn/conv. Local. */
#ifndef GT_NN_CONV_IMPLICIT_GEMM_PLAN_H
#define GT_NN_CONV_IMPLICIT_GEMM_PLAN_H

#include "nn/conv/algorithm.h"

/* `width` positions that lie side by side are one row of the product: with few
 * channels, their outputs fill a vector better together. They see `taps`
 * columns of the image. A line has so many windows; the last one may end early.
 */
typedef struct gt__implicit_window {
    int width, taps, count;
} gt__implicit_window;

/* What a word of the sum is of: one term in fp32. In bf16 two, of neighbouring
 * channels, which lie side by side; of an odd number of channels, those of two
 * lines of the kernel. */
typedef enum gt__implicit_word {
    GT__OF_TERM,
    GT__OF_CHANNELS,
    GT__OF_LINES
} gt__implicit_word;

/* How forward computes a geometry. */
typedef struct gt__implicit {
    gt__conv_geometry g;
    gt__implicit_word word;
    gt__implicit_window window;
    int columns; /* of the image with its padding */
} gt__implicit;

gt__implicit gt__implicit_make(const gt__conv_geometry *g);

/* The convolution that is the adjoint of one with stride 1: it reads small and
 * writes big. */
gt__conv_geometry gt__implicit_adjoint(const gt__conv_geometry *g);

/* Words along a sum over so many lines: in bf16 one is of two lines. */
int gt__implicit_pairs(const gt__conv_geometry *g, int lines);

/* What words of the gradient by the weights are of: its sum is over positions.
 */
gt__implicit_word gt__implicit_weights_word(const gt__conv_geometry *g);

/* The gradient by the weights is made as [K x m], or turned, as [m x K]. */
bool gt__implicit_weights_turned(const gt__conv_geometry *g);

/* What the product costs for one sample (cost.h); INFINITY: it cannot be
 * computed so. */
double gt__implicit_cost(const gt__conv_geometry *g, gt__conv_product product);

#endif
