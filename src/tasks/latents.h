/* latents.h: draws of z. Sample i of an address gets the same numbers whoever
 * asks for it, and with whatever other samples. Local. */
#ifndef GT_TASKS_LATENTS_H
#define GT_TASKS_LATENTS_H

#include "base/section.h"
#include "core/rng.h"
#include "core/tensor.h"

/* latents[n x size] for the samples first.sample .. first.sample + n - 1 of the
 * address `first`: from N(0, 1), or from U(-1, 1). */
void gt_latents_normal(gt_rng first, int n, size_t size, gt_real *latents);
void gt_latents_uniform(gt_rng first, int n, size_t size, gt_real *latents);

/* gt_task_type.prior for z of N(0, 1). */
void gt_latents_prior(const gt_config *config, gt_rng first, int n,
                      gt_real *latents);

#endif
