/* gan.c: generative adversarial training (Goodfellow et al. 2014, algorithm 1).
 *
 * A step (`step`, at the end of this file) is
 *
 *     for d_steps times:
 *         take m images x and draw m latents z            (train_d)
 *         update D by the gradient of
 *             -1/m sum log D(x) + log(1 - D(G(z)))        (backward_d)
 *     update G by the gradient of
 *         -1/m sum log D(G(z))    (non-saturating), or
 *          1/m sum log(1 - D(G(z)))         (minimax)     (train_g, backward_g)
 *
 * with D's output a logit, so that log D(x) = -softplus(-logit). In both
 * updates the shards of a rank are taken range by range (stage.h).
 *
 * Real and generated images go through D separately, each with their own batch
 * statistics (Radford et al. 2016). The algorithm draws new latents for G's
 * update; here it reuses the images of the last update of D, with their
 * activations, because G has not changed since. What nobody reads is not
 * computed: in D's update the gradients by the images, in G's update those by
 * D's weights and by z. */
#include "data/config.h"
#include "nn/loss.h"
#include "tasks/config.h"
#include "tasks/gan_config.h"
#include "tasks/latents.h"
#include "tasks/stage.h"
#include "tasks/task.h"
#include "tasks/tasks.h"

#include <assert.h>
#include <stdlib.h>

enum { G, D };

/* Each pass of a step draws its random numbers (dropout) from its own stream.
 */
enum {
    STREAM_D_REAL = 0x1000,
    STREAM_D_FAKE = 0x2000,
    STREAM_D_FOR_G = 0x3000, /* D in the update of G */
    STREAM_G = 0x4000,
};

/* The scalars of a vector (learner.h). */
enum {
    LOSS = GT_SCALAR_FIRST, /* D's in the vector of D, G's in that of G */
    D_REAL,                 /* mean D(x) */
    D_FAKE,                 /* mean D(G(z)) */
};

typedef struct gan_state {
    gt_stage_plan plan;
    /* G has a tape for each shard of this rank, because activations are kept
     * from D's update to G's. It has one tape in all when not training, or when
     * gradients are accumulated to save memory: then G's update generates the
     * images again. */
    gt_stage_network net[2];
    gt_arena arena;
    gt_real *latents; /* for each shard [max_n x latent] */
    gt_real *g_state; /* for each shard [n_state]: batch statistics of G */
    double *loss;     /* for each shard of a range: D's on real images */
} gan_state;

static void release(gt_task *task)
{
    gan_state *gan = task->data;
    if (!gan)
        return;
    gt_stage_network_free(&gan->net[G]);
    gt_stage_network_free(&gan->net[D]);
    gt_stage_plan_free(&gan->plan);
    gt_arena_free(&gan->arena);
    free(gan->loss);
    free(gan);
}

static gt_status build_networks(gt_task *task)
{
    const gt_task_setup *setup = &task->setup;
    const gt_config *config = setup->config;
    gt_shape image = gt_data_config_of(config)->image;
    gt_network_input z = {"z", gt_latent_config_of(config)->shape};
    gt_network_input x = {"x", image};
    gt_status status =
        gt_learner_new(&task->learner[G], setup, "generator", G, &z, 1,
                       &gt_gan_config_of(config)->generator,
                       gt_generator_optimizer_of(config));
    if (status != GT_OK)
        return status;
    task->n_learners = 1;
    status = gt_learner_new(&task->learner[D], setup, "discriminator", D, &x, 1,
                            &gt_gan_config_of(config)->discriminator,
                            gt_discriminator_optimizer_of(config));
    if (status != GT_OK)
        return status;
    task->n_learners = 2;
    char made[GT_SHAPE_TEXT], wanted[GT_SHAPE_TEXT];
    if (!gt_shape_equal(task->learner[G]->net->out, image))
        return gt_fail(GT_ERR_CONFIG,
                       "the generator makes %s but data.image is %s; change "
                       "its layers or data.image",
                       gt_shape_text(task->learner[G]->net->out, made),
                       gt_shape_text(image, wanted));
    if (gt_shape_size(task->learner[D]->net->out) != 1)
        return gt_fail(GT_ERR_CONFIG,
                       "the discriminator ends with %s values per image; it "
                       "must end with one logit (dense: {units: 1})",
                       gt_shape_text(task->learner[D]->net->out, made));
    return GT_OK;
}

