/* bf16.h: products in bf16 on any CPU. Before the first of them, as the choice
 * is made once, and even asking which one it is makes it. */
#ifndef GT_TESTS_BF16_H
#define GT_TESTS_BF16_H

#include "core/panels/kernel.h"

#include <stdlib.h>

static void bf16_on_any_cpu(void)
{
    if (!gt__bf16_native.name || !gt__bf16_native.runs())
        setenv("GENTRAIN_BF16", "portable", 1);
}

#endif
