/* multiply.h: matrix products from panels, of fp32 to fp32. For
 * src/core. Local. */
#ifndef GT_CORE_PANELS_MULTIPLY_H
#define GT_CORE_PANELS_MULTIPLY_H

#include "core/panels/kernel.h"

/* C[m x n] = op(A)[m x k] op(B)[k x n], or += if `add`. The bits of an element
 * depend on its row of A, its column of B and `add` alone: terms are added in
 * their order. Calls gt_progress_hook. Products of several threads wait for
 * each other. */
void gt__panel_multiply(const gt__panel_kernel *kernel, int m, int n, int k,
                        gt__panel_matrix a, gt__panel_matrix b, bool add,
                        float *c, int ldc);

#endif
