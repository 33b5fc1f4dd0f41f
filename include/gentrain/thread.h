/* thread.h: threads beside the one that trains. Local. */
#ifndef GENTRAIN_THREAD_H
#define GENTRAIN_THREAD_H

#include "gentrain/status.h"

#include <pthread.h>

/* Start a thread with all signals blocked: they belong to the training loop.
 * `what` ends "cannot start the thread that ...". GT_ERR_IO when the system
 * allows no further thread. */
gt_status gt_thread_start(pthread_t *thread, void *(*run)(void *),
                          void *argument, const char *what);

#endif
