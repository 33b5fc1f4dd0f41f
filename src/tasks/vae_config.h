/* vae_config.h: the configuration's keys that only a VAE has. */
#ifndef GT_TASKS_VAE_CONFIG_H
#define GT_TASKS_VAE_CONFIG_H

#include "base/section.h"

#include <stdint.h>

typedef enum gt_likelihood { GT_BERNOULLI, GT_GAUSSIAN } gt_likelihood;

/* Of section "model". */
typedef struct gt_vae_config {
    int likelihood;                   /* gt_likelihood */
    double sigma;                     /* of the Gaussian likelihood */
    double beta;                      /* weight of the KL term */
    int64_t beta_warmup_steps;        /* linear from 0 */
    gt_variant_list encoder, decoder; /* of gt_layer_variants */
} gt_vae_config;
extern const gt_section gt_vae_section;

/* This, and what it shares with other tasks; ends with NULL. */
extern const gt_section *const gt_vae_sections[];

static inline const gt_vae_config *gt_vae_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_vae_section);
}

static inline bool gt_vae_is_bernoulli(const gt_config *config)
{
    return gt_vae_config_of(config)->likelihood == GT_BERNOULLI;
}

/* Weight of the KL term in a step, warmed up linearly from 0 (Bowman et al.
 * 2016, Sonderby et al. 2016). */
double gt_vae_beta(const gt_config *config, uint64_t step);

#endif
