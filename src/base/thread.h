/* thread.h: threads beside the one that trains. Local.
 *
 * Heartbeats (heartbeat.h) of such a thread count for the process only while
 * the thread that trains waits for it: a thread that works does not hide a
 * training that hangs.
 */
#ifndef GT_BASE_THREAD_H
#define GT_BASE_THREAD_H

#include "base/status.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* All fields are private. The object must not move while the thread runs. */
typedef struct gt_thread {
    pthread_t id;
    void *(*run)(void *);
    void *argument;
    _Atomic uint64_t heartbeats;
    uint64_t seen; /* heartbeats that the waiting thread has passed on */
} gt_thread;

/* Bytes of addresses that a thread takes for its stack. */
double gt_thread_addresses(void);

/* Start a thread with all signals blocked: they belong to the training loop.
 * `what` ends "cannot start the thread that ...". GT_ERR_IO when the system
 * allows no further thread, GT_ERR_MEMORY when it allows no stack for it. */
gt_status gt_thread_start(gt_thread *thread, void *(*run)(void *),
                          void *argument, const char *what);
void gt_thread_join(gt_thread *thread);

/* Wait under `lock` for `changed`, but no longer than a moment, and make a
 * gt_collective_tick (so this is part of a collective where that is) if
 * `thread` has given a heartbeat since the last call. For the thread that
 * trains; call it in a loop until what it waits for is there. It may open
 * `lock` in between. */
void gt_thread_await(gt_thread *thread, pthread_cond_t *changed,
                     pthread_mutex_t *lock);

/* A condition on which one can wait for `seconds` at most, also when somebody
 * sets the time of day. */
void gt_condition_init(pthread_cond_t *condition);
void gt_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                       double seconds);

#endif
