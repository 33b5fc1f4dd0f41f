/* task_type.h: what a kind of model is to the trainer: a table of functions.
 *
 * The trainer never asks whether it holds a GAN or a VAE. To add a task, write
 * one file with a gt_task_type and the configuration's sections that only this
 * task has, declare the type in tasks.h and add one line to the table in
 * task.c.
 */
#ifndef GT_TASKS_TASK_TYPE_H
#define GT_TASKS_TASK_TYPE_H

#include "comm/comm.h"
#include "core/rng.h"
#include "data/loader.h"
#include "model/schema.h"
#include "tasks/metrics.h"

enum { GT_TASK_MAX_NETWORKS = 2 };

typedef struct gt_task gt_task;

/* What a task needs to know of its place in the job. */
typedef struct gt_task_setup {
    const gt_config *config; /* borrowed */
    gt_comm *comm;           /* borrowed */
    int n_shards;            /* of this rank */
    int max_n;               /* most samples of one pass */
    int blas_threads;        /* of this rank */
    bool training;           /* false: no gradients, no optimizer */
    /* Asked once all is planned and before it takes memory, but for addresses
     * and parameters: whether `bytes` more of this rank fit. Collective. NULL:
     * they do. */
    gt_status (*fits)(void *context, const gt_task *task, size_t bytes);
    void *context; /* borrowed */
} gt_task_setup;

/* How often a step runs a network. */
typedef struct gt_task_passes {
    double forward;
    double weights; /* backward, for the gradients of its parameters */
    double inputs;  /* backward, all the way to its input */
    double partial; /* backward, down to its first layer with parameters only */
} gt_task_passes;

/* What the outputs of a network are. */
typedef enum gt_task_end {
    GT_END_DATA,   /* samples, in the range of the data */
    GT_END_LOGITS, /* numbers that a loss applies a sigmoid to */
    GT_END_ANY,    /* other numbers without limits */
} gt_task_end;

typedef struct gt_task_type {
    const char *name;
    /* What it adds to a configuration; ends with NULL. */
    const gt_section *const *sections;
    /* Plan networks and buffers and set the initial weights. A failure leaves a
     * task that `release` frees. Local. */
    gt_status (*build)(gt_task *task);
    void (*release)(gt_task *task);
    /* One training step on the loader's next batches. Fills metrics with
     * figures over the whole global batch, the same on every rank. Collective;
     * all ranks fail together. */
    gt_status (*step)(gt_task *task, uint64_t step, gt_loader *loader,
                      gt_metrics *metrics);
    /* Batches that one step takes from the loader. */
    int64_t (*batches)(const gt_config *config);
    /* Updates of learner i in one step. */
    int64_t (*updates)(const gt_task *task, int i);
    /* Passes of one step through the network of learner i, for whoever counts
     * its arithmetic; a backward pass may be one for weights and for inputs. */
    gt_task_passes (*passes)(const gt_task *task, int i);
    /* What the network of learner i ends with. */
    gt_task_end (*end)(const gt_task *task, int i);
    /* latents [n x latent] from the prior, for the samples first.sample ..
     * first.sample + n - 1 of the address `first`. Local. */
    void (*prior)(const gt_config *config, gt_rng first, int n,
                  gt_real *latents);
    /* given->n samples [n x image] from latents [n x latent], of the labels and
     * conditions that are given, with evaluation-mode statistics; n <= max_n. A
     * Bernoulli decoder gives probabilities. Local. */
    void (*generate)(gt_task *task, const gt_real *latents,
                     const gt_samples *given, gt_real *out);
    /* Reconstructions [n x image] of samples; NULL where a task has none.
     * Local. */
    void (*reconstruct)(gt_task *task, const gt_samples *samples, gt_real *out);
    /* Validation: add the sums of the task's figures over samples of the
     * numbers first .. first + n - 1 to sums[i] for test_keys[i]. Local. */
    void (*evaluate)(gt_task *task, uint64_t first, const gt_samples *samples,
                     double *sums);
    const char *const *test_keys; /* ends with NULL */
    /* The same figures over training samples, where test_keys alone would have
     * nothing to be compared with: gt_task_trains_apart. */
    const char *const *train_keys;
    /* The one of test_keys that is best where it is least; NULL: none is. */
    const char *best;
    /* What a progress line shows, in order; ends with NULL. */
    const char *const *shown;
} gt_task_type;

/* What a network's training needs: see learner.h. */
struct gt_learner;

struct gt_task {
    const gt_task_type *type;
    gt_task_setup setup;
    int n_learners;
    struct gt_learner *learner[GT_TASK_MAX_NETWORKS]; /* owned */
    bool stop;  /* in: this rank was asked to stop. Out, after a step: some
                   rank was, and so all stop after this step */
    void *data; /* private to the type */
};

#endif
