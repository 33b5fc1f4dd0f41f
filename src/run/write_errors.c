/* write_errors.c: the writer's thread meets failures, the training thread
 * speaks, as it also draws the progress line. */
#include "run/write_errors.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const char *const missing[GT_WRITE_KINDS] = {
    [GT_WRITE_CHECKPOINT] = "no checkpoint",
    [GT_WRITE_BEST] = "no best.h5",
    [GT_WRITE_PICTURES] = "not all pictures",
    [GT_WRITE_METRICS] = "not all metrics",
    [GT_WRITE_TRACE] = "no trace",
    [GT_WRITE_MARK] = "no file INTERRUPTED",
};

void gt_write_errors_init(gt_write_errors *e, const gt_fence *fence)
{
    *e = (gt_write_errors){.fence = fence};
    pthread_mutex_init(&e->lock, NULL);
}

void gt_write_errors_free(gt_write_errors *e)
{
    if (e->fence)
        pthread_mutex_destroy(&e->lock);
}

gt_status gt_write_errors_record(gt_write_errors *e, gt_status status,
                                 gt_write_kind kind, uint64_t step)
{
    if (status == GT_OK || status == GT_ERR_NUMERIC)
        return status;
    char reason[sizeof e->kind->reason];
    snprintf(reason, sizeof reason, "%s", gt_message());
    status = gt_fence_check(e->fence);
    if (status != GT_OK)
        return status;
    pthread_mutex_lock(&e->lock);
    if (e->kind[kind].count < GT_WRITE_ERROR_STEPS)
        e->kind[kind].step[e->kind[kind].count] = step;
    if (kind <= GT_WRITE_BEST || e->kind[kind].count == 0)
        e->kind[kind].unreported = true;
    e->kind[kind].count++;
    e->kind[kind].last = step;
    memcpy(e->kind[kind].reason, reason, sizeof reason);
    pthread_mutex_unlock(&e->lock);
    return GT_OK;
}

void gt_write_errors_clear(gt_write_errors *e, gt_write_kind kind)
{
    pthread_mutex_lock(&e->lock);
    e->kind[kind].count = 0;
    pthread_mutex_unlock(&e->lock);
}

void gt_write_errors_print(gt_write_errors *e)
{
    for (int k = 0; k < GT_WRITE_KINDS; k++) {
        char reason[sizeof e->kind->reason];
        pthread_mutex_lock(&e->lock);
        bool due = e->kind[k].unreported;
        unsigned long long step = e->kind[k].last;
        e->kind[k].unreported = false;
        memcpy(reason, e->kind[k].reason, sizeof reason);
        pthread_mutex_unlock(&e->lock);
        if (due && k == GT_WRITE_REMOVAL)
            gt_warn("%s", reason);
        else if (due)
            gt_warn("step %llu: %s; training goes on", step, reason);
    }
}

/* "no checkpoint of steps 6, 12, ..., 120 (cannot write ...)". */
static size_t describe(const gt_write_errors *e, int k, char *text, size_t size)
{
    uint64_t count = e->kind[k].count;
    uint64_t listed =
        count < GT_WRITE_ERROR_STEPS ? count : GT_WRITE_ERROR_STEPS;
    size_t used = (size_t)snprintf(text, size, "%s of step%s", missing[k],
                                   count > 1 ? "s" : "");
    for (uint64_t i = 0; i < listed && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s %llu", i ? "," : "",
                             (unsigned long long)e->kind[k].step[i]);
    if (count > listed && used < size)
        used += (size_t)snprintf(
            text + used, size - used, ", ... %llu: %llu in all",
            (unsigned long long)e->kind[k].last, (unsigned long long)count);
    if (used < size)
        used += (size_t)snprintf(text + used, size - used, " (%s)",
                                 e->kind[k].reason);
    return used < size ? used : size - 1;
}

gt_status gt_write_errors_status(gt_write_errors *e)
{
    char text[1900] = "";
    size_t used = 0;
    pthread_mutex_lock(&e->lock);
    for (int k = 0; k < GT_WRITE_REMOVAL; k++) {
        if (e->kind[k].count == 0)
            continue;
        if (used > 0 && used + 3 < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "; ");
        used += describe(e, k, text + used, sizeof text - used);
    }
    pthread_mutex_unlock(&e->lock);
    return used ? gt_fail(GT_ERR_IO, "not everything was written: %s", text)
                : GT_OK;
}
