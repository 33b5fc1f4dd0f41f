/* computing.c: the caller's number of threads comes back afterwards. */
#include "api/computing.h"

#include "core/blas.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int computing, threads_before;

void gt__computing_begin(void)
{
    pthread_mutex_lock(&lock);
    if (computing++ == 0) {
        threads_before = gt_blas_threads();
        gt_blas_set_threads(1);
    }
    pthread_mutex_unlock(&lock);
}

void gt__computing_end(void)
{
    pthread_mutex_lock(&lock);
    if (--computing == 0 && threads_before > 0)
        gt_blas_set_threads(threads_before);
    pthread_mutex_unlock(&lock);
}
