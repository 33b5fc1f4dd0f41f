/* config.h: what a person asked for: a typed copy of a YAML file. Local.
 *
 * Section by section a table of gt_option says which keys there are, what they
 * mean and what they default to; layer lists follow the layer table. The
 * resolved YAML text, with every key of the task spelled out, is kept with the
 * struct and goes into run directories and checkpoints, from where it gives the
 * same configuration again. (Sections that inherit keep only what was said in
 * them, so that a later change of the section they follow still reaches them.)
 */
#ifndef GT_MODEL_CONFIG_H
#define GT_MODEL_CONFIG_H

#include "base/option.h"
#include "nn/init.h"
#include "nn/network.h"
#include "nn/optimizer.h"

#include <stdio.h>

typedef enum gt_task_kind { GT_TASK_GAN, GT_TASK_VAE } gt_task_kind;
enum { GT_TASK_ANY = -1 };
typedef enum gt_gan_loss { GT_GAN_NON_SATURATING, GT_GAN_MINIMAX } gt_gan_loss;
typedef enum gt_likelihood { GT_BERNOULLI, GT_GAUSSIAN } gt_likelihood;
typedef enum gt_prior { GT_PRIOR_NORMAL, GT_PRIOR_UNIFORM } gt_prior;

typedef struct gt_layer_list {
    gt_layer_spec *layers;
    int count;
} gt_layer_list;

typedef struct gt_config {
    int task; /* gt_task_kind */

    struct {
        char *uri;
        int image[3]; /* h, w, c the model works at; points: 1, 1, 2 */
        int range;    /* gt_range */
    } data;

    struct {
        int init;      /* gt_init */
        int latent[3]; /* shape of z */
        /* gan */
        gt_layer_list generator, discriminator;
        int prior;    /* gt_prior: of z; uniform is U(-1, 1) */
        int gan_loss; /* gt_gan_loss, the generator's */
        /* vae */
        gt_layer_list encoder, decoder;
        int likelihood;            /* gt_likelihood */
        double sigma;              /* of the Gaussian likelihood */
        double beta;               /* weight of the KL term */
        int64_t beta_warmup_steps; /* linear from 0 */
    } model;

    gt_optimizer_config optimizer; /* vae, and default of the two below */
    gt_optimizer_config optimizer_generator, optimizer_discriminator;

    struct {
        int64_t batch;  /* global */
        int64_t steps;  /* 0: by epochs */
        int64_t epochs; /* 0: by steps */
        int64_t seed;
        int64_t shards;     /* -1: auto */
        int64_t accumulate; /* pieces of a shard */
        double watchdog_s;  /* 0: off */
        int64_t d_steps;    /* discriminator steps per generator step */
    } train;

    struct {
        bool sync; /* statistics of the batch, not of a shard */
    } norm;

    struct {
        int reduction;    /* gt_reduction, of reducer.h */
        int compression;  /* gt_compression, of reducer.h */
        double bucket_mb; /* of 2^20 bytes; 0: all at once */
    } communication;

    struct {
        int64_t log_every;        /* steps between lines of metrics.jsonl */
        int64_t checkpoint_every; /* steps; 0: only at the end */
        int64_t keep;             /* newest checkpoints kept; 0: all */
        int64_t sample_every;     /* steps; 0: only at the end */
        int64_t sample_count;     /* images in the grid */
        int64_t test_every;       /* steps; 0: each epoch */
        int64_t test_samples;     /* most held-out samples; 0: all */
    } output;

    char *text; /* the resolved YAML */
} gt_config;

/* A section of the file, for the parser and `gentrain help config`. Keys that
 * only one task has stand in a second entry of the same name; in a
 * configuration of the other task they are refused and their fields are 0. */
typedef struct gt_config_section {
    const char *name; /* "train"; "" for keys at the top */
    const gt_option *options;
    size_t offset;        /* of the section's struct in gt_config */
    int task;             /* gt_task_kind, or GT_TASK_ANY */
    const char *inherits; /* section that gives defaults, or NULL */
    const char *help;
} gt_config_section;
extern const gt_config_section gt_config_sections[]; /* ends with name NULL */

/* Layer lists of the model section: key, offset in gt_config, task. */
typedef struct gt_config_list {
    const char *key; /* "generator" */
    size_t offset;
    gt_task_kind task; /* required by this task, refused by the other */
    const char *help;
} gt_config_list;
extern const gt_config_list gt_config_lists[]; /* ends with key NULL */

/* Parse YAML `text` of length `size`. `name` is what messages call it (a file's
 * path, or "preset dcgan28"). `sets` are n_sets texts "a.b=c" that replace or
 * add values (c is YAML: a number, a word, a flow list). Fails with
 * GT_ERR_CONFIG; the message gives name, line, key, what is allowed and the
 * nearest known key. */
gt_status gt_config_parse(gt_config **out, const char *name, const char *text,
                          size_t size, const char *const *sets, int n_sets);
void gt_config_free(gt_config *config);

/* In words, what `now` trains otherwise than `then`: "optimizer.lr 1e-4 (2e-4
 * before), ...", "" for nothing. Not how long, nor what is written or how sums
 * travel. Cut to fit. */
void gt_config_changes(const gt_config *then, const gt_config *now, char *out,
                       size_t size);

/* The keys of a configuration and the layers, as `gentrain help config` and
 * `gentrain help layers` show them: plain text of at most 80 columns. */
void gt_config_print_reference(FILE *out);
void gt_layers_print_reference(FILE *out);

/* The shape that a SHAPE option holds. */
static inline gt_shape gt_config_shape(const int shape[3])
{
    return (gt_shape){shape[0], shape[1], shape[2]};
}

#endif
