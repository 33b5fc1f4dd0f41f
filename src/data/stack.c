/* stack.c: a stack is a source of its own, before which readers, caches of
 * single samples and parts stay what they are. A channel is read into a few
 * kilobytes of the caller's stack of calls, so that many threads may read and
 * nothing is allocated. */
#include "data/stack.h"

#include "core/hash.h"
#include "core/rng.h"
#include "data/stored_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PIXELS = 1 << 14 };

static gt_status refuse(const gt_source *single, const char *why)
{
    return gt_fail(GT_ERR_MISMATCH,
                   "data '%s': %s; data.stack stacks labelled images of one "
                   "channel of bytes; set it to 1, or choose other data",
                   single->uri, why);
}

static gt_status check(const gt_source *single, int channels, int *classes)
{
    char text[GT_SHAPE_TEXT], why[96];
    size_t most = GT_DATA_MOST_CLASSES, all = 1;
    if (single->element != GT_ELEMENT_BYTES)
        return refuse(single, "the values of samples are no bytes");
    if (gt_shape_is_volume(single->shape) || single->shape.c != 1 ||
        gt_shape_size(single->shape) > MOST_PIXELS) {
        snprintf(why, sizeof why, "samples are %s",
                 gt_shape_text(single->shape, text));
        return refuse(single, why);
    }
    if (single->classes == 0)
        return refuse(single, "there are no labels");
    for (int c = 0; c < channels && all <= most; c++)
        all *= (size_t)single->classes;
    *classes = (int)all;
    if (all <= most)
        return GT_OK;
    snprintf(why, sizeof why, "%d channels of %d classes make more than %d",
             channels, single->classes, GT_DATA_MOST_CLASSES);
    return refuse(single, why);
}

gt_status gt__stack_new(gt_source **source, int channels)
{
    gt_source *single = *source;
    int classes = 0;
    char text[64];
    gt_status status = check(single, channels, &classes);
    if (status != GT_OK)
        return status;
    gt_source *stack = malloc(sizeof *stack);
    char *uri = strdup(single->uri);
    if (!stack || !uri) {
        free(stack);
        free(uri);
        return gt_fail(GT_ERR_MEMORY, "no memory to open data '%s'",
                       single->uri);
    }
    int n = snprintf(text, sizeof text, "%016llx stacked by %d",
                     (unsigned long long)single->digest, channels);
    *stack = (gt_source){.type = single->type,
                         .uri = uri,
                         .shape = single->shape,
                         .element = single->element,
                         .low = single->low,
                         .high = single->high,
                         .count = single->count,
                         .packed = single->packed,
                         .costly = single->costly,
                         .classes = classes,
                         .seed = single->seed,
                         .first = single->first,
                         .digest = gt_hash_of(text, (size_t)n),
                         .inner = single};
    stack->shape.c = channels;
    stack->contents = stack->digest;
    *source = stack;
    return GT_OK;
}

/* The single sample in a channel of a sample. */
static uint64_t drawn(const gt_source *stack, uint64_t number, int channel)
{
    uint32_t words[4];
    gt_rng at = {.sample = number, .stream = GT_STREAM_STACK};
    gt_rng_block(at, (uint32_t)channel, words);
    return ((uint64_t)words[0] << 32 | words[1]) % stack->inner->count;
}

/* Sample `number`, to row i of what is asked for. */
static gt_status read_one(const gt_source *stack, uint64_t number, int i,
                          const gt_source_rows *to)
{
    uint8_t pixels[MOST_PIXELS];
    const gt_source *single = stack->inner;
    int channels = (int)stack->shape.c, label = 0, all = 0;
    size_t size = gt_shape_size(single->shape);
    gt_source_rows rows = {.bytes = to->bytes ? pixels : NULL,
                           .labels = to->labels ? &label : NULL};
    for (int c = 0; c < channels; c++) {
        uint64_t of = drawn(stack, number, c);
        gt_status status = gt__stored_read(single, &of, 1, &rows);
        if (status != GT_OK)
            return status;
        for (size_t k = 0; to->bytes && k < size; k++)
            to->bytes[((size_t)i * size + k) * (size_t)channels + (size_t)c] =
                pixels[k];
        all = label < 0 || all < 0 ? -1 : all * single->classes + label;
    }
    if (to->labels)
        to->labels[i] = all;
    return GT_OK;
}

gt_status gt__stack_read(const gt_source *stack, const uint64_t *numbers, int n,
                         const gt_source_rows *to)
{
    gt_status status = GT_OK;
    for (int i = 0; i < n && status == GT_OK; i++)
        status = read_one(stack, numbers[i], i, to);
    return status;
}
