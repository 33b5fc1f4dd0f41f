/* arena.c: see arena.h. Memory is zeroed so that every page is touched, and so
 * placed on the NUMA node of the rank that will use it, before the first step.
 */
#include "gentrain/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What Linux maps and clears at one go. Page by page, the first touch of a
 * model's memory can take longer than its first step. */
#define LARGE_PAGE ((size_t)2 << 20)

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

gt_real *gt_real_reserve(size_t count)
{
    size_t bytes = rounded(count ? count : 1) * sizeof(gt_real);
    if (bytes < LARGE_PAGE)
        return aligned_alloc(GT_ALIGN, bytes);
    gt_real *p = aligned_alloc(LARGE_PAGE, bytes);
    if (p) /* a piece of advice; where it is not taken, small pages do */
        madvise(p, bytes / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
    return p;
}

gt_real *gt_real_alloc(size_t count)
{
    gt_real *p = gt_real_reserve(count);
    if (p)
        memset(p, 0, rounded(count) * sizeof *p);
    return p;
}

gt_status gt_arena_commit(gt_arena *arena, const char *what)
{
    arena->base = gt_real_alloc(arena->count);
    if (!arena->base)
        return gt_fail(GT_ERR_MEMORY,
                       "cannot allocate %.1f MB for %s; use a smaller batch, "
                       "a smaller model or more ranks",
                       (double)arena->count * sizeof(gt_real) / 1e6, what);
    return GT_OK;
}

void gt_arena_free(gt_arena *arena)
{
    free(arena->base);
    *arena = (gt_arena){0};
}
