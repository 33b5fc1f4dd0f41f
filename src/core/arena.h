/* arena.h: aligned memory that is planned first and allocated once.
 *
 * Use: gt_arena_reserve for every span, gt_arena_commit once, gt_arena_at for
 * each span's address. Nothing is allocated between commit and free, which is
 * how a training step stays free of allocations. Local.
 */
#ifndef GT_CORE_ARENA_H
#define GT_CORE_ARENA_H

#include "base/status.h"
#include "core/tensor.h"

#include <stdbool.h>

typedef struct gt_arena {
    size_t count; /* reals reserved, each span rounded up to GT_ALIGN bytes */
    gt_real *base;
} gt_arena;

/* Reserve `count` reals; returns the span's offset for gt_arena_at. */
size_t gt_arena_reserve(gt_arena *arena, size_t count);

/* Allocate what was reserved, zeroed. Fails with GT_ERR_MEMORY; the message
 * names `what` and the size. */
gt_status gt_arena_commit(gt_arena *arena, const char *what);

static inline gt_real *gt_arena_at(const gt_arena *arena, size_t offset)
{
    return arena->base + offset;
}

/* From here on gt_arena_commit of this thread takes addresses alone, until
 * gt_arena_settle: memory that is not touched cannot be too much. */
void gt_arena_defer(void);

/* Bytes of the arenas that have been committed since, and are waiting. */
size_t gt_arena_deferred(void);

/* Zero those, if they are to be `used`, and end the waiting. */
void gt_arena_settle(bool used);

/* Release the memory; the arena is empty again. */
void gt_arena_free(gt_arena *arena);

/* `count` zeroed reals at GT_ALIGN; NULL when memory is short. free() them. */
gt_real *gt_real_alloc(size_t count);

/* Zero `count` reals; fast if their pages have not been touched yet. */
void gt_real_clear(gt_real *p, size_t count);

#endif
