/* check_blas.c: a program of what calls BLAS and nothing else, to see whether a
 * library serves. */
#include "base/progress_hook.h"
#include "core/blas.h"
#include "core/gemm.h"

void gt_progress_hook(void)
{
}

int main(void)
{
    gt_blas_start();
    return gt_blas_threads() < 0;
}
