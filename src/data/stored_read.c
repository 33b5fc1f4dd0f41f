/* stored_read.c: a source is a part of what its type has (holdout.h), and the
 * type knows nothing of that. */
#include "data/stored_read.h"

#include "data/cache.h"
#include "data/finite.h"

/* By the numbers that the type has. */
static gt_status read_stored(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    gt_status status =
        source->cache ? gt__cache_read(source->cache, source, numbers, n, to)
                      : source->type->read(source, numbers, n, to);
    return status == GT_OK && source->finite ? gt__finite_check(source, n, to)
                                             : status;
}

gt_status gt__stored_read(const gt_source *source, const uint64_t *numbers,
                          int n, const gt_source_rows *to)
{
    enum { PIECE = 64 };
    if (!source->part.block)
        return read_stored(source, numbers, n, to);
    size_t size = gt_shape_size(source->shape);
    gt_source_rows rows = *to;
    gt_status status = GT_OK;
    for (int done = 0; done < n && status == GT_OK; done += PIECE) {
        uint64_t stored[PIECE];
        int piece = n - done < PIECE ? n - done : PIECE;
        for (int i = 0; i < piece; i++)
            stored[i] = gt_subset_at(&source->part, numbers[done + i]);
        status = read_stored(source, stored, piece, &rows);
        rows = gt_source_rows_from(&rows, (size_t)piece, size,
                                   source->n_conditions);
    }
    return status;
}
