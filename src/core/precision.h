/* precision.h: how exactly matrix products of a training step are computed, and
 * whether this machine can. Local.
 *
 * GT_BF16: each element of A and B is rounded to bfloat16, to the nearest, ties
 * to even; products of two such numbers are exact in fp32, where they are
 * added. Denormal numbers count as 0. Everything else is fp32 in either case.
 */
#ifndef GT_CORE_PRECISION_H
#define GT_CORE_PRECISION_H

#include "base/status.h"

typedef enum gt_precision { GT_FP32, GT_BF16 } gt_precision;

/* "fp32", "bf16"; ends with NULL. */
extern const char *const gt_precision_names[];

/* GT_OK if products of that precision can be computed here; else GT_ERR_CONFIG,
 * with what is missing: this CPU's instructions, or the compiler's. */
gt_status gt_precision_check(gt_precision precision);

#endif
