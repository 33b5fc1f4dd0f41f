/* config_tables.c: the keys of a configuration. To add one: a field in
 * gt_config and a line here; parser, messages and reference follow. */
#include "model/config.h"

static const char *const task_names[] = {"gan", "vae", NULL};
static const char *const range_names[] = {"symmetric", "unit", NULL};
static const char *const prior_names[] = {"normal", "uniform", NULL};
static const char *const gan_loss_names[] = {"non_saturating", "minimax", NULL};
static const char *const likelihood_names[] = {"bernoulli", "gaussian", NULL};
static const char *const reduction_names[] = {"tree", "mpi", NULL};
static const char *const compression_names[] = {"none", "bf16", NULL};
static const char *const auto_name[] = {"auto", NULL};

static const double MANY = 1e9; /* steps are addressed by 32 bits */

#define FIELD(section, name)                                                   \
    (offsetof(gt_config, section.name) - offsetof(gt_config, section))

static const gt_option top_options[] = {
    {"task", GT_OPTION_CHOICE, offsetof(gt_config, task), NULL, 0, 0,
     task_names, "what is trained"},
    {0},
};

static const gt_option data_options[] = {
    {"uri", GT_OPTION_TEXT, FIELD(data, uri), NULL, 0, 0, NULL,
     "where samples come from: glyphs, shapes, ring, grid, a file or a folder; "
     "see gentrain help data"},
    {"image", GT_OPTION_SHAPE, FIELD(data, image), NULL, 1, 4096, NULL,
     "shape of a sample: [height, width, channels]; points: [1, 1, 2]"},
    {"range", GT_OPTION_CHOICE, FIELD(data, range), "symmetric", 0, 0,
     range_names,
     "what 0..255 becomes: [-1, 1], for tanh, or [0, 1], for sigmoid and "
     "Bernoulli logits; points are left as they are"},
    {0},
};

static const gt_option model_options[] = {
    {"init", GT_OPTION_CHOICE, FIELD(model, init), "glorot", 0, 0,
     gt_init_names,
     "weights at the start: Glorot uniform, He normal, or DCGAN's N(0, 0.02)"},
    {"latent", GT_OPTION_SHAPE, FIELD(model, latent), "100", 1, 65536, NULL,
     "shape of z: one number or [height, width, channels]"},
    {0},
};

static const gt_option gan_options[] = {
    {"prior", GT_OPTION_CHOICE, FIELD(model, prior), "normal", 0, 0,
     prior_names, "distribution of z: N(0, 1), or uniform between -1 and 1"},
    {"gan_loss", GT_OPTION_CHOICE, FIELD(model, gan_loss), "non_saturating", 0,
     0, gan_loss_names,
     "the generator's: -log D(G(z)), or the paper's log(1 - D(G(z)))"},
    {0},
};

static const gt_option vae_options[] = {
    {"likelihood", GT_OPTION_CHOICE, FIELD(model, likelihood), "gaussian", 0, 0,
     likelihood_names,
     "what the decoder's outputs are: logits or means of the pixels"},
    {"sigma", GT_OPTION_REAL, FIELD(model, sigma), "1", 1e-4, 1e4, NULL,
     "standard deviation of the Gaussian likelihood, in units of data.range; "
     "smaller: sharper reconstructions, less regular latents"},
    {"beta", GT_OPTION_REAL, FIELD(model, beta), "1", 0, 1e4, NULL,
     "weight of the KL term; 1: the ELBO"},
    {"beta_warmup_steps", GT_OPTION_INT, FIELD(model, beta_warmup_steps), "0",
     0, MANY, NULL, "steps over which that weight rises from 0"},
    {0},
};

static const gt_option train_options[] = {
    {"batch", GT_OPTION_INT, FIELD(train, batch), "64", 1, 1 << 20, NULL,
     "samples of a step, over all ranks"},
    {"steps", GT_OPTION_INT, FIELD(train, steps), "0", 0, MANY, NULL,
     "steps to train; 0: train.epochs says it"},
    {"epochs", GT_OPTION_INT, FIELD(train, epochs), "0", 0, MANY, NULL,
     "epochs to train; 0: train.steps says it"},
    {"seed", GT_OPTION_INT, FIELD(train, seed), "1", 0, 9007199254740992.0,
     NULL, "of weights, noise and data order"},
    {"shards", GT_OPTION_INT, FIELD(train, shards), "auto", 1, 1 << 20,
     auto_name,
     "parts of a batch; results are the same on any number of ranks that "
     "shares them out evenly. Sums over ranks take as few bytes as any "
     "all-reduce where a rank has 1, 2, 4, 8 ... shards, else at least half as "
     "many again: 16, 32 or 64 shards are best for powers of two, 48 or 96 for "
     "3, 6, 12 or 24 ranks"},
    {"watchdog_s", GT_OPTION_REAL, FIELD(train, watchdog_s), "600", 0, 1e6,
     NULL, "seconds without progress after which the job is ended; 0: never"},
    {"accumulate", GT_OPTION_INT, FIELD(train, accumulate), "1", 1, 1 << 20,
     NULL,
     "pieces a shard is cut into, one computed after the other: activations "
     "take so much less memory, and batch_norm's batches are so much smaller"},
    {0},
};

