/* write_errors.c: the writer's thread meets failures, the training thread
 * speaks, as it also draws the progress line. */
#include "run/write_errors.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const char *const missing[GT_WRITE_KINDS] = {
    [GT_WRITE_CHECKPOINT] = "no checkpoint",
    [GT_WRITE_PICTURES] = "not all pictures",
    [GT_WRITE_METRICS] = "not all metrics",
    [GT_WRITE_TRACE] = "no trace",
    [GT_WRITE_MARK] = "no file INTERRUPTED",
};

void gt_write_errors_init(gt_write_errors *l, const gt_fence *fence)
{
    *l = (gt_write_errors){.fence = fence};
    pthread_mutex_init(&l->lock, NULL);
}

void gt_write_errors_free(gt_write_errors *l)
{
    if (l->fence)
        pthread_mutex_destroy(&l->lock);
}

gt_status gt_write_errors_record(gt_write_errors *l, gt_status status,
                                 gt_write_kind kind, uint64_t step)
{
    if (status == GT_OK || status == GT_ERR_NUMERIC)
        return status;
    char reason[sizeof l->kind->reason];
    snprintf(reason, sizeof reason, "%s", gt_message());
    status = gt_fence_check(l->fence);
    if (status != GT_OK)
        return status;
    pthread_mutex_lock(&l->lock);
    if (l->kind[kind].count < GT_WRITE_ERROR_STEPS)
        l->kind[kind].step[l->kind[kind].count] = step;
    if (kind == GT_WRITE_CHECKPOINT || l->kind[kind].count == 0)
        l->kind[kind].untold = true;
    l->kind[kind].count++;
    l->kind[kind].last = step;
    memcpy(l->kind[kind].reason, reason, sizeof reason);
    pthread_mutex_unlock(&l->lock);
    return GT_OK;
}

void gt_write_errors_clear(gt_write_errors *l, gt_write_kind kind)
{
    pthread_mutex_lock(&l->lock);
    l->kind[kind].count = 0;
    pthread_mutex_unlock(&l->lock);
}

void gt_write_errors_print(gt_write_errors *l)
{
    for (int k = 0; k < GT_WRITE_KINDS; k++) {
        char reason[sizeof l->kind->reason];
        pthread_mutex_lock(&l->lock);
        bool tell = l->kind[k].untold;
        unsigned long long step = l->kind[k].last;
        l->kind[k].untold = false;
        memcpy(reason, l->kind[k].reason, sizeof reason);
        pthread_mutex_unlock(&l->lock);
        if (tell && k == GT_WRITE_REMOVAL)
            gt_warn("%s", reason);
        else if (tell)
            gt_warn("step %llu: %s; training goes on", step, reason);
    }
}

/* "no checkpoint of steps 6, 12, ..., 120 (cannot write ...)". */
static size_t describe(const gt_write_errors *l, int k, char *text, size_t size)
{
    uint64_t count = l->kind[k].count;
    uint64_t listed =
        count < GT_WRITE_ERROR_STEPS ? count : GT_WRITE_ERROR_STEPS;
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

gt_status gt_write_errors_status(gt_write_errors *l)
{
    char text[1900] = "";
    size_t used = 0;
    pthread_mutex_lock(&l->lock);
    for (int k = 0; k < GT_WRITE_REMOVAL; k++) {
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
