/* task_type.h: what a kind of model is to the trainer: tables, and a few
 * functions.
 *
 * The trainer never asks whether it holds a GAN or a VAE. To add a task, write
 * one file with a gt_task_type, and the configuration's sections that only this
 * task has, and add one line to the table in tasks.h.
 */
#ifndef GT_TASKS_TASK_TYPE_H
#define GT_TASKS_TASK_TYPE_H

#include "comm/comm.h"
#include "core/rng.h"
#include "data/loader.h"
#include "model/schema.h"
#include "tasks/metric.h"
#include "tasks/metrics.h"
#include "tasks/stage.h"

enum { GT_TASK_MAX_NETWORKS = 2 };

typedef struct gt_task gt_task;

/* What a task needs to know of its place in the job. */
typedef struct gt_task_setup {
    const gt_config *config; /* borrowed */
    gt_comm *comm;           /* borrowed */
    int n_shards;            /* of this rank */
    int max_n;               /* most samples of one pass, of a shard */
    bool stable;      /* in training: all ranks have products that shards may go
                         through together (gt_product_is_own) */
    int unit;         /* shards that do so; from gt_task_new */
    int blas_threads; /* of this rank */
    bool training;    /* false: no gradients, no optimizer */
    /* Asked once all is planned and before it takes memory, but for addresses
     * and parameters: whether `bytes` more of this rank fit. Collective. NULL:
     * they do. */
    gt_status (*fits)(void *context, const gt_task *task, size_t bytes);
    void *context; /* of `fits`; borrowed while the task is built */
} gt_task_setup;

/* What the outputs of a network are. */
typedef enum gt_task_end {
    GT_END_DATA,    /* samples, in the range of the data */
    GT_END_LOGITS,  /* numbers that a loss applies a sigmoid to, */
    GT_END_CLASSES, /* or a softmax */
    GT_END_ANY,     /* other numbers without limits */
} gt_task_end;

struct gt_network; /* nn/network.h */

/* A network of a task, as its configuration describes it. */
typedef struct gt_task_network {
    const char *name;  /* "generator" */
    const char *input; /* its first: "x", a sample, or "z", latents. Then come
                          "label", one-hot, and "condition", where the run has
                          these */
    const gt_section *section;
    size_t layers;               /* offset of its gt_variant_list there */
    const gt_section *optimizer; /* of gt_optimizer_config */
    /* Whether it ends as the task needs it; GT_ERR_CONFIG. */
    gt_status (*check)(const gt_config *config, const struct gt_network *net);
} gt_task_network;

/* What evaluation needs of a task that encodes samples: q(z|x) is normal, with
 * mu and sigma of each latent of its own, and the prior p(z) is N(0, 1). All is
 * local, in nats, and of samples->n <= max_n samples; each of them has the
 * figures that it would have beside any others of as many. */
typedef struct gt_task_codes {
    /* mu and log sigma^2, within what the task clamps it to, into
     * code [n x 2 latent]. */
    void (*encode)(gt_task *task, const gt_samples *samples, gt_real *code);
    /* KL(q(z|x) || p(z)) of each code into kl [n]. */
    void (*kl)(const gt_task *task, const gt_real *code, int n, double *kl);
    /* Draw one z of q(z|x) for each sample, for the samples first.sample ..
     * first.sample + n - 1 of the address `first`: recon [n] becomes
     * -log p(x|z), and ratio [n] log p(z) - log q(z|x). */
    void (*draw)(gt_task *task, const gt_samples *samples, const gt_real *code,
                 gt_rng first, double *recon, double *ratio);
    /* Whether p(x|z) is a density of numbers; else it is a probability. */
    bool (*is_density)(const gt_config *config);
    /* Whether p(x|z) can be the distribution of values such as these: a
     * Bernoulli decoder's is one of zeros and ones, and what it gives for grey
     * values is a loss, but no likelihood. */
    bool (*holds)(const gt_config *config, const gt_samples *samples);
} gt_task_codes;

typedef struct gt_task_type {
    const char *name;
    /* What it adds to a configuration; ends with NULL. */
    const gt_section *const *sections;
    int n_networks;
    const gt_task_network *networks;
    gt_step_table step;
    bool finds_labels; /* labels are what its losses compare with: no network
                          has an input for them */
    /* Add figures of a step that are no sums over its samples; NULL: none. */
    void (*report)(const gt_task *task, uint64_t step, gt_metrics *metrics);
    /* What the network of learner i ends with. */
    gt_task_end (*end)(const gt_task *task, int i);
    /* latents [n x latent] from the prior, for the samples first.sample ..
     * first.sample + n - 1 of the address `first`. NULL where a task has no
     * latents. Local. */
    void (*prior)(const gt_config *config, gt_rng first, int n,
                  gt_real *latents);
    /* Whether that prior is a box, such as U(-1, 1), so that lines between
     * latents stay in it; NULL: it is not. Pure. */
    bool (*box)(const gt_config *config);
    /* given->n samples [n x image] from latents [n x latent], of the labels and
     * conditions that are given, with evaluation-mode statistics; n <= max_n. A
     * Bernoulli decoder gives probabilities. NULL where a task makes no
     * samples: then it has no pictures of them. Local. */
    void (*generate)(gt_task *task, const gt_real *latents,
                     const gt_samples *given, gt_real *out);
    /* Reconstructions [n x image] of samples; NULL where a task has none.
     * Local. */
    void (*reconstruct)(gt_task *task, const gt_samples *samples, gt_real *out);
    const gt_task_codes *codes; /* NULL: it does not encode samples */
    /* Of validation; ends with {0}. */
    const gt_metric *metrics;
    /* The key of the one that is best where it is least; NULL: none is. */
    const char *best;
    /* What a progress line shows, in order; ends with NULL. */
    const char *const *shown;
} gt_task_type;

struct gt_learner; /* learner.h */
struct gt_runner;  /* runner.h */

struct gt_task {
    const gt_task_type *type;
    gt_task_setup setup;
    int n_learners;
    struct gt_learner *learner[GT_TASK_MAX_NETWORKS]; /* owned */
    struct gt_runner *runner;                         /* owned */
    bool stop; /* in: this rank was asked to stop. Out, after a step: some rank
                  was, and so all stop after this step */
};

#endif
