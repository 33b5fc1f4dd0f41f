/* gan.c: generative adversarial training (Goodfellow et al. 2014), one shard
 * after the other.
 *
 * A step is d_steps updates of the discriminator D and one of the generator G.
 * Real and generated images go through D apart, each with its own batch
 * statistics (Radford et al. 2016). The images that G made for the last D
 * update, and the activations behind them, serve again for G's own update: G
 * has not changed since. What nobody reads is not computed: no gradient towards
 * the images in D's update, none of D's weights in G's update, none towards z.
 */
#include "gentrain/loss.h"
#include "train/learner.h"
#include "train/tasks.h"

#include <stdlib.h>

enum { G, D };

/* The passes of a step that draw random numbers (dropout) each have their own
 * stream. */
enum {
    STREAM_REAL = 0x1000,
    STREAM_FAKE = 0x2000,
    STREAM_JUDGE = 0x3000,
    STREAM_MAKE = 0x4000,
};

enum {
    LOSS = GT_SCALAR_FIRST, /* of D in D's vector, of G in G's */
    D_REAL,
    D_FAKE,
};

typedef struct gan_state {
    gt_tape d_tape;
    gt_tape *g_tape; /* one per shard of this rank: they live from D's update
                        to G's. One in all when not training, or when gradients
                        are accumulated to save memory: then G's update makes
                        each shard's images again */
    int n_tapes;
    const gt_real **fake; /* per tape: the images in it */
    gt_arena arena;
    gt_real *latents; /* [max_n x latent] per shard, in a row */
    gt_real *g_state; /* [n_state] per shard: G's batch statistics */
} gan_state;

static void release(gt_task *task)
{
    gan_state *gan = task->data;
    if (!gan)
        return;
    gt_tape_free(&gan->d_tape);
    for (int i = 0; i < gan->n_tapes; i++)
        gt_tape_free(&gan->g_tape[i]);
    free(gan->g_tape);
    free(gan->fake);
    gt_arena_free(&gan->arena);
    free(gan);
}

