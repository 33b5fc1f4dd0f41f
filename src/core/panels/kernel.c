/* kernel.c: the choice is made once, when the first product or the first
 * question comes. */
#include "core/panels/kernel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct choice {
    const char *variable;
    /* The best one first; the last, the portable one, is taken where it is
     * asked for. Ends with NULL. */
    const gt__panel_kernel *kernels[4];
    const gt__panel_kernel *_Atomic chosen;
    atomic_bool known; /* any thread may find out */
} choice;

static const gt__panel_kernel *find(const choice *c)
{
    const char *asked = getenv(c->variable);
    for (int i = 0; c->kernels[i]; i++) {
        const gt__panel_kernel *k = c->kernels[i];
        bool last = !c->kernels[i + 1];
        if (k->name && k->runs() && (asked ? !strcmp(asked, k->name) : !last))
            return k;
    }
    return NULL;
}

static const gt__panel_kernel *choose(choice *c)
{
    if (!atomic_load_explicit(&c->known, memory_order_acquire)) {
        atomic_store_explicit(&c->chosen, find(c), memory_order_relaxed);
        atomic_store_explicit(&c->known, true, memory_order_release);
    }
    return atomic_load_explicit(&c->chosen, memory_order_relaxed);
}

const gt__panel_kernel *gt__fp32_kernel_choose(void)
{
    static choice fp32 = {
        "GENTRAIN_FP32",
        {&gt__fp32_avx512, &gt__fp32_avx2, &gt__fp32_portable},
        NULL,
        false};
    return choose(&fp32);
}

const gt__panel_kernel *gt__bf16_kernel_choose(void)
{
    static choice bf16 = {
        "GENTRAIN_BF16", {&gt__bf16_native, &gt__bf16_portable}, NULL, false};
    return choose(&bf16);
}