/* Tapes and buffers, for networks that are there. */
static gt_status build_passes(gt_task *task, gan_state *gan)
{
    const gt_task_setup *setup = &task->setup;
    int shards = setup->training ? setup->n_shards : 1;
    int tapes = gt_train_config_of(setup->config)->accumulate > 1 ? 1 : shards;
    const gt_network *g = task->learner[G]->net;
    size_t z =
        gt_arena_reserve(&gan->arena, (size_t)shards * (size_t)setup->max_n *
                                          gt_shape_size(g->in));
    size_t state = gt_arena_reserve(&gan->arena, (size_t)shards * g->n_state);
    gt_status status = gt_arena_commit(&gan->arena, "latents");
    if (status != GT_OK)
        return status;
    gan->latents = gt_arena_at(&gan->arena, z);
    gan->g_state = gt_arena_at(&gan->arena, state);
    status = gt_stage_plan_new(&gan->plan, task);
    if (status != GT_OK)
        return status;
    gan->loss = calloc((size_t)gan->plan.width, sizeof *gan->loss);
    if (!gan->loss)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a GAN");
    status =
        gt_stage_network_new(&gan->net[G], &gan->plan, task->learner[G], tapes);
    if (status == GT_OK)
        status = gt_stage_network_new(&gan->net[D], &gan->plan,
                                      task->learner[D], gan->plan.width);
    return status;
}

static gt_status build(gt_task *task)
{
    gan_state *gan = calloc(1, sizeof *gan);
    if (!gan)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a GAN");
    task->data = gan;
    gt_status status = build_networks(task);
    return status == GT_OK ? build_passes(task, gan) : status;
}

/* The images that G generated for shard k of the range. */
static const gt_real *fakes_of(const gan_state *gan, gt_shard_range range,
                               int k)
{
    return gt_tape_output(gt_stage_network_tape(&gan->net[G], range.first + k));
}

static void draw_prior(const gt_config *config, gt_rng first, int n,
                       gt_real *latents)
{
    size_t size = gt_shape_size(gt_latent_config_of(config)->shape);
    if (gt_gan_config_of(config)->prior == GT_PRIOR_UNIFORM)
        gt_latents_uniform(first, n, size, latents);
    else
        gt_latents_normal(first, n, size, latents);
}

/* G(z) for new latents z. G's batch statistics are kept for its update. */
static void generate_fakes(gt_task *task, const gt_batch *batch,
                           gt_shard_range range)
{
    gan_state *gan = task->data;
    const gt_network *net = task->learner[G]->net;
    for (int k = 0; k < range.n; k++) {
        gt_shard_pass *shard =
            gt_stage_enter(&gan->net[G], task, batch, range, k, STREAM_G);
        gt_pass *pass = &shard->pass;
        size_t i = (size_t)range.first + (size_t)k;
        pass->batch_state = gan->g_state + i * net->n_state;
        for (size_t j = 0; j < net->n_state; j++)
            pass->batch_state[j] = 0;
        gt_real *z =
            gan->latents + i * (size_t)net->max_n * gt_shape_size(net->in);
        gt_rng at = {.seed = pass->seed,
                     .step = pass->step,
                     .sample = pass->first_sample,
                     .stream = GT_STREAM_LATENT};
        draw_prior(task->setup.config, at, pass->n, z);
        shard->x[0] = z;
    }
    gt_stage_forward(&gan->net[G], range);
}

/* The sum of D's loss over a shard whose images are real (target 1) or
 * generated (target 0). Begins the way back from its gradient, and sets `mean`
 * to weight * the mean sigmoid of D's outputs. */
static double loss_of_d(const gt_shard_pass *shard, gt_real target,
                        gt_real scale, gt_real weight, gt_real *mean)
{
    size_t n = (size_t)shard->pass.n;
    *mean = weight * (gt_real)gt_mean_sigmoid(shard->y, n);
    return gt_loss_bce(shard->y, n, target, scale,
                       gt_tape_loss_gradient(shard->tape));
}

/* D's loss on the real and on the generated images, and its gradient by D's
 * weights. */
