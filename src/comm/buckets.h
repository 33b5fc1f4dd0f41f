/* buckets.h: how a vector is cut for its way to other ranks: into buckets,
 * which travel one after the other, and each of these into a slice for each
 * rank. The cuts follow from the vector's length alone, so all ranks make the
 * same. Pure.
 */
#ifndef GT_COMM_BUCKETS_H
#define GT_COMM_BUCKETS_H

#include "core/tensor.h"

typedef struct gt__buckets {
    size_t count; /* reals in the vector */
    size_t size;  /* reals in a bucket; the first and the last one may have
                     fewer */
    int n;        /* numbered from the vector's end */
    size_t grain; /* cuts are at its multiples */
} gt__buckets;

/* Reals [from, to) of a vector. */
typedef struct gt__interval {
    size_t from, to;
} gt__interval;

/* `size` and `grain` are in reals; size 0: one bucket. */
gt__buckets gt__buckets_cut(size_t count, size_t size, size_t grain);
gt__interval gt__bucket_interval(const gt__buckets *buckets, int bucket);

/* A bucket in as many slices as there are ranks: number `i` of `ranks`. */
gt__interval gt__bucket_slice(const gt__buckets *buckets, int bucket, int i,
                              int ranks);
/* Reals in the longest slice of all buckets. */
size_t gt__longest_slice(const gt__buckets *buckets, int ranks);

/* to += from, n reals each. */
void gt__add(gt_real *restrict to, const gt_real *restrict from, size_t n);

#endif
