/* data_errors.c: a rank that cannot read a sample finds that out a step before
 * it needs it (loader.h). So it takes part in the step, and asks all ranks to
 * stop after it, as a signal does: they leave together, with a checkpoint, and
 * no step pays for a collective call of its own. */
#include "train/data_errors.h"

#include "base/log.h"

bool gt__data_ahead(const gt__training *t)
{
    return gt_loader_expect(t->loader, 2 * t->batches_per_step) == GT_OK;
}

void gt__data_agree_on_failure(gt__training *t, gt_status mine)
{
    gt_status status = gt_comm_agree(t->comm, mine);
    if (status == GT_OK)
        return;
    status = gt_fail(status,
                     "%s; the run ended after step %llu; go on with gentrain "
                     "train --resume %s",
                     gt_message(), (unsigned long long)t->step, t->run->path);
    gt_failure_keep(&t->unreadable, status);
}

void gt__data_count_skipped(gt__training *t, gt_metrics *figures)
{
    if (t->data->on_error != GT_DATA_SKIP &&
        t->data->on_nan != GT_DATA_NAN_SKIP)
        return;
    gt_status status = GT_OK;
    double skipped = (double)gt_loader_skipped(t->loader);
    bool mine = skipped > 0;
    gt_comm_sum(t->comm, &skipped, 1);
    gt_metrics_set(figures, "skipped", skipped);
    t->skipped = (uint64_t)skipped;
    if (skipped == 0 || t->warned_of_skipped)
        return;
    t->warned_of_skipped = true;
    if (mine) {
        gt_failure first = gt_loader_first_skipped(t->loader);
        status = gt_failure_tell(&first);
    }
    if (gt_comm_agree(t->comm, status) != GT_OK)
        gt_warn("%s; the next sample took its place, and skipped in "
                "metrics.jsonl counts such samples",
                gt_message());
}

gt_status gt__data_failure(const gt__training *t, gt_status status)
{
    if (t->unreadable.status == GT_OK)
        return status;
    if (status != GT_OK)
        gt_warn("%s", gt_message());
    return gt_failure_tell(&t->unreadable);
}
