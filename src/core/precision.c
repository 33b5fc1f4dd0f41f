/* precision.c: a CPU without the instructions is refused, not helped out: the
 * portable loops take ten times as long as fp32, and are there for tests. */
#include "core/precision.h"

#include "core/panels/kernel.h"

const char *const gt_precision_names[] = {"fp32", "bf16", NULL};

gt_status gt_precision_check(gt_precision precision)
{
    if (precision == GT_FP32 || gt__bf16_kernel_choose())
        return GT_OK;
    if (!gt__bf16_native.name)
        return gt_fail(GT_ERR_CONFIG,
                       "train.precision is bf16, but this program was built "
                       "for another CPU than x86-64, where it has no such "
                       "products; set train.precision to fp32");
    return gt_fail(GT_ERR_CONFIG,
                   "train.precision is bf16, but this CPU has no instructions "
                   "for it (AVX512-BF16); set train.precision to fp32, or take "
                   "a newer CPU: Intel since Cooper Lake and Sapphire Rapids, "
                   "AMD since Zen 4");
}
