/* gemm.c: the only file that knows BLAS. Any CBLAS will do; what OpenBLAS can
 * tell beyond that is reached through weak symbols, so that the same source
 * links against a library without them. */
#include "gentrain/gemm.h"

#include <cblas.h>
#include <string.h>

extern char *openblas_get_corename(void) __attribute__((weak));
extern void openblas_set_num_threads(int) __attribute__((weak));

void gt_gemm(gt_transpose ta, gt_transpose tb, int m, int n, int k,
             const gt_real *a, int lda, const gt_real *b, int ldb, gt_real beta,
             gt_real *c, int ldc)
{
    CBLAS_TRANSPOSE opa = ta == GT_TRANSPOSED ? CblasTrans : CblasNoTrans;
    CBLAS_TRANSPOSE opb = tb == GT_TRANSPOSED ? CblasTrans : CblasNoTrans;
#ifdef GT_DOUBLE
    cblas_dgemm(CblasRowMajor, opa, opb, m, n, k, 1.0, a, lda, b, ldb, beta, c,
                ldc);
#else
    cblas_sgemm(CblasRowMajor, opa, opb, m, n, k, 1.0f, a, lda, b, ldb, beta, c,
                ldc);
#endif
}

void gt_blas_set_threads(int threads)
{
    if (openblas_set_num_threads)
        openblas_set_num_threads(threads);
}

const char *gt_blas_kernel(void)
{
    return openblas_get_corename ? openblas_get_corename() : "unknown";
}

/* The families in the order of what they need of a CPU; Zen shares Haswell's
 * kernels, Cooperlake and SapphireRapids share SkylakeX's. */
static int kernel_generation(const char *name)
{
    static const struct {
        char name[16];
        int generation;
    } known[] = {
        {"Prescott", 0},   {"Core2", 0},      {"Penryn", 0},
        {"Dunnington", 0}, {"Nehalem", 1},    {"Sandybridge", 2},
        {"Bulldozer", 2},  {"Piledriver", 2}, {"Steamroller", 2},
        {"Excavator", 3},  {"Haswell", 3},    {"Zen", 3},
        {"SkylakeX", 4},   {"Cooperlake", 4}, {"SapphireRapids", 4},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(name, known[i].name))
            return known[i].generation;
    return -1;
}

const char *gt_blas_best_kernel(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        return "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "Haswell";
    if (__builtin_cpu_supports("avx"))
        return "Sandybridge";
    return "Nehalem";
#else
    return gt_blas_kernel();
#endif
}

bool gt_blas_kernel_is_old(void)
{
    int runs = kernel_generation(gt_blas_kernel());
    return runs >= 0 && runs < kernel_generation(gt_blas_best_kernel());
}
