/* gemm.c: the only file that multiplies by BLAS. Any CBLAS will do. Headers
 * name the type of a transpose differently, so it is not named here. */
#include "core/gemm.h"

#include "base/progress_hook.h"

#include <cblas.h>

/* Of the calling thread. */
static _Thread_local double operations;

double gt_gemm_operations(void)
{
    return operations;
}

void gt_gemm_count(int m, int n, int k)
{
    operations += 2.0 * m * n * k;
}

void gt_gemm(gt_transpose ta, gt_transpose tb, int m, int n, int k,
             const gt_real *a, int lda, const gt_real *b, int ldb, gt_real beta,
             gt_real *c, int ldc)
{
    int op_a = ta == GT_TRANSPOSED ? CblasTrans : CblasNoTrans;
    int op_b = tb == GT_TRANSPOSED ? CblasTrans : CblasNoTrans;
    operations += 2.0 * m * n * k;
    gt_progress_hook();
#ifdef GT_DOUBLE
    cblas_dgemm(CblasRowMajor, op_a, op_b, m, n, k, 1.0, a, lda, b, ldb, beta,
                c, ldc);
#else
    cblas_sgemm(CblasRowMajor, op_a, op_b, m, n, k, 1.0f, a, lda, b, ldb, beta,
                c, ldc);
#endif
}

void gt_gemm_double(gt_transpose ta, gt_transpose tb, int m, int n, int k,
                    const double *a, int lda, const double *b, int ldb,
                    double beta, double *c, int ldc)
{
    operations += 2.0 * m * n * k;
    gt_progress_hook();
    cblas_dgemm(CblasRowMajor, ta == GT_TRANSPOSED ? CblasTrans : CblasNoTrans,
                tb == GT_TRANSPOSED ? CblasTrans : CblasNoTrans, m, n, k, 1.0,
                a, lda, b, ldb, beta, c, ldc);
}

/* Large enough to be packed. */
void gt_blas_start(void)
{
    enum { SIDE = 128 };
    static gt_real a[SIDE * SIDE], c[SIDE * SIDE];
    double before = operations;
    gt_gemm(GT_PLAIN, GT_TRANSPOSED, SIDE, SIDE, SIDE, a, SIDE, a, SIDE, 0, c,
            SIDE);
    operations = before;
}
