/* metric_codes.c: what a model with codes says of data that it has not seen,
 * and what its codes say of how these were made. */
#include "base/log.h"
#include "data/source.h"
#include "eval/codes.h"
#include "eval/disentanglement.h"
#include "eval/likelihood.h"
#include "eval/metrics.h"

#include <math.h>

/* A figure that is not there is NAN. */
static void set(gt_eval_figures *figures, const char *key, gt_estimate estimate)
{
    if (!isnan(estimate.value))
        gt_eval_figures_set(figures, key, estimate);
}

static uint64_t samples_of(const gt_subject *s)
{
    uint64_t count = gt_subject_reference_reader(s)->source->count;
    return count < s->samples ? count : s->samples;
}

static const char *missing_codes(const gt_subject *s)
{
    return s->task->type->codes ? NULL : "the model does not encode samples";
}

/* --- Likelihood. */

static gt_status run_likelihood(gt_subject *s, gt_eval_figures *figures)
{
    gt_likelihood_figures found;
    gt_likelihood_options options = {
        .draws = s->draws, .seed = s->seed, .progress = s->progress};
    gt_status status =
        gt_likelihood_evaluate(s->task, gt_subject_reference_reader(s),
                               samples_of(s), &options, &found);
    if (status != GT_OK)
        return status;
    if (!found.likelihood && s->comm->rank == 0)
        gt_warn("values between 0 and 1 have no Bernoulli likelihood: elbo, "
                "recon and nll are of a loss, which other papers' figures "
                "cannot be compared with; see binarize of data.transform");
    gt_eval_figures_set(figures, "elbo", found.elbo);
    gt_eval_figures_set(figures, "recon", found.recon);
    gt_eval_figures_set(figures, "kl", found.kl);
    gt_eval_figures_set(figures, "nll", found.nll);
    set(figures, "bits_per_dim", found.bits);
    gt_eval_figures_set(figures, "reconstruction_error", found.error);
    gt_eval_figures_set_value(figures, "active_units", found.active);
    return GT_OK;
}

const gt_eval_metric gt__metric_likelihood = {
    .name = "likelihood",
    .help = "ELBO and its parts, NLL by importance sampling and bits per "
            "dimension, reconstruction error, active units (Burda et al. 2015)",
    .missing = missing_codes,
    .run = run_likelihood,
};

/* --- Disentanglement. */

static const char *missing_factors(const gt_subject *s)
{
    const gt_source *source = gt_subject_reference_reader(s)->source;
    if (missing_codes(s))
        return missing_codes(s);
    return source->n_conditions > 0 || source->classes > 1
               ? NULL
               : "the data have neither labels nor columns of conditions";
}

static gt_status run_disentanglement(gt_subject *s, gt_eval_figures *figures)
{
    gt_reader *reader = gt_subject_reference_reader(s);
    gt_codes codes;
    gt_disentanglement found;
    gt_status status = gt_codes_collect(&codes, s->task, reader, reader->source,
                                        samples_of(s));
    if (status == GT_OK)
        status =
            gt_comm_agree(s->comm, gt_disentanglement_evaluate(&codes, &found));
    gt_codes_free(&codes);
    if (status == GT_ERR_MISMATCH && s->comm->rank == 0)
        gt_warn("%s", gt_message());
    if (status != GT_OK)
        return status == GT_ERR_MISMATCH ? GT_OK : status;
    gt_eval_figures_set_value(figures, "mig", found.mig);
    gt_eval_figures_set_value(figures, "sap", found.sap);
    set(figures, "disentanglement", (gt_estimate){found.disentanglement, NAN});
    set(figures, "completeness", (gt_estimate){found.completeness, NAN});
    gt_eval_figures_set_value(figures, "informativeness",
                              found.informativeness);
    return GT_OK;
}

const gt_eval_metric gt__metric_disentanglement = {
    .name = "disentanglement",
    .help = "whether each latent speaks of one label or column of the data: "
            "MIG (Chen et al. 2018), SAP (Kumar et al. 2018), DCI (Eastwood, "
            "Williams 2018)",
    .missing = missing_factors,
    .run = run_disentanglement,
};
