/* reducer_trial.h: sums of made-up vectors, as a training step hands them to a
 * reducer, and the same sums evaluated on one rank. */
#ifndef GT_TESTS_REDUCER_TRIAL_H
#define GT_TESTS_REDUCER_TRIAL_H

#include "comm/mpi/start.h"
#include "comm/reducer.h"
#include "core/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 1003, LONG = 40000 };

static gt_comm *comm;

/* Random values, zeros of both signs among them: value i of a shard follows
 * from the two numbers alone. */
static inline void fill(gt_real *out, int shard, size_t count)
{
    gt_rng_normal((gt_rng){.seed = 5, .sample = (uint64_t)shard}, out, count);
    for (size_t i = 0; i < count; i++) {
        if (i % 11 == 3)
            out[i] = -(gt_real)0;
        if (i % 11 == 5)
            out[i] = (shard + (int)i) % 3 ? -(gt_real)0 : 0;
    }
}

/* The sum of shards [from, to) as reducer.h defines it. */
static inline void evaluate(gt_real *out, int from, int to, size_t count)
{
    if (to - from == 1) {
        fill(out, from, count);
        return;
    }
    int half = 1;
    while (2 * half < to - from)
        half *= 2;
    gt_real *right = malloc(count * sizeof *right);
    assert_non_null(right);
    evaluate(out, from, from + half, count);
    evaluate(right, from + half, to, count);
    for (size_t i = 0; i < count; i++)
        out[i] += right[i];
    free(right);
}

typedef struct trial {
    size_t count;
    int per_rank; /* shards */
    int present;  /* shards with samples, over all ranks */
    gt_reducer_config config;
    unsigned announcements; /* of values that are ready; 0: none */
} trial;

static inline int own_present(const trial *t)
{
    int n = t->present - comm->rank * t->per_rank;
    return n < 0 ? 0 : n > t->per_rank ? t->per_rank : n;
}

/* Write a vector as a backward pass does: from its end, in spans of any length,
 * the lower values being anything until they are written. */
static inline void write_shard(gt_reducer *r, const trial *t, int shard)
{
    gt_real *vector = gt_reducer_vector(r);
    gt_real *values = malloc(t->count * sizeof *values);
    assert_non_null(values);
    fill(values, shard, t->count);
    for (size_t i = 0; i < t->count; i++)
        vector[i] = (gt_real)NAN;
    size_t to = t->count;
    for (unsigned k = 0; k < t->announcements; k++) {
        unsigned dice = ((unsigned)shard * 97 + k) * 2654435761u;
        size_t length = (dice >> 8) % (2 * t->count / t->announcements + 1);
        size_t from = to > length ? to - length : 0;
        memcpy(vector + from, values + from, (to - from) * sizeof *values);
        gt_reducer_ready(r, from);
        to = from;
    }
    memcpy(vector, values, to * sizeof *values);
    free(values);
    gt_reducer_add(r);
}

static inline const gt_real *add_up(gt_reducer *r, const trial *t)
{
    int present = own_present(t);
    gt_reducer_begin(r, present);
    for (int s = 0; s < present; s++)
        write_shard(r, t, comm->rank * t->per_rank + s);
    return gt_reducer_finish(r);
}

#endif
