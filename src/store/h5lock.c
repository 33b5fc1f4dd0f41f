/* h5lock.c: the depth is this thread's own, and not a property of the mutex, so
 * that the only thread of a forked child goes on with the lock that its parent
 * held. */
#include "store/h5lock.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local int depth;

int gt__h5_lock(void)
{
    if (depth++ == 0)
        pthread_mutex_lock(&lock);
    return 0;
}

void gt__h5_unlock(int *unused)
{
    (void)unused;
    if (--depth == 0)
        pthread_mutex_unlock(&lock);
}