static gt_status build_networks(gt_task *task)
{
    const gt_task_setup *setup = &task->setup;
    const gt_config *config = setup->config;
    gt_shape image = gt_config_shape(config->data.image);
    gt_status status =
        gt_learner_new(&task->learner[G], setup, "generator", G,
                       gt_config_shape(config->model.latent),
                       &config->model.generator, &config->optimizer_generator);
    if (status != GT_OK)
        return status;
    task->n_learners = 1;
    status = gt_learner_new(&task->learner[D], setup, "discriminator", D, image,
                            &config->model.discriminator,
                            &config->optimizer_discriminator);
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

static gt_status build(gt_task *task)
{
    const gt_task_setup *setup = &task->setup;
    gan_state *gan = calloc(1, sizeof *gan);
    if (!gan)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a GAN");
    task->data = gan;
    gt_status status = build_networks(task);
    if (status != GT_OK)
        return status;

    int shards = setup->training ? setup->n_shards : 1;
    const gt_network *g = task->learner[G]->net;
    size_t z =
        gt_arena_reserve(&gan->arena, (size_t)shards * (size_t)setup->max_n *
                                          gt_shape_size(g->in));
    size_t state = gt_arena_reserve(&gan->arena, (size_t)shards * g->n_state);
    status = gt_arena_commit(&gan->arena, "latents");
    if (status != GT_OK)
        return status;
    gan->latents = gt_arena_at(&gan->arena, z);
    gan->g_state = gt_arena_at(&gan->arena, state);
    int tapes = setup->config->train.accumulate > 1 ? 1 : shards;
    gan->g_tape = calloc((size_t)tapes, sizeof *gan->g_tape);
    gan->fake = calloc((size_t)tapes, sizeof *gan->fake);
    if (!gan->g_tape || !gan->fake)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d tapes", tapes);
    for (; gan->n_tapes < tapes && status == GT_OK; gan->n_tapes++)
        status =
            gt_tape_plan(&gan->g_tape[gan->n_tapes], g, &task->learner[G]->ws);
    if (status == GT_OK)
        status = gt_tape_plan(&gan->d_tape, task->learner[D]->net,
                              &task->learner[D]->ws);
    return status;
}

/* The tape that makes shard i's images. */
static int tape_of(const gan_state *gan, int i)
{
    return i % gan->n_tapes;
}

/* Images of shard `i` from fresh latents, with G's batch statistics kept for
 * G's update. */
static void make_fakes(gt_task *task, const gt_batch *batch, int i)
{
    gan_state *gan = task->data;
    const gt_shard *shard = &batch->shards[i];
    const gt_network *net = task->learner[G]->net;
    gt_pass pass =
        gt_learner_pass(task->learner[G], task, batch, shard, STREAM_MAKE);
    pass.batch_state = gan->g_state + (size_t)i * net->n_state;
    for (size_t j = 0; j < net->n_state; j++)
        pass.batch_state[j] = 0;
    gt_real *z =
        gan->latents + (size_t)i * (size_t)net->max_n * gt_shape_size(net->in);
    gt_rng at = {.seed = pass.seed,
                 .step = pass.step,
                 .sample = pass.first_sample,
                 .stream = GT_STREAM_LATENT};
    gt_task_latents(task->setup.config, at, shard->n, z);
    int t = tape_of(gan, i);
    gan->fake[t] = gt_tape_forward(&gan->g_tape[t], &pass, z);
}

/* D's loss on the real and the generated images of one shard, and its gradient
 * towards D's weights. */
static void judge_shard(gt_task *task, const gt_batch *batch, int i)
{
    gan_state *gan = task->data;
    const gt_shard *shard = &batch->shards[i];
    gt_learner *d = task->learner[D];
    gt_real scale = (gt_real)1 / (gt_real)batch->n;
    gt_real *gradient = gt_tape_loss_gradient(&gan->d_tape);
    size_t n = (size_t)shard->n;

    gt_pass pass = gt_learner_pass(d, task, batch, shard, STREAM_REAL);
    gt_real *scalars = gt_learner_open(d, &pass);
    scalars[GT_SCALAR_STOP] = task->stop;
    gt_real weight = pass.share;
    pass.share = weight / 2; /* statistics are of both halves */
    const gt_real *logits = gt_tape_forward(&gan->d_tape, &pass, shard->x);
    double loss = gt_loss_bce(logits, n, 1, scale, gradient);
    scalars[D_REAL] = weight * (gt_real)gt_mean_sigmoid(logits, n);
    gt_tape_backward(&gan->d_tape, &pass, gradient, false);

    pass.stream = STREAM_FAKE;
    pass.accumulate = true;
    logits = gt_tape_forward(&gan->d_tape, &pass, gan->fake[tape_of(gan, i)]);
    loss += gt_loss_bce(logits, n, 0, scale, gradient);
    scalars[D_FAKE] = weight * (gt_real)gt_mean_sigmoid(logits, n);
    gt_tape_backward(&gan->d_tape, &pass, gradient, false);
    scalars[LOSS] = (gt_real)loss * scale;
    gt_reducer_add(d->reducer);
}

/* G's loss on the images it made for D, and its gradient through D. */
static void improve_shard(gt_task *task, const gt_batch *batch, int i)
{
    gan_state *gan = task->data;
    const gt_shard *shard = &batch->shards[i];
    gt_learner *g = task->learner[G];
    gt_real scale = (gt_real)1 / (gt_real)batch->n;
    gt_real *gradient = gt_tape_loss_gradient(&gan->d_tape);
    size_t n = (size_t)shard->n;

    gt_pass make = gt_learner_pass(g, task, batch, shard, STREAM_MAKE);
    gt_real *scalars = gt_learner_open(g, &make);
    for (size_t j = 0; j < g->net->n_state; j++)
        make.batch_state[j] = gan->g_state[(size_t)i * g->net->n_state + j];

    gt_pass judge =
        gt_learner_pass(task->learner[D], task, batch, shard, STREAM_JUDGE);
    int t = tape_of(gan, i);
    const gt_real *logits = gt_tape_forward(&gan->d_tape, &judge, gan->fake[t]);
    double loss = task->setup.config->model.gan_loss == GT_GAN_MINIMAX
                      ? gt_loss_minimax(logits, n, scale, gradient)
                      : gt_loss_bce(logits, n, 1, scale, gradient);
    scalars[LOSS] = (gt_real)loss * scale;
    scalars[D_FAKE] = judge.share * (gt_real)gt_mean_sigmoid(logits, n);
    gt_real *dx = gt_tape_backward(&gan->d_tape, &judge, gradient, true);
    gt_tape_backward(&gan->g_tape[t], &make, dx, false);
    gt_reducer_add(g->reducer);
}

/* One update of D on the next batch, which stays borrowed in *batch. */
static gt_status update_d(gt_task *task, uint64_t number, gt_loader *loader,
                          const gt_batch **batch, const gt_real **scalars)
{
    *batch = gt_loader_next(loader);
    gt_reducer_begin(task->learner[D]->reducer);
    for (int i = 0; i < (*batch)->n_shards; i++) {
        if ((*batch)->shards[i].n == 0)
            continue;
        make_fakes(task, *batch, i);
        judge_shard(task, *batch, i);
    }
    if ((*batch)->shards[0].n == 0)
        gt_learner_abstain(task->learner[D], task->stop);
    return gt_learner_update(task->learner[D], number, scalars);
}

static gt_status update_g(gt_task *task, uint64_t number, const gt_batch *batch,
                          const gt_real **scalars)
{
    gt_reducer_begin(task->learner[G]->reducer);
    const gan_state *gan = task->data;
    for (int i = 0; i < batch->n_shards; i++) {
        if (batch->shards[i].n == 0)
            continue;
        if (gan->n_tapes < batch->n_shards)
            make_fakes(task, batch, i);
        improve_shard(task, batch, i);
    }
    return gt_learner_update(task->learner[G], number, scalars);
}

static int64_t batches(const gt_config *config)
{
    return config->train.d_steps;
}

static gt_status step(gt_task *task, uint64_t number, gt_loader *loader,
                      gt_metrics *metrics)
{
    const gt_batch *batch = NULL;
    const gt_real *of_d = NULL, *of_g = NULL;
    bool stop = false;
    for (int64_t k = 0; k < batches(task->setup.config); k++) {
        gt_status status = update_d(task, number, loader, &batch, &of_d);
        if (status != GT_OK)
            return status;
        stop = stop || of_d[GT_SCALAR_STOP] > 0;
    }
    gt_status status = update_g(task, number, batch, &of_g);
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

static void generate(gt_task *task, const gt_real *latents, int n, gt_real *out)
{
    gan_state *gan = task->data;
    gt_pass pass = gt_learner_eval_pass(task->learner[G], n);
    const gt_real *y = gt_tape_forward(&gan->g_tape[0], &pass, latents);
    size_t size = (size_t)n * gt_shape_size(task->learner[G]->net->out);
    for (size_t i = 0; i < size; i++)
        out[i] = y[i];
}

/* Held-out images tell whether D has learnt its training images by heart. */
static void evaluate(gt_task *task, uint64_t first, const gt_real *x, int n,
                     double *sums)
{
    (void)first;
    gan_state *gan = task->data;
    gt_pass pass = gt_learner_eval_pass(task->learner[D], n);
    const gt_real *logits = gt_tape_forward(&gan->d_tape, &pass, x);
    sums[0] += n * gt_mean_sigmoid(logits, (size_t)n);
}

static const char *const test_keys[] = {"test_d_real", NULL};
static const char *const shown[] = {"loss_d", "loss_g",       "d_real",
                                    "d_fake", "d_fake_after", NULL};

const gt_task_type gt__task_gan = {
    .name = "gan",
    .build = build,
    .release = release,
    .step = step,
    .batches = batches,
    .updates = updates,
    .generate = generate,
    .evaluate = evaluate,
    .test_keys = test_keys,
    .shown = shown,
};
