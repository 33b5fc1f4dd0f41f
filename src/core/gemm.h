/* gemm.h: the one door to BLAS. Row-major matrix products, local.
 *
 * The bits of an element of C depend on m, n, the transposes, beta, the number
 * of threads and the kernel family the library chose when it was loaded, and on
 * nothing else. Keep every dimension well above 4: a product with a dimension
 * of 3 runs at a tenth of the machine's speed.
 */
#ifndef GT_CORE_GEMM_H
#define GT_CORE_GEMM_H

#include "core/tensor.h"

typedef enum gt_transpose { GT_PLAIN, GT_TRANSPOSED } gt_transpose;

/* C[m x n] = op(A)[m x k] op(B)[k x n] + beta C, with leading dimensions (the
 * distance between rows as stored) lda, ldb, ldc. beta = 0 does not read C.
 * Calls gt_progress_hook. */
void gt_gemm(gt_transpose ta, gt_transpose tb, int m, int n, int k,
             const gt_real *a, int lda, const gt_real *b, int ldb, gt_real beta,
             gt_real *c, int ldc);

/* The same in double, for figures. */
void gt_gemm_double(gt_transpose ta, gt_transpose tb, int m, int n, int k,
                    const double *a, int lda, const double *b, int ldb,
                    double beta, double *c, int ldc);

/* Floating-point operations of this thread's products so far, 2 x m x n x k
 * each, and a product that was computed elsewhere (product.h). */
double gt_gemm_operations(void);
void gt_gemm_count(int m, int n, int k);

/* Have the library allocate its buffer for the calling thread, by a first
 * product: OpenBLAS does so when it is needed, and where a limit of addresses
 * does not allow it, asks again for ever. */
void gt_blas_start(void);

#endif
