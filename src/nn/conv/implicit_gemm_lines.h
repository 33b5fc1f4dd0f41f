/* implicit_gemm_lines.h: lines of an image with the zeros beside it, in words
 * of a product. For src/nn/conv. Local. */
#ifndef GT_NN_CONV_IMPLICIT_GEMM_LINES_H
#define GT_NN_CONV_IMPLICIT_GEMM_LINES_H

#include "nn/conv/blocks.h"
#include "nn/conv/implicit_gemm_plan.h"

/* Lines of positions that are computed together. */
int gt__implicit_block(const gt__implicit *c);

/* The lines of positions of an image after *b; false: *b was the last. */
bool gt__implicit_next(const gt__implicit *c, gt__block *b);

/* Reals of a line with its padding, and of scratch for a block's lines. */
size_t gt__implicit_line_size(const gt__implicit *c);
size_t gt__implicit_lines_size(const gt__implicit *c);

/* Forward: words of n terms that lie side by side, and of such a line. */
int gt__implicit_words(const gt__implicit *c, int n);
size_t gt__implicit_line_words(const gt__implicit *c);

/* What `n` lines of positions see, from line `first` on, in words: where these
 * are of two lines, of each with the one `apart` from it. */
const gt_real *gt__implicit_lines(const gt__implicit *c, gt__implicit_word word,
                                  const gt_real *image, int first, int n,
                                  int apart, gt_real *scratch);

#endif
