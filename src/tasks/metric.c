/* metric.c: the simple case, a mean. */
#include "tasks/metric.h"

static void begin(double *state)
{
    *state = 0;
}

static void add(double *state, const gt_evaluated *block, int of)
{
    *state += block->sum[of];
}

static void merge(double *state, const double *next)
{
    *state += *next;
}

static double finish(const double *state, uint64_t count)
{
    return *state / (double)count;
}

const gt_metric_kind gt_metric_mean = {1, begin, add, merge, finish};
