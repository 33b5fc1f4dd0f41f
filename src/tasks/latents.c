/* latents.c: each sample's draws begin at an address of its own. */
#include "tasks/latents.h"

#include "tasks/config.h"

void gt_latents_normal(gt_rng first, int n, size_t size, gt_real *latents)
{
    for (int i = 0; i < n; i++, first.sample++)
        gt_rng_normal(first, latents + (size_t)i * size, size);
}

void gt_latents_uniform(gt_rng first, int n, size_t size, gt_real *latents)
{
    for (int i = 0; i < n; i++, first.sample++) {
        gt_real *z = latents + (size_t)i * size;
        gt_rng_uniform(first, z, size);
        for (size_t j = 0; j < size; j++)
            z[j] = 2 * z[j] - 1;
    }
}

void gt_latents_prior(const gt_config *config, gt_rng first, int n,
                      gt_real *latents)
{
    gt_latents_normal(first, n, gt_latent_size(config), latents);
}
