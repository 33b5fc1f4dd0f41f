/* spread.c: a machine's speed changes from minute to minute, so every figure is
 * the median of several rounds, and is shown with the lowest and the highest.
 */
#include "bench/tools/spread.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

double bench_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bench_spread bench_spread_of(const double *values, int n)
{
    double sorted[BENCH_MAX_ROUNDS];
    memcpy(sorted, values, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    return (bench_spread){.median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2,
                          .low = sorted[0],
                          .high = sorted[n - 1]};
}
