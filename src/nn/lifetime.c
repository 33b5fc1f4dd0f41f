/* lifetime.c: memory for what lives for a while. The largest goes first, each
 * as low as what lives at the same time lets it; finding the least memory would
 * be a hard problem, and this comes close to it for networks, whose largest
 * numbers live one after the other. */
#include "nn/lifetime.h"

#include <stdlib.h>

enum { UNIT = GT_ALIGN / sizeof(gt_real) };

static size_t rounded(size_t size)
{
    return (size + UNIT - 1) / UNIT * UNIT;
}

static int larger_first(const void *a, const void *b)
{
    const gt__lifetime *x = *(const gt__lifetime *const *)a;
    const gt__lifetime *y = *(const gt__lifetime *const *)b;
    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return x < y ? -1 : x > y; /* the same order everywhere */
}

static bool overlap(const gt__lifetime *a, const gt__lifetime *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest place for `item` among the `n` that are placed, which are sorted
 * by their offsets. */
static size_t lowest(const gt__lifetime *item, gt__lifetime *const *placed,
                     int n)
{
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        if (!overlap(item, placed[i]))
            continue;
        if (placed[i]->offset >= at + rounded(item->size))
            break;
        size_t end = placed[i]->offset + rounded(placed[i]->size);
        at = end > at ? end : at;
    }
    return at;
}

gt_status gt__place_all(gt__lifetime *all, int n, size_t *total)
{
    gt__lifetime **order = calloc((size_t)n + 1, sizeof *order);
    gt__lifetime **placed = calloc((size_t)n + 1, sizeof *placed);
    gt_status status = GT_OK;
    *total = 0;
    if (!order || !placed) {
        status = gt_fail(GT_ERR_MEMORY, "cannot plan the memory of a network");
        goto out;
    }
    for (int i = 0; i < n; i++)
        order[i] = &all[i];
    qsort(order, (size_t)n, sizeof(gt__lifetime *), larger_first);
    for (int i = 0; i < n; i++) {
        gt__lifetime *item = order[i];
        item->offset = lowest(item, placed, i);
        size_t end = item->offset + rounded(item->size);
        *total = end > *total ? end : *total;
        int k = i;
        for (; k > 0 && placed[k - 1]->offset > item->offset; k--)
            placed[k] = placed[k - 1];
        placed[k] = item;
    }
out:
    free(order);
    free(placed);
    return status;
}
