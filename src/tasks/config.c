/* config.c: the keys that tasks share. Those of one task alone are beside it,
 * as in gan_config.c. */
#include "tasks/config.h"

#include "base/plural.h"
#include "core/precision.h"
#include "nn/init.h"

/* --- model, for every task. */

static const gt_option start_options[] = {
    {"init", GT_OPTION_CHOICE, offsetof(gt_start_config, init), "glorot", 0, 0,
     gt_init_names,
     "initial weights: Glorot uniform, He normal, or DCGAN's N(0, 0.02)"},
    {0},
};

const gt_section gt_start_section = {.name = "model",
                                     .help = "the networks",
                                     .options = start_options,
                                     .size = sizeof(gt_start_config)};

/* --- model, for tasks with latents. */

static const gt_option latent_options[] = {
    {"latent", GT_OPTION_SHAPE, offsetof(gt_latent_config, shape), "100", 1,
     65536, NULL,
     "shape of z: one number, [height, width, channels] or [depth, height, "
     "width, channels]"},
    {0},
};

const gt_section gt_latent_section = {.name = "model",
                                      .help = "the networks",
                                      .options = latent_options,
                                      .size = sizeof(gt_latent_config)};

/* --- train. */

#define FIELD(name) offsetof(gt_train_config, name)

static const char *const auto_name[] = {"auto", NULL};
static const double MOST_SEED = 9007199254740992.0; /* 2^53 */

static const gt_option train_options[] = {
    {"batch", GT_OPTION_INT, FIELD(batch), "64", 1, 1 << 20, NULL,
     "images of a step, over all ranks"},
    {"steps", GT_OPTION_INT, FIELD(steps), "0", 0, GT_CONFIG_MOST_STEPS, NULL,
     "steps to train; 0: train.epochs decides", .resumable = true},
    {"epochs", GT_OPTION_INT, FIELD(epochs), "0", 0, GT_CONFIG_MOST_STEPS, NULL,
     "epochs to train; 0: train.steps decides", .resumable = true},
    {"seed", GT_OPTION_INT, FIELD(seed), "1", 0, MOST_SEED, NULL,
     "seed of initial weights, noise and data order"},
    {"shards", GT_OPTION_INT, FIELD(shards), "auto", 1, 1 << 20, auto_name,
     "parts that a batch is cut into. The number of ranks must divide it, and "
     "results are the same on all such numbers. auto: a power of two up to 16 "
     "that leaves at least 16 images in a shard, or the number of ranks where "
     "that does not divide it. Ranks send each other the least where each has "
     "1, 2, 4, 8 ... shards, else at least half as much again: for 2, 4, 8 ... "
     "ranks take 16, 32 or 64 shards, for 3, 6, 12 or 24 ranks 48 or 96",
     .resumable = true},
    {"watchdog_s", GT_OPTION_REAL, FIELD(watchdog_s), "600", 0, 1e6, NULL,
     "the job is ended after so many seconds without progress; 0: never",
     .resumable = true},
    {"accumulate", GT_OPTION_INT, FIELD(accumulate), "1", 1, 1 << 20, NULL,
     "pieces that a shard is computed in, one after the other: activations "
     "take that much less memory, and the batches of batch_norm are that much "
     "smaller"},
    {"precision", GT_OPTION_CHOICE, FIELD(precision), "fp32", 0, 0,
     gt_precision_names,
     "of the matrix products of a step. bf16: their inputs are rounded to "
     "bfloat16 and the products added in fp32, twice as fast on CPUs that have "
     "AVX512-BF16; weights, gradients, statistics, losses and the optimizer "
     "stay fp32, and so does all that is evaluated"},
    {0},
};

static gt_status check_train(const gt_config *config, gt_config_place *at)
{
    const gt_train_config *c = gt_train_config_of(config);
    if (c->steps == 0 && c->epochs == 0)
        return gt_fail(GT_ERR_CONFIG, "steps and epochs are both 0; say how "
                                      "long to train with one of them");
    if (c->steps > 0 && c->epochs > 0) {
        at->key = "steps";
        return gt_fail(GT_ERR_CONFIG,
                       "both steps (%lld) and epochs (%lld) are given; set the "
                       "one that is not meant to 0",
                       (long long)c->steps, (long long)c->epochs);
    }
    if (c->shards > c->batch) {
        at->key = "shards";
        return gt_fail(
            GT_ERR_CONFIG,
            "a batch of %lld leaves %lld shard%s without samples; use "
            "at most %lld, or auto",
            (long long)c->batch, (long long)(c->shards - c->batch),
            gt_plural((unsigned long long)(c->shards - c->batch)),
            (long long)c->batch);
    }
    return GT_OK;
}

const gt_section gt_train_section = {.name = "train",
                                     .help =
                                         "how long, and on how much at once",
                                     .options = train_options,
                                     .size = sizeof(gt_train_config),
                                     .check = check_train};

/* --- norm. */

static const gt_option norm_options[] = {
    {"sync", GT_OPTION_BOOL, offsetof(gt_norm_config, sync), "false", 0, 0,
     NULL,
     "batch_norm uses the statistics of the whole batch, not of a shard. Every "
     "batch_norm then waits for all ranks, forward and backward, and a rank "
     "holds the activations of all its shards at once"},
    {0},
};

static gt_status check_norm(const gt_config *config, gt_config_place *at)
{
    int64_t accumulate = gt_train_config_of(config)->accumulate;
    if (!gt_norm_config_of(config)->sync || accumulate <= 1)
        return GT_OK;
    at->key = "sync";
    return gt_fail(GT_ERR_CONFIG,
                   "statistics of the whole batch need the activations of all "
                   "its pieces at once, which train.accumulate (%lld) is there "
                   "to avoid; set norm.sync to false or train.accumulate to 1",
                   (long long)accumulate);
}

const gt_section gt_norm_section = {.name = "norm",
                                    .help = "how layers normalise",
                                    .options = norm_options,
                                    .size = sizeof(gt_norm_config),
                                    .resumable = true,
                                    .check = check_norm};
