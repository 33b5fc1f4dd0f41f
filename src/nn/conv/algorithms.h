/* algorithms.h: the algorithms for convolutions, for the table in conv.c. */
#ifndef GT_NN_CONV_ALGORITHMS_H
#define GT_NN_CONV_ALGORITHMS_H

#include "nn/conv/algorithm.h"

extern const gt__conv_algorithm gt__conv_im2col;
extern const gt__conv_algorithm gt__conv_implicit_gemm;
extern const gt__conv_algorithm gt__conv_winograd;

#endif
