/* resize.c: rows of the picture are resized to the width of the image as rows
 * of the image want them, and the last few are kept, because neighbouring rows
 * of the image want the same ones. So the memory that is needed does not grow
 * with the picture's height.
 *
 * Every sum is of doubles, in the order of pixels, and so the same on every
 * machine. Weights are whole where the sides have a whole ratio. Then sums are
 * exact, and pixels the nearest to the mean. */
#include "data/picture/resize.h"

#include "data/picture/channels.h"
#include "data/picture/taps.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 8 };

const char *const gt_fit_names[] = {"crop", "pad", NULL};

/* Where the picture goes in the image. */
typedef struct place {
    gt__axis x, y;
    int left, top;
} place;

typedef struct resizing {
    const gt__pixels *picture;
    gt__channels channels;
    place at;
    gt__taps x, y;
    int from, n;    /* columns of the picture that are needed */
    double *row;    /* [n x channels] */
    double *kept;   /* [KEPT][x.out x channels], sums of rows */
    int held[KEPT]; /* the rows of the picture that these are; -1: none */
    double *sums;   /* [x.out x channels], of a row of the image */
} resizing;

static gt__axis middle_of(int in, int out, double step)
{
    gt__axis axis = {in, out, (in - out * step) / 2, step};
    if (axis.begin < 0)
        axis.begin = 0;
    /* Whole pixels stay whole. */
    if (step == floor(step))
        axis.begin = floor(axis.begin);
    return axis;
}

static place covering(const gt__pixels *p, gt_shape shape)
{
    bool by_width = (int64_t)p->width * shape.h <= (int64_t)p->height * shape.w;
    double step =
        by_width ? (double)p->width / shape.w : (double)p->height / shape.h;
    return (place){.x = middle_of(p->width, shape.w, step),
                   .y = middle_of(p->height, shape.h, step)};
}

/* The side of an image that a picture's side becomes. */
static int side(int in, double step, int most)
{
    double out = floor(in / step + 0.5);
    return out < 1 ? 1 : out > most ? most : (int)out;
}

static place within(const gt__pixels *p, gt_shape shape)
{
    double step = fmax((double)p->width / shape.w, (double)p->height / shape.h);
    int w = side(p->width, step, shape.w), h = side(p->height, step, shape.h);
    return (place){.x = {p->width, w, 0, (double)p->width / w},
                   .y = {p->height, h, 0, (double)p->height / h},
                   .left = (shape.w - w) / 2,
                   .top = (shape.h - h) / 2};
}

static gt_status prepare(resizing *r)
{
    const gt__axis *x = &r->at.x;
    gt_status status = gt__taps_new(&r->x, x);
    if (status == GT_OK)
        status = gt__taps_new(&r->y, &r->at.y);
    if (status != GT_OK)
        return status;
    assert(r->x.first && r->y.first);
    size_t c = (size_t)r->channels.count, out = (size_t)x->out * c;
    int last = x->out - 1;
    r->from = r->x.first[0];
    r->n = r->x.first[last] + r->x.count[last] - r->from;
    for (int i = 0; i < KEPT; i++)
        r->held[i] = -1;
    r->row = malloc((size_t)r->n * c * sizeof *r->row);
    r->kept = malloc(KEPT * out * sizeof *r->kept);
    r->sums = malloc(out * sizeof *r->sums);
    return r->row && r->kept && r->sums
               ? GT_OK
               : gt_fail(GT_ERR_MEMORY, "no memory to resize a picture");
}

static void release(resizing *r)
{
    gt__taps_free(&r->x);
    gt__taps_free(&r->y);
    free(r->row);
    free(r->kept);
    free(r->sums);
}

/* The weighted sum of n neighbours. */
static void add_pixels(const double *in, const double *weight, int n, int c,
                       double *out)
{
    memset(out, 0, (size_t)c * sizeof *out);
    for (int k = 0; k < n; k++, in += c)
        for (int j = 0; j < c; j++)
            out[j] += weight[k] * in[j];
}

/* The same of colours, of which there are most. */
static void add_three(const double *in, const double *weight, int n,
                      double *out)
{
    double a = 0, b = 0, c = 0;
    for (int k = 0; k < n; k++, in += 3) {
        a += weight[k] * in[0];
        b += weight[k] * in[1];
        c += weight[k] * in[2];
    }
    out[0] = a;
    out[1] = b;
    out[2] = c;
}

