/* sums.h: weighted sums of runs of values. For src/nn/conv. Local. */
#ifndef GT_NN_CONV_SUMS_H
#define GT_NN_CONV_SUMS_H

#include "core/tensor.h"

#include <stdbool.h>
#include <stddef.h>

enum { GT__SOURCES = 6 };

/* Up to GT__SOURCES sources and their weights; without any the sum is 0. */
typedef struct gt__sum {
    int n;
    const gt_real *from[GT__SOURCES];
    size_t next[GT__SOURCES]; /* from one run to the next */
    size_t line[GT__SOURCES]; /* from one line of runs to the next */
    gt_real by[GT__SOURCES];
} gt__sum;

/* Where sums go: `lines` times `times` runs of `size` values, `next` apart
 * within a line; lines begin `line` apart. */
typedef struct gt__runs {
    int lines, times;
    size_t size, next, line;
    bool add;
} gt__runs;

static inline void gt__sum_add(gt__sum *s, const gt_real *from, size_t next,
                               size_t line, gt_real by)
{
    s->from[s->n] = from;
    s->next[s->n] = next;
    s->line[s->n] = line;
    s->by[s->n++] = by;
}

/* to = sum of by[i] * from[i], run by run; or += if of->add. */
void gt__combine(const gt__sum *s, const gt__runs *of, gt_real *to);

#endif
