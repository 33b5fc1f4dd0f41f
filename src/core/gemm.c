/* gemm.c: the only file that knows BLAS. Any CBLAS will do; what OpenBLAS can
 * tell beyond that is reached through weak symbols, so that the same source
 * links against a library without them. */
#include "gentrain/gemm.h"

#include "gentrain/pulse.h"

#include <cblas.h>
#include <string.h>

extern char *openblas_get_config(void) __attribute__((weak));
extern char *openblas_get_corename(void) __attribute__((weak));
extern void openblas_set_num_threads(int) __attribute__((weak));

/* Of the thread that trains; no other one calls BLAS. */
static double operations;

double gt_gemm_operations(void)
{
    return operations;
}

void gt_gemm(gt_transpose ta, gt_transpose tb, int m, int n, int k,
             const gt_real *a, int lda, const gt_real *b, int ldb, gt_real beta,
             gt_real *c, int ldc)
{
    CBLAS_TRANSPOSE opa = ta == GT_TRANSPOSED ? CblasTrans : CblasNoTrans;
    CBLAS_TRANSPOSE opb = tb == GT_TRANSPOSED ? CblasTrans : CblasNoTrans;
    operations += 2.0 * m * n * k;
    gt_pulse();
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

char *gt_blas_version(char text[GT_BLAS_VERSION])
{
    const char *all = openblas_get_config ? openblas_get_config() : "unknown";
    size_t name = strcspn(all, " ");
    size_t end = name + (all[name] ? 1 + strcspn(all + name + 1, " ") : 0);
    end = end < GT_BLAS_VERSION ? end : GT_BLAS_VERSION - 1;
    memcpy(text, all, end);
    text[end] = '\0';
    return text;
}

/* What a family needs of the CPU; Zen shares Haswell's kernels, Cooperlake and
 * SapphireRapids share SkylakeX's. */
enum { SSE, SSE42, AVX, AVX2, AVX512 };

static int needed_by(const char *family)
{
    static const struct {
        const char *family;
        int needs;
    } known[] = {
        {"Prescott", SSE},
        {"Core2", SSE},
        {"Penryn", SSE},
        {"Dunnington", SSE},
        {"Nehalem", SSE42},
        {"Sandybridge", AVX},
        {"Bulldozer", AVX},
        {"Piledriver", AVX},
        {"Steamroller", AVX},
        {"Excavator", AVX2},
        {"Haswell", AVX2},
        {"Zen", AVX2},
        {"SkylakeX", AVX512},
        {"Cooperlake", AVX512},
        {"SapphireRapids", AVX512},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(family, known[i].family))
            return known[i].needs;
    return -1;
}

/* What this CPU has; -1 where we cannot tell. */
static int available(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        return AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return AVX2;
    return __builtin_cpu_supports("avx") ? AVX : SSE42;
#else
    return -1;
#endif
}

const char *gt_blas_best_kernel(void)
{
    static const char *const best[] = {"Prescott", "Nehalem", "Sandybridge",
                                       "Haswell", "SkylakeX"};
    int has = available();
    return has < 0 ? gt_blas_kernel() : best[has];
}

bool gt_blas_kernel_is_old(void)
{
    int runs = needed_by(gt_blas_kernel());
    return runs >= 0 && runs < available();
}