static const gt_option gan_train_options[] = {
    {"d_steps", GT_OPTION_INT, FIELD(train, d_steps), "1", 1, 1000, NULL,
     "discriminator steps for each generator step"},
    {0},
};

static const gt_option norm_options[] = {
    {"sync", GT_OPTION_BOOL, FIELD(norm, sync), "false", 0, 0, NULL,
     "batch_norm takes its statistics of the whole batch instead of a shard, "
     "as if there were but one; every batch_norm then waits for all ranks, on "
     "its way forward and back, and a rank holds all its shards' activations"},
    {0},
};

static const gt_option communication_options[] = {
    {"reduction", GT_OPTION_CHOICE, FIELD(communication, reduction), "tree", 0,
     0, reduction_names,
     "how gradients are added over ranks: in one fixed order, so that results "
     "are the same to the bit on any number of ranks, or by MPI's all-reduce; "
     "then every rank keeps the whole state of the optimizer, not its part"},
    {"compression", GT_OPTION_CHOICE, FIELD(communication, compression), "none",
     0, 0, compression_names,
     "how gradients leave a node or, if there is but one, a rank; bf16: "
     "rounded to 16 bits, and what that takes away is added in the next step, "
     "which halves the traffic; then results depend on the ranks and their "
     "nodes, and on where a run was resumed, and every rank keeps the whole "
     "state of the optimizer; not with reduction: mpi"},
    {"bucket_mb", GT_OPTION_REAL, FIELD(communication, bucket_mb), "1", 0, 1024,
     NULL,
     "megabytes of gradients sent together while others are still computed; "
     "0: all at the end"},
    {0},
};

static const gt_option output_options[] = {
    {"log_every", GT_OPTION_INT, FIELD(output, log_every), "50", 1, MANY, NULL,
     "steps between lines of metrics.jsonl"},
    {"checkpoint_every", GT_OPTION_INT, FIELD(output, checkpoint_every), "1000",
     0, MANY, NULL, "steps between checkpoints; 0: only one at the end"},
    {"keep", GT_OPTION_INT, FIELD(output, keep), "3", 0, MANY, NULL,
     "newest checkpoints that are kept; 0: all"},
    {"sample_every", GT_OPTION_INT, FIELD(output, sample_every), "500", 0, MANY,
     NULL, "steps between pictures of samples; 0: only one at the end"},
    {"sample_count", GT_OPTION_INT, FIELD(output, sample_count), "64", 1, 65536,
     NULL, "samples in such a picture"},
    {"test_every", GT_OPTION_INT, FIELD(output, test_every), "0", 0, MANY, NULL,
     "steps between evaluations on held-out data; 0: after each epoch"},
    {"test_samples", GT_OPTION_INT, FIELD(output, test_samples), "10000", 0,
     MANY, NULL, "most held-out samples that are used; 0: all"},
    {0},
};

const gt_config_section gt_config_sections[] = {
    {"", top_options, 0, GT_TASK_ANY, NULL, "at the top"},
    {"data", data_options, offsetof(gt_config, data), GT_TASK_ANY, NULL,
     "the samples"},
    {"model", model_options, offsetof(gt_config, model), GT_TASK_ANY, NULL,
     "the networks"},
    {"model", gan_options, offsetof(gt_config, model), GT_TASK_GAN, NULL,
     "the networks"},
    {"model", vae_options, offsetof(gt_config, model), GT_TASK_VAE, NULL,
     "the networks"},
    {"optimizer", gt_optimizer_options, offsetof(gt_config, optimizer),
     GT_TASK_ANY, NULL, "how parameters follow gradients"},
    {"optimizer_generator", gt_optimizer_options,
     offsetof(gt_config, optimizer_generator), GT_TASK_GAN, "optimizer",
     "what is different for the generator"},
    {"optimizer_discriminator", gt_optimizer_options,
     offsetof(gt_config, optimizer_discriminator), GT_TASK_GAN, "optimizer",
     "what is different for the discriminator"},
    {"train", train_options, offsetof(gt_config, train), GT_TASK_ANY, NULL,
     "how long, and on how much at once"},
    {"train", gan_train_options, offsetof(gt_config, train), GT_TASK_GAN, NULL,
     "how long, and on how much at once"},
    {"norm", norm_options, offsetof(gt_config, norm), GT_TASK_ANY, NULL,
     "how layers normalise"},
    {"communication", communication_options, offsetof(gt_config, communication),
     GT_TASK_ANY, NULL, "how ranks talk to each other"},
    {"output", output_options, offsetof(gt_config, output), GT_TASK_ANY, NULL,
     "what is written to the run directory, and when"},
    {0},
};

const gt_config_list gt_config_lists[] = {
    {"generator", offsetof(gt_config, model.generator), GT_TASK_GAN,
     "layers from z to a sample"},
    {"discriminator", offsetof(gt_config, model.discriminator), GT_TASK_GAN,
     "layers from a sample to one logit"},
    {"encoder", offsetof(gt_config, model.encoder), GT_TASK_VAE,
     "layers from a sample to the mean and log-variance of z"},
    {"decoder", offsetof(gt_config, model.decoder), GT_TASK_VAE,
     "layers from z to a sample's means or logits"},
    {0},
};
