/* writer.c: a list of writes, a thread that takes them off its front, and one
 * condition for everything, as both sides seldom wait.
 *
 * HDF5 is not thread-safe. While training runs, this thread alone calls it; the
 * trainer calls gt_h5_start before it starts the thread. */
#include "run/writer.h"

#include "base/thread.h"
#include "base/trace.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { NICER = 10 };

struct gt_writer {
    gt_thread thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under `lock`: */
    gt_write_job *first,
        *last;          /* submitted and not done; `first` is being run */
    bool stop;          /* when there is nothing left to do */
    gt_failure failure; /* of the first write that failed */
};

/* On Linux a thread has a nice level of its own; elsewhere this would slow the
 * training down. The writer shares a core with it where ranks are bound to
 * cores, and a file has time until the next one of its kind; a trainer that
 * waits for it sleeps, and then the level does not matter. */
static void step_back(void)
{
#ifdef __linux__
    int level = getpriority(PRIO_PROCESS, 0);
    setpriority(PRIO_PROCESS, 0, level + NICER);
#endif
}

static void *work(void *argument)
{
    gt_writer *w = argument;
    step_back();
    gt_trace_row("writer");
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->first && !w->stop)
            pthread_cond_wait(&w->changed, &w->lock);
        gt_write_job *write = w->first;
        if (!write)
            break;
        pthread_mutex_unlock(&w->lock);
        int64_t begin = gt_trace_begin();
        gt_status status = write->run(write->context);
        gt_trace_end(begin, NULL, write->name);
        pthread_mutex_lock(&w->lock);
        gt_failure_keep(&w->failure, status);
        w->first = write->next;
        write->busy = false;
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

gt_status gt_writer_open(gt_writer **out)
{
    gt_writer *w = calloc(1, sizeof *w);
    if (!w)
        return gt_fail(GT_ERR_MEMORY, "no memory for the writer of files");
    pthread_mutex_init(&w->lock, NULL);
    gt_condition_init(&w->changed);
    gt_status status = gt_thread_start(&w->thread, work, w, "writes files");
    if (status != GT_OK) {
        pthread_cond_destroy(&w->changed);
        pthread_mutex_destroy(&w->lock);
        free(w);
        return status;
    }
    *out = w;
    return GT_OK;
}

gt_status gt_writer_reserve(gt_writer *w, gt_write_job *write)
{
    pthread_mutex_lock(&w->lock);
    while (write->busy)
        gt_thread_await(&w->thread, &w->changed, &w->lock);
    gt_status status = gt_failure_tell(&w->failure);
    pthread_mutex_unlock(&w->lock);
    return status;
}

void gt_writer_submit(gt_writer *w, gt_write_job *write)
{
    pthread_mutex_lock(&w->lock);
    assert(!write->busy);
    write->busy = true;
    write->next = NULL;
    if (w->first)
        w->last->next = write;
    else
        w->first = write;
    w->last = write;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

gt_status gt_writer_drain(gt_writer *w)
{
    pthread_mutex_lock(&w->lock);
    while (w->first)
        gt_thread_await(&w->thread, &w->changed, &w->lock);
    gt_status status = gt_failure_tell(&w->failure);
    pthread_mutex_unlock(&w->lock);
    return status;
}

bool gt_writer_failed(gt_writer *w)
{
    pthread_mutex_lock(&w->lock);
    bool failed = w->failure.status != GT_OK;
    pthread_mutex_unlock(&w->lock);
    return failed;
}

void gt_writer_close(gt_writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    gt_thread_join(&w->thread);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
