/* gan.c: generative adversarial training (Goodfellow et al. 2014, algorithm 1).
 *
 *     for d_steps times:                                         UPDATE_D
 *         draw m latents z from the prior                        GENERATE
 *         take m samples x of the data
 *         update D by the gradient of                            REAL, FAKE
 *             -1/m sum log D(x) + log(1 - D(G(z)))      (eq. 1)
 *     update G by the gradient of                                UPDATE_G
 *         1/m sum log(1 - D(G(z)))                      (eq. 1)
 *         or, not to saturate, -1/m sum log D(G(z))  (section 3) REGENERATE,
 *                                                                JUDGE
 *
 * with D's output a logit, so that log D(x) = -softplus(-logit). Other losses
 * are in the table of gan_objective.c.
 *
 * Real and generated samples go through D separately, each with their own batch
 * statistics (Radford et al. 2016). The algorithm draws new latents for G's
 * update; here it reuses the samples of the last update of D, with their
 * activations, because G has not changed since. What nobody reads is not
 * computed: in D's update the gradients by the samples, in G's update those by
 * D's weights and by z. */
#include "nn/loss.h"
#include "tasks/build.h"
#include "tasks/config.h"
#include "tasks/gan_config.h"
#include "tasks/gan_objective.h"
#include "tasks/latents.h"
#include "tasks/learner.h"
#include "tasks/runner.h"
#include "tasks/tasks.h"

#include <string.h>

/* --- The networks. */

enum { G, D };

static gt_status check_logit(const gt_config *config, const gt_network *net)
{
    char made[GT_SHAPE_TEXT];
    (void)config;
    if (gt_shape_size(net->out) == 1)
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "the %s ends with %s values per image; it must end with one "
                   "logit (dense: {units: 1})",
                   net->name, gt_shape_text(net->out, made));
}

static const gt_task_network networks[] = {
    [G] = {"generator", "z", &gt_gan_section,
           offsetof(gt_gan_config, generator), &gt_generator_optimizer_section,
           gt_task_check_makes_data},
    [D] = {"discriminator", "x", &gt_gan_section,
           offsetof(gt_gan_config, discriminator),
           &gt_discriminator_optimizer_section, check_logit},
};

static gt_task_end end(const gt_task *task, int i)
{
    (void)task;
    return i == D ? GT_END_LOGITS : GT_END_DATA;
}

/* --- Figures and losses. */

enum { UPDATE_D, UPDATE_G };
enum { LOSS_D, LOSS_G, D_REAL, D_FAKE, D_FAKE_AFTER, FIGURES };

static const gt_figure figures[] = {
    [LOSS_D] = {"loss_d", UPDATE_D},
    [LOSS_G] = {"loss_g", UPDATE_G},
    [D_REAL] = {"d_real", UPDATE_D, .mean = true}, /* D(x) */
    [D_FAKE] = {"d_fake", UPDATE_D, .mean = true}, /* D(G(z)) */
    [D_FAKE_AFTER] = {"d_fake_after", UPDATE_G, .mean = true},
};

static const gt_gan_objective *objective_of(const gt_task *task)
{
    return &gt_gan_objectives[gt_gan_config_of(task->setup.config)->gan_loss];
}

/* One of the objective's losses on D's outputs, and D's opinion. */
static void add_loss(const gt_stage_shard *at, gt_gan_loss *loss, int figure,
                     int opinion)
{
    size_t n = (size_t)at->samples->n;
    at->figure[opinion] = objective_of(at->task)->opinion(at->y, n);
    at->figure[figure] += loss(at->y, n, at->scale, at->dy);
}

static void loss_real(const gt_stage_shard *at)
{
    add_loss(at, objective_of(at->task)->real, LOSS_D, D_REAL);
}

static void loss_fake(const gt_stage_shard *at)
{
    add_loss(at, objective_of(at->task)->fake, LOSS_D, D_FAKE);
}

static void loss_g(const gt_stage_shard *at)
{
    add_loss(at, objective_of(at->task)->generator, LOSS_G, D_FAKE_AFTER);
}

/* --- The step. */

enum { GENERATE, REAL, FAKE, REGENERATE, JUDGE, STAGES };

static const gt_stage stages[] = {
    /* G(z) */
    [GENERATE] = {UPDATE_D, G, 0x4000, GT_FROM_NOISE,
                  .noise = GT_STREAM_LATENT},
    /* -log D(x), by D's weights */
    [REAL] = {UPDATE_D, D, 0x1000, GT_FROM_DATA, .loss = loss_real,
              .weights = true},
    /* -log(1 - D(G(z))), by D's weights */
    [FAKE] = {UPDATE_D, D, 0x2000, GENERATE, .loss = loss_fake,
              .weights = true},
    /* the same G(z), by G's weights */
    [REGENERATE] = {UPDATE_G, G, 0x4000, GENERATE, .again = true,
                    .weights = true},
    /* G's loss, by G(z), through D */
    [JUDGE] = {UPDATE_G, D, 0x3000, REGENERATE, .loss = loss_g, .input = true},
};

static int64_t d_steps(const gt_config *config)
{
    return gt_gan_train_config_of(config)->d_steps;
}

static const gt_update updates[] = {
    [UPDATE_D] = {.times = d_steps},
    [UPDATE_G] = {.same_batch = true},
};

/* --- What a trained GAN does. */

static void draw_prior(const gt_config *config, gt_rng first, int n,
                       gt_real *latents)
{
    size_t size = gt_latent_size(config);
    if (gt_gan_config_of(config)->prior == GT_PRIOR_UNIFORM)
        gt_latents_uniform(first, n, size, latents);
    else
        gt_latents_normal(first, n, size, latents);
}

static bool prior_is_box(const gt_config *config)
{
    return gt_gan_config_of(config)->prior == GT_PRIOR_UNIFORM;
}

static void generate(gt_task *task, const gt_real *latents,
                     const gt_samples *given, gt_real *out)
{
    size_t count = (size_t)given->n * gt_shape_size(task->learner[G]->net->out);
    memcpy(out, gt_runner_eval(task, G, latents, given), count * sizeof *out);
}

/* The mean D(x) of validation images, beside that of training images, shows
 * whether D has memorised these. Neither has to do with d_real of a step, where
 * batch norm takes the statistics of the batch and dropout is on. */
static void evaluate(gt_task *task, uint64_t first, const gt_samples *samples,
                     gt_evaluated *out)
{
    (void)first;
    out->outputs = gt_runner_eval(task, D, samples->x, samples);
    out->sum[D_REAL] = samples->n * objective_of(task)->opinion(
                                        out->outputs, (size_t)samples->n);
}

static const gt_metric metrics[] = {{"test_d_real", "train_d_real", evaluate,
                                     &gt_metric_mean, D_REAL,
                                     GT_BETTER_NEITHER},
                                    {0}};
static const char *const shown[] = {"loss_d", "loss_g",       "d_real",
                                    "d_fake", "d_fake_after", NULL};

const gt_task_type gt__task_gan = {
    .name = "gan",
    .sections = gt_gan_sections,
    .n_networks = 2,
    .networks = networks,
    .step = {STAGES, 2, FIGURES, stages, updates, figures},
    .end = end,
    .prior = draw_prior,
    .box = prior_is_box,
    .generate = generate,
    .metrics = metrics,
    .shown = shown,
};
