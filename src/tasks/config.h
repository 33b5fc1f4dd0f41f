/* config.h: the configuration's sections that tasks share: how networks start,
 * "train", "norm", and the latents of tasks that have some. */
#ifndef GT_TASKS_CONFIG_H
#define GT_TASKS_CONFIG_H

#include "base/section.h"
#include "core/tensor.h"

#include <stdint.h>

/* Of section "model". */
typedef struct gt_start_config {
    int init; /* gt_init */
} gt_start_config;
extern const gt_section gt_start_section;

/* Of section "model", for tasks that list it. */
typedef struct gt_latent_config {
    gt_shape shape; /* of z */
} gt_latent_config;
extern const gt_section gt_latent_section;

typedef struct gt_train_config {
    int64_t batch;  /* global */
    int64_t steps;  /* 0: by epochs */
    int64_t epochs; /* 0: by steps */
    int64_t seed;
    int64_t shards;     /* -1: auto */
    double watchdog_s;  /* 0: off */
    int64_t accumulate; /* pieces of a shard */
    int precision;      /* gt_precision */
} gt_train_config;
extern const gt_section gt_train_section;

typedef struct gt_norm_config {
    bool sync; /* statistics of the batch, not of a shard */
} gt_norm_config;
extern const gt_section gt_norm_section;

/* Most steps, and what is counted in steps: they are addressed by 32 bits. */
#define GT_CONFIG_MOST_STEPS 1e9

static inline const gt_start_config *gt_start_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_start_section);
}

static inline const gt_latent_config *
gt_latent_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_latent_section);
}

/* Values of z. */
static inline size_t gt_latent_size(const gt_config *config)
{
    return gt_shape_size(gt_latent_config_of(config)->shape);
}

static inline const gt_train_config *gt_train_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_train_section);
}

static inline const gt_norm_config *gt_norm_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_norm_section);
}

#endif
