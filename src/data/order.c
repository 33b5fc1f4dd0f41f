/* order.c: chunks have places in the order of chunks, samples have positions in
 * the order of samples. One chunk may be short; which place it has is drawn
 * apart, so that the permutation is one of equal chunks, and where a place
 * begins is a product. */
#include "data/order.h"

#include "core/rng.h"
#include "data/shuffle.h"

#include <assert.h>

/* What the streams below GT_STREAM_SHUFFLE are for. */
enum { OF_CHUNKS = 1, OF_WINDOWS = 2, OF_SHORT_CHUNK = 3 };

/* The chunks of one epoch. */
typedef struct layout {
    gt_rng key;          /* but for its stream's part */
    uint64_t size;       /* samples of a chunk */
    uint64_t full;       /* chunks of that size */
    uint64_t short_size; /* samples of the short one */
    uint64_t chunks;     /* with the short one */
    uint64_t short_at;   /* its place; there is none: behind all */
} layout;

static gt_rng key_for(const layout *l, uint32_t purpose)
{
    gt_rng key = l->key;
    key.stream += purpose;
    return key;
}

static layout lay_out(const gt_order *order, uint64_t epoch)
{
    layout l = {.key = {.seed = order->seed,
                        .step = (uint32_t)epoch,
                        .stream = GT_STREAM_SHUFFLE},
                .size = order->chunk,
                .full = order->count / order->chunk,
                .short_size = order->count % order->chunk};
    l.chunks = l.full + (l.short_size > 0);
    l.short_at = l.full;
    if (l.short_size > 0) {
        uint32_t words[4];
        gt_rng_block(key_for(&l, OF_SHORT_CHUNK), 0, words);
        l.short_at = ((uint64_t)words[0] << 32 | words[1]) % l.chunks;
    }
    return l;
}

/* The first position of a place. */
static uint64_t begin_of(const layout *l, uint64_t place)
{
    return place * l->size -
           (place > l->short_at ? l->size - l->short_size : 0);
}

static uint64_t place_of(const layout *l, uint64_t position)
{
    uint64_t begin = begin_of(l, l->short_at);
    if (position < begin)
        return position / l->size;
    if (position < begin + l->short_size)
        return l->short_at;
    return (position + l->size - l->short_size) / l->size;
}

static uint64_t chunk_at(const layout *l, uint64_t place)
{
    if (place == l->short_at)
        return l->full;
    return gt_shuffle_by(key_for(l, OF_CHUNKS), 0, l->full,
                         place - (place > l->short_at));
}

/* Places first .. end - 1. */
typedef struct window {
    uint64_t number, first, end;
} window;

/* Windows are as even as integers allow; the longer ones come first. */
static window window_of(const layout *l, uint64_t place)
{
    uint64_t windows =
        l->chunks / GT_ORDER_WINDOW + (l->chunks % GT_ORDER_WINDOW > 0);
    uint64_t size = l->chunks / windows, longer = l->chunks % windows;
    uint64_t in_longer = longer * (size + 1);
    if (place < in_longer) {
        uint64_t number = place / (size + 1), first = number * (size + 1);
        return (window){number, first, first + size + 1};
    }
    uint64_t number = (place - in_longer) / size;
    uint64_t first = in_longer + number * size;
    return (window){longer + number, first, first + size};
}

uint64_t gt_order_at(const gt_order *order, uint64_t epoch, uint64_t position)
{
    assert(position < order->count);
    if (!order->chunk)
        return gt_shuffle(order->seed, epoch, order->count, position);
    layout l = lay_out(order, epoch);
    window w = window_of(&l, place_of(&l, position));
    uint64_t begin = begin_of(&l, w.first);
    uint64_t moved =
        begin + gt_shuffle_by(key_for(&l, OF_WINDOWS), w.number,
                              begin_of(&l, w.end) - begin, position - begin);
    uint64_t place = place_of(&l, moved);
    return chunk_at(&l, place) * l.size + moved - begin_of(&l, place);
}
