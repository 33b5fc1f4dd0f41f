/* phase.c: two atomics. Order between them does not matter to anybody. */
#include "gentrain/phase.h"

#include <stdatomic.h>

const char gt_phase_ranks[] = "waiting for other ranks";

static const char *_Atomic phase = "computing";
static _Atomic uint64_t beats;

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

void gt_phase_beat(void)
{
    atomic_fetch_add_explicit(&beats, 1, memory_order_relaxed);
}

uint64_t gt_phase_beats(void)
{
    return atomic_load_explicit(&beats, memory_order_relaxed);
}
