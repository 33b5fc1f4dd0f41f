/* vae_config.c: a VAE's networks and its objective. */
#include "tasks/vae_config.h"

#include "data/config.h"
#include "data/source.h"
#include "nn/layer_list.h"
#include "nn/optimizer.h"
#include "tasks/config.h"

#define FIELD(name) offsetof(gt_vae_config, name)

static const char *const likelihoods[] = {"bernoulli", "gaussian", NULL};

static const gt_option options[] = {
    {"likelihood", GT_OPTION_CHOICE, FIELD(likelihood), "gaussian", 0, 0,
     likelihoods,
     "distribution of a pixel given z: the decoder's outputs are "
     "its logits (bernoulli) or its means (gaussian)"},
    {"sigma", GT_OPTION_REAL, FIELD(sigma), "1", 1e-4, 1e4, NULL,
     "standard deviation of the Gaussian likelihood, in units of data.range; "
     "smaller: sharper reconstructions, less regular latents"},
    {"beta", GT_OPTION_REAL, FIELD(beta), "1", 0, 1e4, NULL,
     "weight of the KL term; with 1 the objective is the ELBO"},
    {"beta_warmup_steps", GT_OPTION_INT, FIELD(beta_warmup_steps), "0", 0,
     GT_CONFIG_MOST_STEPS, NULL, "steps over which beta rises from 0"},
    {"encoder", GT_OPTION_VARIANTS, FIELD(encoder), NULL, 0, 0, NULL,
     "layers from an image to the mean and log-variance of z",
     .variants = &gt_layer_variants},
    {"decoder", GT_OPTION_VARIANTS, FIELD(decoder), NULL, 0, 0, NULL,
     "layers from z to an image's means or logits",
     .variants = &gt_layer_variants},
    {0},
};

/* Both networks follow the section "optimizer" itself. */
static gt_status check(const gt_config *config, gt_config_place *at)
{
    if (gt_vae_config_of(config)->likelihood == GT_BERNOULLI &&
        gt_data_config_of(config)->range != GT_RANGE_UNIT) {
        at->key = "likelihood";
        return gt_fail(GT_ERR_CONFIG,
                       "bernoulli is for values in [0, 1]; set data.range to "
                       "unit, or use gaussian");
    }
    at->section = &gt_optimizer_section;
    return gt_optimizer_check(config, at);
}

const gt_section gt_vae_section = {.name = "model",
                                   .help = "the networks",
                                   .options = options,
                                   .size = sizeof(gt_vae_config),
                                   .check = check};

const gt_section *const gt_vae_sections[] = {
    &gt_latent_section,
    &gt_vae_section,
    NULL,
};

double gt_vae_beta(const gt_config *config, uint64_t step)
{
    const gt_vae_config *c = gt_vae_config_of(config);
    int64_t warmup = c->beta_warmup_steps;
    if (warmup <= 0 || step >= (uint64_t)warmup)
        return c->beta;
    return c->beta * (double)step / (double)warmup;
}
