/* product.c: apart from gemm.c, which the build tries with each BLAS by itself.
 */
#include "core/product.h"

#include "core/bf16/multiply.h"

#include <assert.h>

/* The least of rows and columns with which packing pays. */
enum { LEAST = 8 };

void gt_product(gt_precision precision, gt_transpose ta, gt_transpose tb, int m,
                int n, int k, const gt_real *a, int lda, const gt_real *b,
                int ldb, gt_real beta, gt_real *c, int ldc)
{
#ifndef GT_DOUBLE
    if (precision == GT_BF16 && m >= LEAST && n >= LEAST) {
        const gt__bf16_kernel *kernel = gt__bf16_kernel_choose();
        assert(kernel && (beta == 0 || beta == 1));
        gt_gemm_count(m, n, k);
        gt__bf16_multiply(
            kernel, m, n, k, (gt__bf16_matrix){a, lda, ta == GT_TRANSPOSED},
            (gt__bf16_matrix){b, ldb, tb == GT_TRANSPOSED}, beta != 0, c, ldc);
        return;
    }
#endif
    (void)precision;
    gt_gemm(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}
