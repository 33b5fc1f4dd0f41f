/* blocks.c: results travel as they are, from the rank that has them to all
 * others. Sums over ranks would do as well but for zeros with a sign. A rank's
 * blocks are neighbours, so that there is one message a rank; and they are work
 * in the sense of comm.h, so that ranks that are ready hear that others still
 * compute. */
#include "eval/blocks.h"

#include "base/collective_tick.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The first of the blocks of rank r. */
static int64_t first_of(int64_t blocks, int r, int ranks)
{
    return blocks / ranks * r + blocks % ranks * r / ranks;
}

static gt_status work_on(int64_t from, int64_t to, size_t size,
                         gt_block_work *work, void *context, double *results)
{
    gt_status status = GT_OK;
    for (int64_t i = from; status == GT_OK && i < to; i++) {
        double *result = results + (size_t)i * size;
        memset(result, 0, size * sizeof *result);
        status = work(context, i, result);
        gt_collective_tick();
    }
    return status;
}

gt_status gt_blocks_map(gt_comm *comm, int64_t blocks, size_t size,
                        gt_block_work *work, void *context, double *results)
{
    int64_t from = first_of(blocks, comm->rank, comm->size);
    int64_t to = first_of(blocks, comm->rank + 1, comm->size);
    gt_comm_work_begin(comm);
    gt_status status = work_on(from, to, size, work, context, results);
    status = gt_comm_work_end(comm, status);
    for (int r = 0; status == GT_OK && r < comm->size; r++) {
        from = first_of(blocks, r, comm->size);
        to = first_of(blocks, r + 1, comm->size);
        if (to > from)
            gt_comm_broadcast_from(comm, r, results + (size_t)from * size,
                                   (size_t)(to - from) * size *
                                       sizeof *results);
    }
    return status;
}

gt_status gt_blocks_alloc(double **out, size_t n, const char *what)
{
    char reason[GT_MEMORY_REASON];
    *out = malloc((n ? n : 1) * sizeof **out);
    if (!*out)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %.1f MB for %s%s",
                       (double)n * sizeof **out / 1e6, what,
                       gt_memory_reason(reason));
    return GT_OK;
}
