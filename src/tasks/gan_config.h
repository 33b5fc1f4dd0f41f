/* gan_config.h: the configuration's keys that only a GAN has. */
#ifndef GT_TASKS_GAN_CONFIG_H
#define GT_TASKS_GAN_CONFIG_H

#include "base/section.h"
#include "nn/optimizer.h"

typedef enum gt_prior { GT_PRIOR_NORMAL, GT_PRIOR_UNIFORM } gt_prior;

/* Of section "model". */
typedef struct gt_gan_config {
    int prior;    /* gt_prior: of z; uniform is U(-1, 1) */
    int gan_loss; /* of gt_gan_objectives */
    gt_variant_list generator, discriminator; /* of gt_layer_variants */
} gt_gan_config;
extern const gt_section gt_gan_section;

/* Of section "train". */
typedef struct gt_gan_train_config {
    int64_t d_steps; /* discriminator steps per generator step */
} gt_gan_train_config;
extern const gt_section gt_gan_train_section;

extern const gt_section gt_generator_optimizer_section;
extern const gt_section gt_discriminator_optimizer_section;

/* All of these, and what they share with other tasks; ends with NULL. */
extern const gt_section *const gt_gan_sections[];

static inline const gt_gan_config *gt_gan_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_gan_section);
}

static inline const gt_gan_train_config *
gt_gan_train_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_gan_train_section);
}

static inline const gt_optimizer_config *
gt_generator_optimizer_of(const gt_config *config)
{
    return gt_config_get(config, &gt_generator_optimizer_section);
}

static inline const gt_optimizer_config *
gt_discriminator_optimizer_of(const gt_config *config)
{
    return gt_config_get(config, &gt_discriminator_optimizer_section);
}

#endif
