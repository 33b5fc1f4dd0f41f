/* product.h: matrix products in fp32 or bf16. Row-major, local. */
#ifndef GT_CORE_PRODUCT_H
#define GT_CORE_PRODUCT_H

#include "core/gemm.h"
#include "core/precision.h"

/* gt_gemm in a precision that gt_precision_check allows; beta is 0 or 1. In
 * GT_BF16 the bits of an element depend on beta, its row of op(A) and its
 * column of op(B) alone. GT_DOUBLE knows one precision. Calls gt_progress_hook.
 */
void gt_product(gt_precision precision, gt_transpose ta, gt_transpose tb, int m,
                int n, int k, const gt_real *a, int lda, const gt_real *b,
                int ldb, gt_real beta, gt_real *c, int ldc);

#endif