/* Row y of the picture, as wide as the image. */
static const double *widened(resizing *r, int y)
{
    int c = r->channels.count, slot = y % KEPT;
    double *to = r->kept + (size_t)slot * (size_t)(r->at.x.out * c);
    if (r->held[slot] == y)
        return to;
    gt__channels_fetch(&r->channels, r->picture, r->from, y, r->n, r->row);
    r->held[slot] = y;
    double *out = to;
    for (int i = 0; i < r->at.x.out; i++, out += c) {
        const double *in = r->row + (ptrdiff_t)(r->x.first[i] - r->from) * c;
        if (c == 3)
            add_three(in, r->x.weight[i], r->x.count[i], out);
        else
            add_pixels(in, r->x.weight[i], r->x.count[i], c, out);
    }
    return to;
}

/* The sums of a row of the image. */
static void add_rows(resizing *r, int i)
{
    size_t n = (size_t)r->at.x.out * (size_t)r->channels.count;
    memset(r->sums, 0, n * sizeof *r->sums);
    for (int k = 0; k < r->y.count[i]; k++) {
        const double *row = widened(r, r->y.first[i] + k);
        double weight = r->y.weight[i][k];
        for (size_t j = 0; j < n; j++)
            r->sums[j] += weight * row[j];
    }
}

static double rounded(double value, double most)
{
    value = floor(value + 0.5);
    return value < 0 ? 0 : value > most ? most : value;
}

/* The means of a row of the image, from its sums. */
static void finish(resizing *r, int i)
{
    int c = r->channels.count;
    double most = gt__most_of(r->channels.bits), *value = r->sums;
    for (int x = 0; x < r->at.x.out; x++, value += c) {
        double sum = r->x.sum[x] * r->y.sum[i];
        for (int j = 0; j < c; j++)
            value[j] /= sum;
        if (r->channels.multiplied)
            for (int j = 0; j < 3; j++)
                value[j] = value[3] > 0 ? value[j] / value[3] * most : 0;
        for (int j = 0; j < c; j++)
            value[j] = rounded(value[j], most);
    }
}

/* n whole numbers, to bytes or to reals. */
static void store_row(const double *row, size_t n, uint8_t *bytes,
                      gt_real *reals)
{
    for (size_t j = 0; j < n; j++)
        if (bytes)
            bytes[j] = (uint8_t)row[j];
        else
            reals[j] = (gt_real)row[j];
}

static void resize(resizing *r, gt_shape shape, uint8_t *bytes, gt_real *reals)
{
    size_t n = (size_t)r->at.x.out * (size_t)r->channels.count;
    for (int i = 0; i < r->at.y.out; i++) {
        size_t at =
            ((size_t)(r->at.top + i) * (size_t)shape.w + (size_t)r->at.left) *
            (size_t)r->channels.count;
        add_rows(r, i);
        finish(r, i);
        store_row(r->sums, n, bytes ? bytes + at : NULL,
                  reals ? reals + at : NULL);
    }
}

/* Without resizing, which most pictures of a prepared folder need not. */
static gt_status copy(const resizing *r, gt_shape shape, uint8_t *bytes,
                      gt_real *reals)
{
    const gt__axis *x = &r->at.x, *y = &r->at.y;
    int c = r->channels.count;
    size_t n = (size_t)x->out * (size_t)c;
    double *row = malloc(n * sizeof *row);
    if (!row)
        return gt_fail(GT_ERR_MEMORY, "no memory to read a picture");
    for (int i = 0; i < y->out; i++) {
        size_t at =
            ((size_t)(r->at.top + i) * (size_t)shape.w + (size_t)r->at.left) *
            (size_t)c;
        gt__channels_fetch(&r->channels, r->picture, (int)x->begin,
                           (int)y->begin + i, x->out, row);
        store_row(row, n, bytes ? bytes + at : NULL, reals ? reals + at : NULL);
    }
    free(row);
    return GT_OK;
}

gt_status gt__picture_fit(const gt__pixels *picture, gt_fit fit, gt_shape shape,
                          uint8_t *bytes, gt_real *reals)
{
    resizing r = {.picture = picture,
                  .channels = {shape.c, bytes ? 8 : 16, false},
                  .at = fit == GT_FIT_PAD ? within(picture, shape)
                                          : covering(picture, shape)};
    if (bytes)
        memset(bytes, 0, gt_shape_size(shape));
    else
        memset(reals, 0, gt_shape_size(shape) * sizeof *reals);
    if (r.at.x.step == 1 && r.at.y.step == 1)
        return copy(&r, shape, bytes, reals);
    r.channels.multiplied = shape.c == 4;
    gt_status status = prepare(&r);
    if (status == GT_OK)
        resize(&r, shape, bytes, reals);
    release(&r);
    return status;
}
