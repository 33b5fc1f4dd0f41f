/* losses.c: the writer's thread meets failures, the training thread speaks, as
 * it also draws the progress line. */
#include "train/losses.h"

#include "gentrain/log.h"

#include <stdio.h>
#include <string.h>

static const char *const missing[GT_LOSSES] = {
    [GT_LOSS_CHECKPOINT] = "no checkpoint",
    [GT_LOSS_PICTURES] = "not all pictures",
    [GT_LOSS_METRICS] = "not all metrics",
    [GT_LOSS_TRACE] = "no trace",
    [GT_LOSS_MARK] = "no file INTERRUPTED",
};

void gt_losses_init(gt_losses *l, const gt_claim *claim)
{
    *l = (gt_losses){.claim = claim};
    pthread_mutex_init(&l->lock, NULL);
}

void gt_losses_free(gt_losses *l)
{
    if (l->claim)
        pthread_mutex_destroy(&l->lock);
}

gt_status gt_losses_excuse(gt_losses *l, gt_status status, gt_loss kind,
                           uint64_t step)
{
    if (status == GT_OK || status == GT_ERR_NUMERIC)
        return status;
    char reason[sizeof l->kind->reason];
    snprintf(reason, sizeof reason, "%s", gt_message());
    status = gt_claim_check(l->claim);
    if (status != GT_OK)
        return status;
    pthread_mutex_lock(&l->lock);
    if (l->kind[kind].count < GT_LOSS_STEPS)
        l->kind[kind].step[l->kind[kind].count] = step;
    if (kind == GT_LOSS_CHECKPOINT || l->kind[kind].count == 0)
        l->kind[kind].untold = true;
    l->kind[kind].count++;
    l->kind[kind].last = step;
    memcpy(l->kind[kind].reason, reason, sizeof reason);
    pthread_mutex_unlock(&l->lock);
    return GT_OK;
}

void gt_losses_forget(gt_losses *l, gt_loss kind)
{
    pthread_mutex_lock(&l->lock);
    l->kind[kind].count = 0;
    pthread_mutex_unlock(&l->lock);
}

void gt_losses_tell(gt_losses *l)
{
    for (int k = 0; k < GT_LOSSES; k++) {
        char reason[sizeof l->kind->reason];
        pthread_mutex_lock(&l->lock);
        bool tell = l->kind[k].untold;
        unsigned long long step = l->kind[k].last;
        l->kind[k].untold = false;
        memcpy(reason, l->kind[k].reason, sizeof reason);
        pthread_mutex_unlock(&l->lock);
        if (tell && k == GT_LOSS_TIDINESS)
            gt_warn("%s", reason);
        else if (tell)
            gt_warn("step %llu: %s; training goes on", step, reason);
    }
}

/* "no checkpoint of steps 6, 12, ..., 120 (cannot write ...)". */
static size_t describe(const gt_losses *l, int k, char *text, size_t size)
{
    uint64_t count = l->kind[k].count;
    uint64_t listed = count < GT_LOSS_STEPS ? count : GT_LOSS_STEPS;
    size_t used = (size_t)snprintf(text, size, "%s of step%s", missing[k],
                                   count > 1 ? "s" : "");
    for (uint64_t i = 0; i < listed && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s %llu", i ? "," : "",
                             (unsigned long long)l->kind[k].step[i]);
    if (count > listed && used < size)
        used += (size_t)snprintf(
            text + used, size - used, ", ... %llu: %llu in all",
            (unsigned long long)l->kind[k].last, (unsigned long long)count);
    if (used < size)
        used += (size_t)snprintf(text + used, size - used, " (%s)",
                                 l->kind[k].reason);
    return used < size ? used : size - 1;
}

gt_status gt_losses_sum(gt_losses *l)
{
    char text[1900] = "";
    size_t used = 0;
    pthread_mutex_lock(&l->lock);
    for (int k = 0; k < GT_LOSS_TIDINESS; k++) {
        if (l->kind[k].count == 0)
            continue;
        if (used > 0 && used + 3 < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "; ");
        used += describe(l, k, text + used, sizeof text - used);
    }
    pthread_mutex_unlock(&l->lock);
    return used ? gt_fail(GT_ERR_IO, "not everything was written: %s", text)
                : GT_OK;
}
