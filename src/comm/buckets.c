/* buckets.c: a backward pass makes gradients from the last layer to the first,
 * so buckets are counted from the end. */
#include "comm/buckets.h"

/* Tags tell buckets apart, and MPI promises 32767 of them; PIECE keeps counts
 * within int. */
enum { MOST_BUCKETS = 1024, PIECE = 1 << 28 };

gt__buckets gt__buckets_cut(size_t count, size_t size)
{
    size_t least = (count + MOST_BUCKETS - 1) / MOST_BUCKETS;
    if (size == 0 || size > count)
        size = count;
    if (size > PIECE)
        size = PIECE;
    if (size < least)
        size = least;
    int n = size ? (int)((count + size - 1) / size) : 0;
    return (gt__buckets){.count = count, .size = size, .n = n};
}

gt__span gt__bucket_span(const gt__buckets *b, int bucket)
{
    size_t after = (size_t)bucket * b->size;
    size_t to = b->count - after;
    return (gt__span){.from = to > b->size ? to - b->size : 0, .to = to};
}

gt__span gt__bucket_slice(const gt__buckets *b, int bucket, int owner,
                          int ranks)
{
    gt__span all = gt__bucket_span(b, bucket);
    size_t n = all.to - all.from, size = (size_t)ranks, at = (size_t)owner;
    return (gt__span){all.from + n * at / size, all.from + n * (at + 1) / size};
}

void gt__add(gt_real *restrict to, const gt_real *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}
