/* buckets.c: a backward pass makes gradients from the last layer to the first,
 * so buckets are counted from the end. The grain is counted from the beginning:
 * what lies between two of its multiples is in one slice, however many ranks
 * there are. */
#include "comm/buckets.h"

/* Tags tell buckets apart, and MPI promises 32767 of them; PIECE keeps counts
 * within int. */
enum { MOST_BUCKETS = 1024, PIECE = 1 << 28 };

static size_t pieces_of(size_t count, size_t size)
{
    return (count + size - 1) / size;
}

gt__buckets gt__buckets_cut(size_t count, size_t size, size_t grain)
{
    size_t grains = pieces_of(count, grain), wanted = size / grain;
    size_t least = pieces_of(grains, MOST_BUCKETS);
    if (size == 0 || wanted > grains)
        wanted = grains;
    if (wanted > PIECE / grain)
        wanted = PIECE / grain;
    if (wanted < least)
        wanted = least;
    int n = wanted ? (int)pieces_of(grains, wanted) : 0;
    return (gt__buckets){
        .count = count, .size = wanted * grain, .n = n, .grain = grain};
}

gt__interval gt__bucket_interval(const gt__buckets *b, int bucket)
{
    size_t end = pieces_of(b->count, b->grain) * b->grain;
    size_t to = end - (size_t)bucket * b->size;
    return (gt__interval){.from = to > b->size ? to - b->size : 0,
                          .to = to < b->count ? to : b->count};
}

gt__interval gt__bucket_slice(const gt__buckets *b, int bucket, int i,
                              int ranks)
{
    gt__interval all = gt__bucket_interval(b, bucket);
    size_t grains = pieces_of(all.to - all.from, b->grain);
    size_t size = (size_t)ranks, at = (size_t)i;
    size_t from = all.from + grains * at / size * b->grain;
    size_t to = all.from + grains * (at + 1) / size * b->grain;
    return (gt__interval){from < all.to ? from : all.to,
                          to < all.to ? to : all.to};
}

size_t gt__longest_slice(const gt__buckets *b, int ranks)
{
    return pieces_of(b->size / b->grain, (size_t)ranks) * b->grain;
}

void gt__add(gt_real *restrict to, const gt_real *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}
