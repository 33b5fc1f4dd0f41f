/* spread.h: the clock, and the median, lowest and highest of several rounds. */
#ifndef GT_BENCH_SPREAD_H
#define GT_BENCH_SPREAD_H

enum { BENCH_MAX_ROUNDS = 1000 };

/* Half of the figures are above the median. */
typedef struct bench_spread {
    double median, low, high;
} bench_spread;

/* Of n values, 1 <= n <= BENCH_MAX_ROUNDS; they may be in any order. */
bench_spread bench_spread_of(const double *values, int n);

/* Seconds of a clock that only runs forward, from some moment on. */
double bench_seconds(void);

#endif
