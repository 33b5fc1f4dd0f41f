/* thread.c: signals are blocked before a thread is made, as a new thread
 * inherits its maker's mask; blocking them inside it would come too late. */
#include "base/thread.h"

#include "base/collective_tick.h"
#include "base/heartbeat.h"
#include "base/memory.h"

#include <signal.h>
#include <string.h>
#include <time.h>

static const double moment = 0.1; /* seconds */

static void *begin(void *argument)
{
    gt_thread *t = argument;
    gt_heartbeat_redirect(&t->heartbeats);
    return t->run(t->argument);
}

double gt_thread_addresses(void)
{
    pthread_attr_t attributes;
    size_t stack = 0, guard = 0;
    pthread_attr_init(&attributes);
    pthread_attr_getstacksize(&attributes, &stack);
    pthread_attr_getguardsize(&attributes, &guard);
    pthread_attr_destroy(&attributes);
    return (double)(stack + guard);
}

static gt_status refuse(const char *what, int code)
{
    char reason[GT_MEMORY_REASON];
    if (gt_memory_addresses().left < gt_thread_addresses())
        return gt_fail(GT_ERR_MEMORY, "no memory for the thread that %s%s",
                       what, gt_memory_reason(reason));
    return gt_fail(GT_ERR_IO,
                   "cannot start the thread that %s: %s; check the limit of "
                   "processes (ulimit -u)",
                   what, strerror(code));
}

gt_status gt_thread_start(gt_thread *t, void *(*run)(void *), void *argument,
                          const char *what)
{
    sigset_t all, old;
    t->run = run;
    t->argument = argument;
    t->seen = 0;
    atomic_init(&t->heartbeats, 0);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    int code = pthread_create(&t->id, NULL, begin, t);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return code ? refuse(what, code) : GT_OK;
}

void gt_thread_join(gt_thread *t)
{
    pthread_join(t->id, NULL);
}

/* A tick may wait for other ranks, and during that the other thread must not
 * wait for the lock. */
void gt_thread_await(gt_thread *t, pthread_cond_t *changed,
                     pthread_mutex_t *lock)
{
    gt_condition_wait(changed, lock, moment);
    uint64_t heartbeats =
        atomic_load_explicit(&t->heartbeats, memory_order_relaxed);
    if (heartbeats == t->seen)
        return;
    t->seen = heartbeats;
    pthread_mutex_unlock(lock);
    gt_collective_tick();
    pthread_mutex_lock(lock);
}

void gt_condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

void gt_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                       double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)seconds;
    until.tv_nsec += (long)(1e9 * (seconds - (double)(time_t)seconds));
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(condition, lock, &until);
}
