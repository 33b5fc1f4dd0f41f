/* metric_disentanglement.c: whether latents speak of what samples were made
 * from: of the conditions and the label that come with them. */
#include "base/log.h"
#include "eval/disentanglement.h"
#include "eval/metrics.h"

#include <math.h>

static const char *missing(const gt_subject *s)
{
    const gt_source *source = gt_subject_reference_reader(s)->source;
    if (!s->task->type->codes)
        return "the model has no codes, as a VAE has";
    return source->n_conditions > 0 || source->classes > 0
               ? NULL
               : "the data have neither conditions nor labels";
}

/* What means nothing of these codes is NAN. */
static void set(gt_eval_figures *figures, const char *key, double value)
{
    if (!isnan(value))
        gt_eval_figures_set_value(figures, key, value);
}

/* That samples are too few, or all alike, shows when they were read: then there
 * are no figures of them, but others of the evaluation. */
static gt_status run(gt_subject *s, gt_eval_figures *figures)
{
    gt_reader *reader = gt_subject_reference_reader(s);
    uint64_t count = reader->source->count;
    gt_codes codes = {0};
    gt_disentanglement found;
    gt_status status =
        gt_codes_collect(&codes, s->task, reader, reader->source,
                         count < s->samples ? count : s->samples);
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
    set(figures, "dci_disentanglement", found.disentanglement);
    set(figures, "dci_completeness", found.completeness);
    gt_eval_figures_set_value(figures, "dci_informativeness",
                              found.informativeness);
    return GT_OK;
}

const gt_eval_metric gt__metric_disentanglement = {
    .name = "disentanglement",
    .help = "whether each latent speaks of one condition or the label: MIG "
            "(Chen et al. 2018), SAP (Kumar et al. 2018), DCI (Eastwood, "
            "Williams 2018)",
    .missing = missing,
    .run = run,
    .plain = true,
    .ranks = {{"mig", GT_BETTER_MORE},
              {"sap", GT_BETTER_MORE},
              {"dci_disentanglement", GT_BETTER_MORE},
              {"dci_completeness", GT_BETTER_MORE},
              {"dci_informativeness", GT_BETTER_MORE}},
};
