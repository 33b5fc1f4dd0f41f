/* gan_config.c: a GAN's networks, and what it has two of. */
#include "tasks/gan_config.h"

#include "nn/layer_list.h"
#include "tasks/config.h"
#include "tasks/gan_objective.h"

#define FIELD(name) offsetof(gt_gan_config, name)

static const char *const priors[] = {"normal", "uniform", NULL};

static const gt_option options[] = {
    {"prior", GT_OPTION_CHOICE, FIELD(prior), "normal", 0, 0, priors,
     "distribution of z: N(0, 1), or uniform between -1 and 1"},
    {"gan_loss", GT_OPTION_CHOICE, FIELD(gan_loss), "non_saturating", 0, 0,
     gt_gan_objective_names,
     "loss of the generator: -log D(G(z)), or the paper's "
     "log(1 - D(G(z)))"},
    {"generator", GT_OPTION_VARIANTS, FIELD(generator), NULL, 0, 0, NULL,
     "layers from z to an image, or a point", .variants = &gt_layer_variants},
    {"discriminator", GT_OPTION_VARIANTS, FIELD(discriminator), NULL, 0, 0,
     NULL, "layers from an image to one logit", .variants = &gt_layer_variants},
    {0},
};

const gt_section gt_gan_section = {.name = "model",
                                   .help = "the networks",
                                   .options = options,
                                   .size = sizeof(gt_gan_config)};

const gt_section gt_generator_optimizer_section = {
    .name = "optimizer_generator",
    .help = "what is different for the generator",
    .options = gt_optimizer_options,
    .size = sizeof(gt_optimizer_config),
    .inherits = &gt_optimizer_section,
    .check = gt_optimizer_check};

const gt_section gt_discriminator_optimizer_section = {
    .name = "optimizer_discriminator",
    .help = "what is different for the discriminator",
    .options = gt_optimizer_options,
    .size = sizeof(gt_optimizer_config),
    .inherits = &gt_optimizer_section,
    .check = gt_optimizer_check};

static const gt_option train_options[] = {
    {"d_steps", GT_OPTION_INT, offsetof(gt_gan_train_config, d_steps), "1", 1,
     1000, NULL, "updates of the discriminator for each of the generator"},
    {0},
};

const gt_section gt_gan_train_section = {
    .name = "train",
    .help = "how long, and on how much at once",
    .options = train_options,
    .size = sizeof(gt_gan_train_config)};

const gt_section *const gt_gan_sections[] = {
    &gt_latent_section,
    &gt_gan_section,
    &gt_generator_optimizer_section,
    &gt_discriminator_optimizer_section,
    &gt_gan_train_section,
    NULL,
};
