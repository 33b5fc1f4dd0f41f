/* kernel.c: the choice is made once, when the first product or the first
 * question comes. */
#include "core/bf16/kernel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const gt__bf16_kernel *find(void)
{
    const char *asked = getenv("GENTRAIN_BF16");
    if (asked && !strcmp(asked, "portable"))
        return &gt__bf16_portable;
    if (asked && !strcmp(asked, "none"))
        return NULL;
    return gt__bf16_native.name && gt__bf16_native.runs() ? &gt__bf16_native
                                                          : NULL;
}

const gt__bf16_kernel *gt__bf16_kernel_choose(void)
{
    static const gt__bf16_kernel *_Atomic chosen;
    static atomic_bool known; /* any thread may find out */
    if (!atomic_load_explicit(&known, memory_order_acquire)) {
        atomic_store_explicit(&chosen, find(), memory_order_relaxed);
        atomic_store_explicit(&known, true, memory_order_release);
    }
    return atomic_load_explicit(&chosen, memory_order_relaxed);
}
