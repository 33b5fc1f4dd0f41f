/* thread.h: threads beside the one that trains. Local.
 *
 * Signs of life (phase.h) of such a thread count for the process only while the
 * thread that trains waits for it: a training that hangs is not hidden by
 * another thread that works.
 */
#ifndef GT_BASE_THREAD_H
#define GT_BASE_THREAD_H

#include "base/status.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* Stays where it is while the thread runs. All private. */
typedef struct gt_thread {
    pthread_t id;
    void *(*run)(void *);
    void *argument;
    _Atomic uint64_t beats; /* its signs of life */
    uint64_t seen;          /* of these, by who waited for it */
} gt_thread;

/* Start a thread with all signals blocked: they belong to the training loop.
 * `what` ends "cannot start the thread that ...". GT_ERR_IO when the system
 * allows no further thread. */
gt_status gt_thread_start(gt_thread *thread, void *(*run)(void *),
                          void *argument, const char *what);
void gt_thread_join(gt_thread *thread);

/* For the thread that trains, which waits under `lock` until `thread` has done
 * something: wait for `changed` a moment, and pass on the other's signs of life
 * as one's own. Call it until what was waited for is there; `lock` may be open
 * in between. */
void gt_thread_await(gt_thread *thread, pthread_cond_t *changed,
                     pthread_mutex_t *lock);

/* A condition on which one can wait for `seconds` at most, whatever happens to
 * the time of day. */
void gt_condition_init(pthread_cond_t *condition);
void gt_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                       double seconds);

#endif
