/* multiply.h: matrix products in bf16 (precision.h), of fp32 to fp32. For
 * src/core. Local. */
#ifndef GT_CORE_BF16_MULTIPLY_H
#define GT_CORE_BF16_MULTIPLY_H

#include "core/bf16/kernel.h"

/* op(A)[m x k] of what is stored as [m x k], or as [k x m] if `turned`; the
 * same of B. */
typedef struct gt__bf16_matrix {
    const float *at;
    int ld;
    bool turned;
} gt__bf16_matrix;

/* C[m x n] = op(A)[m x k] op(B)[k x n], or += if `add`. The bits of an element
 * depend on its row of A, its column of B and `add` alone: terms are added in
 * their order. Calls gt_progress_hook. Products of several threads wait for
 * each other. */
void gt__bf16_multiply(const gt__bf16_kernel *kernel, int m, int n, int k,
                       gt__bf16_matrix a, gt__bf16_matrix b, bool add, float *c,
                       int ldc);

#endif