static void backward_d(gt_task *task, const gt_batch *batch,
                       gt_shard_range range)
{
    gan_state *gan = task->data;
    gt_stage_network *d = &gan->net[D];
    gt_real scale = (gt_real)1 / (gt_real)batch->n;
    for (int k = 0; k < range.n; k++) {
        gt_shard_pass *shard =
            gt_stage_enter(d, task, batch, range, k, STREAM_D_REAL);
        gt_stage_open(d, k)[GT_SCALAR_STOP] = task->stop;
        shard->pass.weight /= 2; /* D has batch statistics of two passes */
        shard->x[0] = batch->shards[range.first + k].samples.x;
    }
    gt_stage_forward(d, range);
    for (int k = 0; k < range.n; k++)
        gan->loss[k] =
            loss_of_d(&d->shard[k], 1, scale, 2 * d->shard[k].pass.weight,
                      &gt_stage_scalars(d, k)[D_REAL]);
    gt_stage_backward(d, range, (gt_wanted){.params = true});

    for (int k = 0; k < range.n; k++) {
        d->shard[k].pass.stream = STREAM_D_FAKE;
        d->shard[k].pass.accumulate = true;
        d->shard[k].x[0] = fakes_of(gan, range, k);
    }
    gt_stage_forward(d, range);
    for (int k = 0; k < range.n; k++) {
        gt_real *scalars = gt_stage_scalars(d, k);
        double loss = gan->loss[k];
        loss += loss_of_d(&d->shard[k], 0, scale, 2 * d->shard[k].pass.weight,
                          &scalars[D_FAKE]);
        scalars[LOSS] = (gt_real)loss * scale;
    }
    gt_stage_backward_last(d, range, (gt_wanted){.params = true});
    gt_stage_add(d, range);
}

/* The sum of G's loss over a shard. Begins the way back from its gradient. */
static double loss_of_g(const gt_config *config, const gt_shard_pass *shard,
                        gt_real scale)
{
    size_t n = (size_t)shard->pass.n;
    gt_real *gradient = gt_tape_loss_gradient(shard->tape);
    return gt_gan_config_of(config)->gan_loss == GT_GAN_MINIMAX
               ? gt_loss_minimax(shard->y, n, scale, gradient)
               : gt_loss_bce(shard->y, n, 1, scale, gradient);
}

/* G's loss on the images that it generated for D, and its gradient by G's
 * weights, through D. */
static void backward_g(gt_task *task, const gt_batch *batch,
                       gt_shard_range range)
{
    gan_state *gan = task->data;
    gt_stage_network *g = &gan->net[G], *d = &gan->net[D];
    gt_real scale = (gt_real)1 / (gt_real)batch->n;
    size_t n_state = g->learner->net->n_state;
    for (int k = 0; k < range.n; k++) {
        gt_shard_pass *fake =
            gt_stage_enter(g, task, batch, range, k, STREAM_G);
        gt_stage_open(g, k);
        for (size_t j = 0; j < n_state; j++)
            fake->pass.batch_state[j] =
                gan->g_state[(size_t)(range.first + k) * n_state + j];
        gt_shard_pass *shard =
            gt_stage_enter(d, task, batch, range, k, STREAM_D_FOR_G);
        shard->x[0] = fakes_of(gan, range, k);
        shard->dx[0] = gt_tape_loss_gradient(fake->tape);
    }
    gt_stage_forward(d, range);
    for (int k = 0; k < range.n; k++) {
        gt_shard_pass *shard = &d->shard[k];
        gt_real *scalars = gt_stage_scalars(g, k), weight = shard->pass.weight;
        double loss = loss_of_g(task->setup.config, shard, scale);
        double mean = gt_mean_sigmoid(shard->y, (size_t)shard->pass.n);
        scalars[LOSS] = (gt_real)loss * scale;
        scalars[D_FAKE] = weight * (gt_real)mean;
    }
    gt_stage_backward(d, range, (gt_wanted){.inputs = 1});
    gt_stage_backward_last(g, range, (gt_wanted){.params = true});
    gt_stage_add(g, range);
}

/* One update of D on the next batch, which stays borrowed in *batch. */
static gt_status train_d(gt_task *task, uint64_t number, gt_loader *loader,
                         const gt_batch **batch, const gt_real **scalars)
{
    const gan_state *gan = task->data;
    *batch = gt_loader_next(loader);
    gt_learner_begin(task->learner[D], *batch, true);
    for (int i = 0; i < gt_stage_ranges(&gan->plan, *batch); i++) {
        gt_shard_range range = gt_stage_range(&gan->plan, *batch, i);
        generate_fakes(task, *batch, range);
        backward_d(task, *batch, range);
    }
    if ((*batch)->shards[0].samples.n == 0)
        gt_learner_abstain(task->learner[D], task->stop);
    return gt_learner_update(task->learner[D], number, scalars);
}

