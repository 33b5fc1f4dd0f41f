/* progress_hook.c: a millisecond is often enough for MPI to lose no time (a
 * message of 8 MB passes in a dozen), and seldom enough to cost nothing. */
#include "base/progress_hook.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { INTERVAL = 1000 * 1000 }; /* nanoseconds */

static void (*hook)(void *);
static void *hook_context;
static int64_t last; /* call; nanoseconds */

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void gt_progress_hook_set(void (*progress)(void *context), void *context)
{
    hook = progress;
    hook_context = context;
}

void gt_progress_hook(void)
{
    if (!hook)
        return;
    int64_t time = now();
    if (time - last < INTERVAL)
        return;
    last = time;
    hook(hook_context);
}
