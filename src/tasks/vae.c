/* vae.c: the variational autoencoder (Kingma, Welling 2014).
 *
 * The encoder gives mu and log sigma^2 of q(z|x), the decoder p(x|z). A step
 * takes m samples x and
 *
 *     encodes them                                                  ENCODE
 *     draws z = mu + sigma eps with eps ~ N(0, 1)  (section 2.4)    DECODE
 *     decodes z
 *     updates both by the gradient of the negative ELBO (eq. 10), in nats:
 *         1/m sum -log p(x|z) + beta KL(q(z|x) || N(0, 1)) */
#include "data/config.h"
#include "nn/loss.h"
#include "nn/optimizer.h"
#include "tasks/build.h"
#include "tasks/config.h"
#include "tasks/latents.h"
#include "tasks/runner.h"
#include "tasks/tasks.h"
#include "tasks/vae_config.h"
#include "tasks/vae_likelihood.h"

#include <string.h>

/* Values of n samples. */
static size_t values_of(const gt_config *config, int n)
{
    return (size_t)n * gt_shape_size(gt_data_config_of(config)->image);
}

/* --- The networks. */

enum { ENCODER, DECODER };

static gt_status check_code(const gt_config *config, const gt_network *net)
{
    char made[GT_SHAPE_TEXT], wanted[GT_SHAPE_TEXT];
    if (gt_shape_size(net->out) == 2 * gt_latent_size(config))
        return GT_OK;
    return gt_fail(
        GT_ERR_CONFIG,
        "the %s ends with %s values per image but model.latent is %s; it must "
        "end with twice as many, read as (mu, log sigma^2)",
        net->name, gt_shape_text(net->out, made),
        gt_shape_text(gt_latent_config_of(config)->shape, wanted));
}

static const gt_task_network networks[] = {
    [ENCODER] = {"encoder", "x", &gt_vae_section,
                 offsetof(gt_vae_config, encoder), &gt_optimizer_section,
                 check_code},
    [DECODER] = {"decoder", "z", &gt_vae_section,
                 offsetof(gt_vae_config, decoder), &gt_optimizer_section,
                 gt_task_check_makes_data},
};

static gt_task_end end(const gt_task *task, int i)
{
    if (i == ENCODER)
        return GT_END_ANY;
    return gt_vae_is_bernoulli(task->setup.config) ? GT_END_LOGITS
                                                   : GT_END_DATA;
}

/* --- Figures and losses. */

enum { LOSS, RECON, KL, FIGURES };

static const gt_figure figures[] = {
    [LOSS] = {"loss"}, [RECON] = {"recon"}, [KL] = {"kl"}};

/* -log p(x|z) of samples under the decoder's output y, in nats. */
static double reconstruction_loss(const gt_config *config, const gt_real *y,
                                  const gt_samples *samples, gt_real scale,
                                  gt_real *gradient)
{
    size_t count = values_of(config, samples->n);
    if (gt_vae_is_bernoulli(config))
        return gt_loss_bernoulli(y, samples->x, count, scale, gradient);
    return gt_loss_gaussian(y, samples->x, count,
                            gt_vae_config_of(config)->sigma, scale, gradient);
}

static void loss_recon(const gt_stage_shard *at)
{
    at->figure[RECON] = reconstruction_loss(at->task->setup.config, at->y,
                                            at->samples, at->scale, at->dy);
}

/* The KL term of the code y, whose gradient joins the one through z. */
static void loss_kl(const gt_stage_shard *at)
{
    double beta = gt_vae_beta(at->task->setup.config, at->step);
    double kl = gt_kl_normal(at->y, at->noise, at->dinput, at->samples->n,
                             (int)gt_latent_size(at->task->setup.config), beta,
                             at->scale, at->dy);
    at->figure[KL] = kl;
    at->figure[LOSS] = at->figure[RECON] + beta * kl;
}

static void report(const gt_task *task, uint64_t step, gt_metrics *metrics)
{
    double beta = gt_vae_beta(task->setup.config, step);
    if (beta != 1)
        gt_metrics_set(metrics, "beta", beta);
}

/* --- The step. */

static void draw_z(const gt_stage_shard *at, gt_real *z)
{
    gt_reparameterise(at->from, at->noise, at->samples->n,
                      (int)gt_latent_size(at->task->setup.config), z);
}

enum { ENCODE, DECODE, STAGES };

static const gt_stage stages[] = {
    [ENCODE] = {0, ENCODER, 0x1000, GT_FROM_DATA, .loss = loss_kl,
                .weights = true},
    [DECODE] = {0, DECODER, 0x2000, ENCODE, .noise = GT_STREAM_REPARAM,
                .make = draw_z, .loss = loss_recon, .weights = true,
                .input = true},
};