/* The update of G on the images that it generated for that batch. */
static gt_status train_g(gt_task *task, uint64_t number, const gt_batch *batch,
                         const gt_real **scalars)
{
    const gan_state *gan = task->data;
    gt_learner_begin(task->learner[G], batch, false);
    for (int i = 0; i < gt_stage_ranges(&gan->plan, batch); i++) {
        gt_shard_range range = gt_stage_range(&gan->plan, batch, i);
        if (gan->net[G].n_tapes < batch->n_shards)
            generate_fakes(task, batch, range);
        backward_g(task, batch, range);
    }
    return gt_learner_update(task->learner[G], number, scalars);
}

static int64_t batches(const gt_config *config)
{
    return gt_gan_train_config_of(config)->d_steps;
}

static gt_status step(gt_task *task, uint64_t number, gt_loader *loader,
                      gt_metrics *metrics)
{
    const gt_batch *batch = NULL;
    const gt_real *of_d = NULL, *of_g = NULL;
    bool stop = false;
    for (int64_t k = 0; k < batches(task->setup.config); k++) {
        gt_status status = train_d(task, number, loader, &batch, &of_d);
        if (status != GT_OK)
            return status;
        stop = stop || of_d[GT_SCALAR_STOP] > 0;
    }
    assert(batch && of_d); /* d_steps is at least 1 */
    gt_status status = train_g(task, number, batch, &of_g);
    if (status != GT_OK)
        return status;
    gt_metrics_set(metrics, "loss_d", of_d[LOSS]);
    gt_metrics_set(metrics, "loss_g", of_g[LOSS]);
    gt_metrics_set(metrics, "d_real", of_d[D_REAL]);
    gt_metrics_set(metrics, "d_fake", of_d[D_FAKE]);
    gt_metrics_set(metrics, "d_fake_after", of_g[D_FAKE]);
    task->stop = stop;
    return GT_OK;
}

static int64_t updates(const gt_task *task, int i)
{
    return i == D ? batches(task->setup.config) : 1;
}

/* D sees real and generated images in each of its updates, and generated ones
 * once more in G's, whose gradient comes through it. */
static gt_task_passes passes(const gt_task *task, int i)
{
    double of_d = (double)updates(task, D);
    if (i == D)
        return (gt_task_passes){.forward = 2 * of_d + 1,
                                .weights = 2 * of_d,
                                .partial = 2 * of_d,
                                .inputs = 1};
    return (gt_task_passes){.forward = of_d, .weights = 1, .partial = 1};
}

static gt_task_end end(const gt_task *task, int i)
{
    (void)task;
    return i == D ? GT_END_LOGITS : GT_END_DATA;
}

static void generate(gt_task *task, const gt_real *latents,
                     const gt_samples *given, gt_real *out)
{
    int n = given->n;
    gan_state *gan = task->data;
    gt_pass pass = gt_learner_eval_pass(task->learner[G], n);
    const gt_real *y = gt_tape_forward(gt_stage_network_tape(&gan->net[G], 0),
                                       &pass, &latents);
    size_t size = (size_t)n * gt_shape_size(task->learner[G]->net->out);
    for (size_t i = 0; i < size; i++)
        out[i] = y[i];
}

/* The mean D(x) of validation images, beside that of training images, shows
 * whether D has memorised these. Neither has to do with d_real of a step, where
 * batch norm takes the statistics of the batch and dropout is on. */
static void evaluate(gt_task *task, uint64_t first, const gt_samples *samples,
                     double *sums)
{
    int n = samples->n;
    (void)first;
    gan_state *gan = task->data;
    gt_pass pass = gt_learner_eval_pass(task->learner[D], n);
    const gt_real *logits = gt_tape_forward(
        gt_stage_network_tape(&gan->net[D], 0), &pass, &samples->x);
    sums[0] += n * gt_mean_sigmoid(logits, (size_t)n);
}

static const char *const test_keys[] = {"test_d_real", NULL};
static const char *const train_keys[] = {"train_d_real", NULL};
static const char *const shown[] = {"loss_d", "loss_g",       "d_real",
                                    "d_fake", "d_fake_after", NULL};

const gt_task_type gt__task_gan = {
    .name = "gan",
    .sections = gt_gan_sections,
    .build = build,
    .release = release,
    .step = step,
    .batches = batches,
    .updates = updates,
    .passes = passes,
    .end = end,
    .prior = draw_prior,
    .generate = generate,
    .evaluate = evaluate,
    .test_keys = test_keys,
    .train_keys = train_keys,
    .shown = shown,
};
