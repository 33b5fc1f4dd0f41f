/* holdout.c: a part's numbers count through the blocks. In a block the first
 * places of its permutation belong to training, the last ones are held out. */
#include "data/holdout.h"

#include "data/shuffle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 500 };

/* The same choice for every run, as runs are compared by what is held out. */
static const gt_rng key = {.seed = UINT64_C(0x686f6c646f757431),
                           .stream = GT_STREAM_SHUFFLE};

gt_status gt_holdout_parse(const char *text, int *permille)
{
    char *end;
    double value = strtod(text, &end) * 10;
    *permille = 0;
    if (end == text || strcmp(end, "%") != 0 || !(value >= 0) || value > MOST ||
        fabs(value - round(value)) > 1e-6)
        return gt_fail(GT_ERR_CONFIG,
                       "must be a part of 0%% to 50%% in steps of 0.1%%, "
                       "written as 10%%, not '%s'",
                       text);
    *permille = (int)round(value);
    return GT_OK;
}

gt_subset gt_subset_of(uint64_t count, int permille, bool held_out)
{
    if (!permille)
        return (gt_subset){0};
    int a = 1000, b = permille;
    while (b) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return (gt_subset){.count = count,
                       .block = 1000 / a,
                       .out = permille / a,
                       .held_out = held_out};
}

/* Of a block of `size` samples. */
static uint64_t out_of(const gt_subset *part, uint64_t size)
{
    return size * (uint64_t)part->out / (uint64_t)part->block;
}

static uint64_t share_of(const gt_subset *part, uint64_t size)
{
    return part->held_out ? out_of(part, size) : size - out_of(part, size);
}

uint64_t gt_subset_size(const gt_subset *part)
{
    uint64_t block = (uint64_t)part->block;
    return part->count / block * share_of(part, block) +
           share_of(part, part->count % block);
}

uint64_t gt_subset_at(const gt_subset *part, uint64_t i)
{
    if (!part->block)
        return i;
    uint64_t block = (uint64_t)part->block, share = share_of(part, block);
    uint64_t number = i / share, first = number * block;
    uint64_t size = part->count - first < block ? part->count - first : block;
    uint64_t place = i % share;
    if (part->held_out)
        place += size - out_of(part, size);
    return first + gt_shuffle_by(key, number, size, place);
}

uint64_t gt_subset_chunk(const gt_subset *part, uint64_t chunk)
{
    uint64_t block = (uint64_t)part->block;
    return part->block ? (chunk + block - 1) / block * share_of(part, block)
                       : chunk;
}