static const gt_update updates[] = {{0}};

/* --- What a trained VAE does. */

/* The mean of p(x|z): a Bernoulli decoder gives logits. */
static void decode_mean(gt_task *task, const gt_real *z,
                        const gt_samples *given, gt_real *out)
{
    const gt_real *y = gt_runner_eval(task, DECODER, z, given);
    size_t count = values_of(task->setup.config, given->n);
    if (gt_vae_is_bernoulli(task->setup.config))
        gt_sigmoid(y, count, out);
    else
        memcpy(out, y, count * sizeof *out);
}

/* z from q(z|x), with noise [n x latent] or, at the mean, without. */
static const gt_real *encode(gt_task *task, const gt_samples *samples,
                             const gt_real *noise, gt_real **z)
{
    const gt_real *code = gt_runner_eval(task, ENCODER, samples->x, samples);
    *z = gt_runner_input(task, DECODE);
    gt_reparameterise(code, noise, samples->n,
                      (int)gt_latent_size(task->setup.config), *z);
    return code;
}

static void reconstruct(gt_task *task, const gt_samples *samples, gt_real *out)
{
    gt_real *z;
    encode(task, samples, NULL, &z);
    decode_mean(task, z, samples, out);
}

/* One draw of z per sample, addressed by the sample's number. */
static void evaluate(gt_task *task, uint64_t first, const gt_samples *samples,
                     gt_evaluated *out)
{
    const gt_config *config = task->setup.config;
    gt_rng at = {.seed = (uint64_t)gt_train_config_of(config)->seed,
                 .sample = first,
                 .stream = GT_STREAM_EVAL};
    gt_real *noise = gt_runner_noise(task, DECODE), *z;
    gt_latents_prior(config, at, samples->n, noise);
    const gt_real *code = encode(task, samples, noise, &z);
    out->outputs = gt_runner_eval(task, DECODER, z, samples);
    double recon = reconstruction_loss(config, out->outputs, samples, 1, NULL);
    double kl = gt_kl_normal(code, noise, NULL, samples->n,
                             (int)gt_latent_size(config), 1, 1, NULL);
    out->sum[LOSS] = recon + kl;
    out->sum[RECON] = recon;
    out->sum[KL] = kl;
}

/* --- Its likelihood, for whoever asks how good it is. */

static void encode_samples(gt_task *task, const gt_samples *samples,
                           gt_real *code)
{
    gt_vae_clamp(gt_runner_eval(task, ENCODER, samples->x, samples), samples->n,
                 (int)gt_latent_size(task->setup.config), code);
}

static void kl_of_codes(const gt_task *task, const gt_real *code, int n,
                        double *kl)
{
    gt_vae_kl(code, n, (int)gt_latent_size(task->setup.config), kl);
}

static void draw_codes(gt_task *task, const gt_samples *samples,
                       const gt_real *code, gt_rng first, double *recon,
                       double *ratio)
{
    const gt_config *config = task->setup.config;
    int n = samples->n, d = (int)gt_latent_size(config);
    gt_real *noise = gt_runner_noise(task, DECODE);
    gt_real *z = gt_runner_input(task, DECODE);
    gt_latents_prior(config, first, n, noise);
    gt_reparameterise(code, noise, n, d, z);
    gt_vae_log_ratio(code, noise, z, n, d, ratio);
    gt_vae_recon(config, gt_runner_eval(task, DECODER, z, samples), samples,
                 recon);
}

static const gt_task_codes codes = {encode_samples, kl_of_codes, draw_codes,
                                    gt_vae_is_density, gt_vae_holds};

static const gt_metric metrics[] = {
    {"test_loss", "train_loss", evaluate, &gt_metric_mean, LOSS,
     GT_BETTER_LESS},
    {"test_recon", "train_recon", evaluate, &gt_metric_mean, RECON,
     GT_BETTER_LESS},
    {"test_kl", "train_kl", evaluate, &gt_metric_mean, KL, GT_BETTER_NEITHER},
    {0}};
static const char *const shown[] = {"loss", "recon", "kl", NULL};

const gt_task_type gt__task_vae = {
    .name = "vae",
    .sections = gt_vae_sections,
    .n_networks = 2,
    .networks = networks,
    .step = {STAGES, 1, FIGURES, stages, updates, figures},
    .report = report,
    .end = end,
    .prior = gt_latents_prior,
    .generate = decode_mean,
    .reconstruct = reconstruct,
    .codes = &codes,
    .metrics = metrics,
    .best = "test_loss",
    .shown = shown,
};
