/* heartbeat.c: two atomics. A watchdog reads them seconds apart, so the order
 * between them does not matter. */
#include "base/heartbeat.h"

#include <stddef.h>

const char gt_phase_ranks[] = "waiting for other ranks";

static const char *_Atomic phase = "computing";
static _Atomic uint64_t heartbeats;
static _Thread_local _Atomic uint64_t *redirected; /* NULL: this one trains */

const char *gt_phase_enter(const char *name)
{
    const char *before = atomic_load_explicit(&phase, memory_order_relaxed);
    atomic_store_explicit(&phase, name, memory_order_relaxed);
    return before;
}

void gt_phase_leave(const char *before)
{
    atomic_store_explicit(&phase, before, memory_order_relaxed);
}

const char *gt_phase(void)
{
    return atomic_load_explicit(&phase, memory_order_relaxed);
}

void gt_heartbeat(void)
{
    atomic_fetch_add_explicit(redirected ? redirected : &heartbeats, 1,
                              memory_order_relaxed);
}

uint64_t gt_heartbeat_count(void)
{
    return atomic_load_explicit(&heartbeats, memory_order_relaxed);
}

void gt_heartbeat_redirect(_Atomic uint64_t *count)
{
    redirected = count;
}
