/* winograd_kernel.c */
#include "nn/conv/winograd_kernel.h"

#include "core/simd.h"

GT_SIMD static void add_scaled(const gt_real *restrict from, gt_real by,
                               gt_real *restrict to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += by * from[i];
}

/* value = a pair of rows of G, applied to the same part of every tap. */
static void transform_taps(const gt__terms *v, const gt__terms *h, int kw,
                           size_t tap, const gt_real *taps, gt_real *value,
                           size_t n)
{
    gt__runs whole = {.lines = 1, .times = 1, .size = n};
    gt__sum s = {0};
    for (int i = 0; i < v->n; i++)
        for (int j = 0; j < h->n; j++) {
            if (s.n == GT__SOURCES) {
                gt__combine(&s, &whole, value);
                whole.add = true;
                s.n = 0;
            }
            gt__sum_add(&s, taps + (size_t)(v->at[i] * kw + h->at[j]) * tap, 0,
                        0, v->by[i] * h->by[j]);
        }
    gt__combine(&s, &whole, value);
}

static void transform_taps_back(const gt__terms *v, const gt__terms *h, int kw,
                                size_t tap, const gt_real *value, gt_real *taps,
                                size_t n)
{
    for (int i = 0; i < v->n; i++)
        for (int j = 0; j < h->n; j++)
            add_scaled(value, v->by[i] * h->by[j],
                       taps + (size_t)(v->at[i] * kw + h->at[j]) * tap, n);
}

/* The weights of a tap are c x m reals in a row, or m runs of c if the kernel
 * is stored as [m x K]; transformed values lie in the same way. A slice is the
 * same part of each tap; it is small enough that the slices of all taps fit
 * into the first-level cache. */
typedef struct slices {
    size_t count;
    size_t tap, size, last; /* reals: of a tap, of a slice, of the last slice */
    size_t taps_step;       /* from slice to slice */
    bool turned;            /* a slice of a matrix begins at each row */
} slices;

enum { SLICE = 512 };

static slices slices_of(const gt__winograd *w, gt_transpose stored)
{
    size_t c = (size_t)w->g.c, m = (size_t)w->g.m;
    if (stored == GT_TRANSPOSED)
        return (slices){.count = m,
                        .tap = c,
                        .size = c,
                        .last = c,
                        .taps_step = (size_t)gt__conv_patch_size(&w->g),
                        .turned = true};
    size_t count = (c * m + SLICE - 1) / SLICE;
    return (slices){.count = count,
                    .tap = c * m,
                    .size = SLICE,
                    .last = c * m - (count - 1) * SLICE,
                    .taps_step = SLICE};
}

/* A slice under transformation, in one direction or the other. */
typedef struct job {
    const gt__winograd *w;
    gt__side big; /* whose pairs there are */
    slices of;
    size_t slice, n; /* its reals */
    const gt_real *weight, *value;
    gt_real *to_value, *to_gradient;
} job;

static void transform(job *j, const gt__point_pair *at)
{
    const gt__axis *v = &j->w->v, *h = &j->w->h;
    const gt_real *taps = j->weight + j->slice * j->of.taps_step;
    gt_real *value =
        j->to_value + j->slice * (j->of.turned ? (size_t)at->depth : SLICE);
    for (int a = v->first[at->a]; a < v->first[at->a + 1]; a++)
        for (int b = h->first[at->b]; b < h->first[at->b + 1]; b++) {
            transform_taps(&v->kernel[a], &h->kernel[b], j->w->g.kw, j->of.tap,
                           taps, value, j->n);
            value += j->of.tap;
        }
    j->to_value += (size_t)at->depth * (size_t)j->w->g.m;
}

static void transform_back(job *j, const gt__point_pair *at)
{
    const gt__axis *v = &j->w->v, *h = &j->w->h;
    gt_real *taps = j->to_gradient + j->slice * j->of.taps_step;
    const gt_real *value =
        j->value + j->slice * (j->of.turned ? (size_t)at->depth : SLICE);
    for (int a = v->first[at->a]; a < v->first[at->a + 1]; a++)
        for (int b = h->first[at->b]; b < h->first[at->b + 1]; b++) {
            transform_taps_back(&v->kernel[a], &h->kernel[b], j->w->g.kw,
                                j->of.tap, value, taps, j->n);
            value += j->of.tap;
        }
    j->value += (size_t)at->depth * (size_t)j->w->g.m;
}

/* Slice by slice: the taps of one stay near for all pairs. */
static void for_slices(const job *whole, const gt__point_pair *only,
                       void (*run)(job *j, const gt__point_pair *at))
{
    for (size_t s = 0; s < whole->of.count; s++) {
        job j = *whole;
        j.slice = s;
        j.n = s + 1 < j.of.count ? j.of.size : j.of.last;
        if (only)
            run(&j, only);
        else
            for (gt__point_pair at = {0}; gt__point_pair_next(&j.big, &at);)
                run(&j, &at);
    }
}

void gt__kernel_transform(const gt__winograd *w, const gt__point_pair *only,
                          gt_transpose stored, const gt_real *weight,
                          gt_real *matrices)
{
    const job j = {.w = w,
                   .big = gt__winograd_big(w),
                   .of = slices_of(w, stored),
                   .weight = weight,
                   .to_value = matrices};
    for_slices(&j, only, transform);
}

void gt__kernel_transform_back(const gt__winograd *w,
                               const gt__point_pair *only, gt_transpose stored,
                               const gt_real *matrices, gt_real *gradient)
{
    const job j = {.w = w,
                   .big = gt__winograd_big(w),
                   .of = slices_of(w, stored),
                   .value = matrices,
                   .to_gradient = gradient};
    for_slices(&j, only, transform_back);
}
