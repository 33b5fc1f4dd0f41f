/* blas.c: which BLAS runs is known when the program does: where it was built,
 * the system may have had another one under the same name. What libraries offer
 * beyond CBLAS is reached through weak symbols, so the same source links with
 * one that lacks them. */
#define _GNU_SOURCE /* dladdr; NOLINT(bugprone-reserved-identifier) */
#include "core/blas.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char *openblas_get_config(void) __attribute__((weak));
extern char *openblas_get_corename(void) __attribute__((weak));
extern void openblas_set_num_threads(int) __attribute__((weak));
extern int openblas_get_num_threads(void) __attribute__((weak));
extern char *bli_info_get_version_str(void) __attribute__((weak));
extern int bli_arch_query_id(void) __attribute__((weak));
extern char *bli_arch_string(int) __attribute__((weak));
/* Of 32 or 64 bits, as BLIS was built. */
extern void bli_thread_set_num_threads(long) __attribute__((weak));
extern long bli_thread_get_num_threads(void) __attribute__((weak));

void gt_blas_set_threads(int threads)
{
    if (openblas_set_num_threads)
        openblas_set_num_threads(threads);
    else if (bli_thread_set_num_threads)
        bli_thread_set_num_threads(threads);
}

int gt_blas_threads(void)
{
    if (openblas_get_num_threads)
        return openblas_get_num_threads();
    if (!bli_thread_get_num_threads)
        return 0;
    int threads = (int)bli_thread_get_num_threads();
    return threads > 1 ? threads : 1; /* -1: nobody has asked for any */
}

double gt_blas_buffer(void)
{
    return openblas_get_config ? 129 << 20 : 16 << 20;
}

const char *gt_blas_kernel(void)
{
    if (openblas_get_corename)
        return openblas_get_corename();
    return bli_arch_string && bli_arch_query_id
               ? bli_arch_string(bli_arch_query_id())
               : "unknown";
}

const char *gt_blas_kernel_variable(void)
{
    return openblas_get_corename ? "OPENBLAS_CORETYPE"
           : bli_arch_string     ? "BLIS_ARCH_TYPE"
                                 : NULL;
}

/* The file that holds what the program calls. */
static void name_file(char text[GT_BLAS_VERSION])
{
    Dl_info of_blas, of_us;
    void *product = dlsym(RTLD_DEFAULT, "cblas_sgemm");
    snprintf(text, GT_BLAS_VERSION, "unknown");
    if (!product || !dladdr(product, &of_blas) ||
        (dladdr((void *)gt_blas_threads, &of_us) &&
         of_us.dli_fbase == of_blas.dli_fbase))
        return;
    char *real = realpath(of_blas.dli_fname, NULL);
    const char *path = real ? real : of_blas.dli_fname;
    const char *name = strrchr(path, '/');
    snprintf(text, GT_BLAS_VERSION, "%s", name ? name + 1 : path);
    free(real);
}

char *gt_blas_version(char text[GT_BLAS_VERSION])
{
    const char *all = openblas_get_config ? openblas_get_config() : "";
    size_t name = strcspn(all, " ");
    size_t end = name + (all[name] ? 1 + strcspn(all + name + 1, " ") : 0);
    if (openblas_get_config)
        snprintf(text, GT_BLAS_VERSION, "%.*s", (int)end, all);
    else if (bli_info_get_version_str)
        snprintf(text, GT_BLAS_VERSION, "BLIS %s", bli_info_get_version_str());
    else
        name_file(text);
    return text;
}

/* The instructions that a family of kernels needs. Zen has Haswell's kernels;
 * Cooperlake and SapphireRapids have those of SkylakeX. */
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

/* The instructions of this CPU; -1: unknown. */
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
