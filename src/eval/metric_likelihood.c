/* metric_likelihood.c: how likely held-out samples are under a model with
 * codes. Where the decoder cannot give the probability of such samples, as a
 * Bernoulli decoder of grey values, the figures have the names of losses. */
#include "eval/likelihood.h"
#include "eval/metrics.h"

#include <math.h>

static const char *missing(const gt_subject *s)
{
    return s->task->type->codes ? NULL : "the model has no codes, as a VAE has";
}

static void set_figures(const gt_likelihood_figures *f,
                        gt_eval_figures *figures)
{
    gt_eval_figures_set(figures, f->likelihood ? "elbo" : "elbo_score",
                        f->elbo);
    gt_eval_figures_set(figures, "recon", f->recon);
    gt_eval_figures_set(figures, "kl", f->kl);
    gt_eval_figures_set(figures, f->likelihood ? "nll" : "nll_score", f->nll);
    if (!isnan(f->bits.value))
        gt_eval_figures_set(figures, "bits_per_dimension", f->bits);
    gt_eval_figures_set(figures, "reconstruction_error", f->error);
    gt_eval_figures_set_value(figures, "active_units", f->active);
}

static gt_status run(gt_subject *s, gt_eval_figures *figures)
{
    gt_reader *reader = gt_subject_reference_reader(s);
    uint64_t count = reader->source->count;
    gt_likelihood_options how = {
        .draws = s->draws, .seed = s->seed, .progress = s->progress};
    gt_likelihood_figures found;
    gt_status status = gt_likelihood_evaluate(
        s->task, reader, count < s->samples ? count : s->samples, &how, &found);
    if (status == GT_OK)
        set_figures(&found, figures);
    return status;
}

const gt_eval_metric gt__metric_likelihood = {
    .name = "likelihood",
    .help = "of held-out samples, in nats: ELBO, likelihood by --draws "
            "importance samples (Burda et al. 2015), bits per dimension, "
            "squared error of reconstructions, active units",
    .missing = missing,
    .run = run,
    .plain = true,
    .ranks = {{"elbo", GT_BETTER_MORE},
              {"elbo_score", GT_BETTER_MORE},
              {"nll", GT_BETTER_LESS},
              {"nll_score", GT_BETTER_LESS},
              {"bits_per_dimension", GT_BETTER_LESS},
              {"reconstruction_error", GT_BETTER_LESS}},
};
