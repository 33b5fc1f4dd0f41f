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

/* The same of a B that was packed before, to the same bits: for products that
 * have it in common. gt__panel_packed: words that it takes. */
size_t gt__panel_packed(const gt__panel_kernel *kernel, int n, int k);
void gt__panel_pack(const gt__panel_kernel *kernel, int n, int k,
                    gt__panel_matrix b, uint32_t *packed);
void gt__panel_multiply_packed(const gt__panel_kernel *kernel, int m, int n,
                               int k, gt__panel_matrix a,
                               const uint32_t *packed, bool add, float *c,
                               int ldc);

#endif
