/* finite.c: one NaN in one sample makes all weights NaN within a step. A look
 * at each number as it is read costs less than reading it. */
#include "data/finite.h"

#include <float.h>
#include <math.h>

static const gt_real most =
    sizeof(gt_real) == sizeof(double) ? (gt_real)DBL_MAX : (gt_real)FLT_MAX;

static size_t count_bad(const gt_real *x, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += !(x[i] <= most && x[i] >= -most);
    return bad;
}

static gt_status tell(const gt_real *row, size_t size, const char *what)
{
    size_t bad = count_bad(row, size), first = 0;
    while (row[first] <= most && row[first] >= -most)
        first++;
    return gt_fail(GT_ERR_NUMERIC,
                   "%zu of its %zu %s NaN or infinite, the first is number "
                   "%zu; data.on_nan: skip leaves such samples out, keep "
                   "takes them as they are",
                   bad, size, what, first);
}

static gt_status check(const gt_real *rows, int n, size_t size,
                       const char *what)
{
    if (!rows || !count_bad(rows, (size_t)n * size))
        return GT_OK;
    while (!count_bad(rows, size))
        rows += size;
    return tell(rows, size, what);
}

gt_status gt__finite_check(const gt_source *source, int n,
                           const gt_source_rows *rows)
{
    gt_status status =
        check(rows->reals, n, gt_shape_size(source->shape), "values are");
    return status == GT_OK
               ? check(rows->conditions, n, (size_t)source->n_conditions,
                       "conditions are")
               : status;
}
