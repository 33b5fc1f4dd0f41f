/* thread.c: a new thread inherits the mask of its maker. */
#include "gentrain/thread.h"

#include <signal.h>
#include <string.h>

gt_status gt_thread_start(pthread_t *thread, void *(*run)(void *),
                          void *argument, const char *what)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    int code = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (code)
        return gt_fail(GT_ERR_IO,
                       "cannot start the thread that %s: %s; check the limit "
                       "of processes (ulimit -u)",
                       what, strerror(code));
    return GT_OK;
}
