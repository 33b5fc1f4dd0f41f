/* heartbeat.c: two atomics. Order between them does not matter to anybody. */
#include "base/heartbeat.h"

#include <stddef.h>

const char gt_phase_ranks[] = "waiting for other ranks";

static const char *_Atomic phase = "computing";
static _Atomic uint64_t beats;
static _Thread_local _Atomic uint64_t *apart; /* NULL: this thread trains */

/* Of the thread that trains alone. */
static void (*listener)(void *);
static void *listener_context;

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
    atomic_fetch_add_explicit(apart ? apart : &beats, 1, memory_order_relaxed);
    if (!apart && listener)
        listener(listener_context);
}

uint64_t gt_heartbeat_count(void)
{
    return atomic_load_explicit(&beats, memory_order_relaxed);
}

void gt_heartbeat_listen(void (*hear)(void *context), void *context)
{
    listener = hear;
    listener_context = context;
}

void gt_heartbeat_count_apart(_Atomic uint64_t *own)
{
    apart = own;
}
