/* arena.c: memory is zeroed when it is allocated. That touches every page
 * before the first step, so the system places it on the NUMA node of the rank
 * that will use it. */
#include "core/arena.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t rounded(size_t count)
{
    size_t unit = GT_ALIGN / sizeof(gt_real);
    return (count + unit - 1) / unit * unit;
}

size_t gt_arena_reserve(gt_arena *arena, size_t count)
{
    size_t offset = arena->count;
    arena->count += rounded(count);
    return offset;
}

/* Asking for all pages at once takes a quarter of the time of page faults, the
 * zeroing included. Large pages would take less still, but on some virtual
 * machines they make every access to the memory that ranks share, which is in
 * small pages, slower. */
void gt_real_clear(gt_real *p, size_t count)
{
#ifdef MADV_POPULATE_WRITE
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t skipped = -(uintptr_t)p % page, bytes = count * sizeof *p;
    if (bytes >= skipped + page)
        madvise((char *)p + skipped, (bytes - skipped) / page * page,
                MADV_POPULATE_WRITE);
#endif
    memset(p, 0, count * sizeof *p);
}

gt_real *gt_real_alloc(size_t count)
{
    size_t bytes = rounded(count ? count : 1) * sizeof(gt_real);
    gt_real *p = aligned_alloc(GT_ALIGN, bytes);
    if (p)
        gt_real_clear(p, bytes / sizeof *p);
    return p;
}

/* A block that waits begins with the one that waited before. */
typedef struct waiting {
    struct waiting *next;
    size_t count; /* reals */
} waiting;
_Static_assert(sizeof(waiting) <= GT_ALIGN, "an empty arena holds one");

static _Thread_local bool deferring;
static _Thread_local waiting *first;
static _Thread_local size_t deferred; /* bytes */

void gt_arena_defer(void)
{
    deferring = true;
}

size_t gt_arena_deferred(void)
{
    return deferred;
}

void gt_arena_settle(bool used)
{
    while (used && first) {
        waiting block = *first;
        gt_real_clear((gt_real *)(void *)first, block.count);
        first = block.next;
    }
    deferring = false;
    first = NULL;
    deferred = 0;
}

static gt_real *defer(size_t count)
{
    size_t bytes = rounded(count ? count : 1) * sizeof(gt_real);
    waiting *block = aligned_alloc(GT_ALIGN, bytes);
    if (!block)
        return NULL;
    *block = (waiting){.next = first, .count = bytes / sizeof(gt_real)};
    first = block;
    deferred += bytes;
    return (gt_real *)(void *)block;
}

gt_status gt_arena_commit(gt_arena *arena, const char *what)
{
    arena->base = deferring ? defer(arena->count) : gt_real_alloc(arena->count);
    if (!arena->base)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for %s%s; use a smaller batch, "
                       "a smaller model or more ranks",
                       (double)arena->count * sizeof(gt_real) / 1e6, what,
                       gt_memory_reason((char[GT_MEMORY_REASON]){""}));
    return GT_OK;
}

/* What is freed does not wait any more. */
static void forget(const gt_arena *arena)
{
    for (waiting **at = &first; *at; at = &(*at)->next)
        if ((gt_real *)(void *)*at == arena->base) {
            deferred -= (*at)->count * sizeof(gt_real);
            *at = (*at)->next;
            return;
        }
}

void gt_arena_free(gt_arena *arena)
{
    if (deferring)
        forget(arena);
    free(arena->base);
    *arena = (gt_arena){0};
}
