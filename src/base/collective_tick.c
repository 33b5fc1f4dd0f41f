/* collective_tick.c: files and data lie below comm and must not see it, so comm
 * leaves a function here. It is kept by thread: a writer of files that runs
 * beside the training never makes an MPI call. */
#include "base/collective_tick.h"

#include "base/heartbeat.h"

#include <stddef.h>

static _Thread_local void (*passed_on)(void *);
static _Thread_local void *passed_context;

void gt_collective_tick(void)
{
    gt_heartbeat();
    if (passed_on)
        passed_on(passed_context);
}

void gt_collective_tick_set(void (*tick)(void *context), void *context)
{
    passed_on = tick;
    passed_context = context;
}
