/* taps.c: weights are not divided by their sum, so that means over whole pixels
 * are sums of whole numbers, and exact up to one division. */
#include "data/picture/taps.h"

#include <math.h>
#include <stdlib.h>

/* R. Keys, "Cubic convolution interpolation", 1981, with a = -1/2. */
static double bicubic(double x)
{
    const double a = -0.5;
    x = fabs(x);
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
}

typedef struct reach {
    double from, to, middle;
} reach;

static reach reach_of(const gt__axis *a, int i)
{
    double from = a->begin + i * a->step, to = a->begin + (i + 1) * a->step;
    double middle = a->begin + (i + 0.5) * a->step;
    if (a->step >= 1)
        return (reach){from, to, middle};
    return (reach){floor(middle - 1.5), floor(middle - 1.5) + 4, middle};
}

static double weight(const gt__axis *a, const reach *r, int pixel)
{
    if (a->step < 1)
        return bicubic(pixel + 0.5 - r->middle);
    return fmin(pixel + 1, r->to) - fmax(pixel, r->from);
}

static int within(double x, int least, int most)
{
    return x < least ? least : x > most ? most : (int)x;
}

gt_status gt__taps_new(gt__taps *t, const gt__axis *a)
{
    size_t n = (size_t)a->out;
    *t = (gt__taps){malloc(n * sizeof *t->first), malloc(n * sizeof *t->count),
                    calloc(n, sizeof *t->weight), calloc(n, sizeof *t->sum)};
    if (!t->first || !t->count || !t->weight || !t->sum)
        return gt_fail(GT_ERR_MEMORY, "no memory to resize a picture");
    size_t most = (size_t)a->out * ((size_t)fmax(ceil(a->step) + 1, 4));
    double *next = t->weight[0] = malloc(most * sizeof *next);
    if (!next)
        return gt_fail(GT_ERR_MEMORY, "no memory to resize a picture");
    for (int i = 0; i < a->out; i++) {
        reach r = reach_of(a, i);
        int first = within(floor(r.from), 0, a->in - 1);
        int end = within(ceil(r.to), first + 1, a->in);
        t->weight[i] = next;
        t->first[i] = first;
        t->count[i] = end - first;
        for (int pixel = first; pixel < end; pixel++)
            t->sum[i] += *next++ = weight(a, &r, pixel);
    }
    return GT_OK;
}

void gt__taps_free(gt__taps *t)
{
    free(t->first);
    free(t->count);
    if (t->weight)
        free(t->weight[0]);
    free(t->weight);
    free(t->sum);
    *t = (gt__taps){0};
}
