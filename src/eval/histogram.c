/* histogram.c: two passes over blocks of samples. The first one looks at some
 * values of some samples, to lay out bins; the second one counts all. */
#include "eval/histogram.h"

#include "base/heartbeat.h"
#include "core/arena.h"
#include "eval/blocks.h"
#include "eval/gather.h"

#include <math.h>
#include <stdlib.h>

enum {
    LOOKS = 16,   /* blocks of the first pass, at most, */
    VALUES = 256, /* and values of a sample there */
    DECADES = 8,  /* of logarithmic bins, at most */
};

/* --- Bins. */

double gt_histogram_edge(const gt_histogram *h, int i)
{
    double part = (double)i / GT_HISTOGRAM_BINS;
    if (!h->logarithmic)
        return h->low + part * (h->high - h->low);
    return h->low * pow(h->high / h->low, part);
}

static void count_one(gt_histogram *h, gt_counted whose, double value)
{
    h->all[whose]++;
    if (!isfinite(value)) {
        h->no_number[whose]++;
    } else if (value < h->low) {
        h->below[whose]++;
    } else if (value > h->high) {
        h->above[whose]++;
    } else {
        double part = h->logarithmic
                          ? log(value / h->low) / log(h->high / h->low)
                          : (value - h->low) / (h->high - h->low);
        int i = (int)(part * GT_HISTOGRAM_BINS);
        h->count[whose][i < GT_HISTOGRAM_BINS ? i : GT_HISTOGRAM_BINS - 1]++;
    }
}

/* Finite numbers in order. */
typedef struct sorted {
    double *x;
    size_t n;
} sorted;

static double quantile(const sorted *s, double part)
{
    return s->x[(size_t)(part * (double)(s->n - 1) + 0.5)];
}

/* The first that is above 0. */
static sorted positive(const sorted *s)
{
    size_t i = 0;
    while (i < s->n && !(s->x[i] > 0))
        i++;
    return (sorted){s->x + i, s->n - i};
}

/* Values of 0 and more, but for what rounding leaves, of which the positive
 * ones span decades. Those of few are not worth it. */
static bool spans_decades(const sorted *data)
{
    sorted above = positive(data);
    return above.n >= 100 && data->x[0] >= -1e-6 * quantile(&above, 1) &&
           quantile(&above, 0.999) > 1000 * quantile(&above, 0.02);
}

static void widen(double *low, double *high, double to_low, double to_high)
{
    double room = *high - *low;
    *low = fmin(*low, fmax(to_low, *low - room));
    *high = fmax(*high, fmin(to_high, *high + room));
}

/* Linear bins: of all the data, unless a few reach far beyond the others. */
static void lay_linear(gt_histogram *h, const sorted *data, const sorted *model)
{
    h->low = quantile(data, 0.001);
    h->high = quantile(data, 0.999);
    double least = data->x[0], most = data->x[data->n - 1];
    if (most - least <= 2 * (h->high - h->low)) {
        h->low = least;
        h->high = most;
    }
    if (model->n > 0)
        widen(&h->low, &h->high, quantile(model, 0.005),
              quantile(model, 0.995));
    double room = 0.02 * (h->high - h->low);
    if (!(room > 0))
        room = fmax(0.5, fabs(h->low) * 1e-3);
    h->low -= room;
    h->high += room;
}

static void lay_logarithmic(gt_histogram *h, const sorted *data,
                            const sorted *model)
{
    sorted above = positive(data), made = positive(model);
    double low = log10(quantile(&above, 0.005)),
           high = log10(quantile(&above, 1));
    low = fmax(low, high - DECADES);
    if (made.n > 0)
        widen(&low, &high, low, log10(quantile(&made, 0.995)));
    h->logarithmic = true;
    h->low = pow(10, low - 0.02 * (high - low));
    h->high = pow(10, high + 0.02 * (high - low));
}

static void lay_out(gt_histogram *h, const sorted *data, const sorted *model)
{
    *h = (gt_histogram){.low = 0, .high = 1};
    if (data->n == 0)
        return;
    if (spans_decades(data))
        lay_logarithmic(h, data, model);
    else
        lay_linear(h, data, model);
}

/* Each of 4 neighbouring bytes has a bin; 16 bits likewise. */
static void lay_known(gt_histogram *h, double low, double high)
{
    *h = (gt_histogram){.low = low - 0.5, .high = high + 0.5};
}

/* --- Passes. */

typedef struct pass {
    gt_sample_stream stream;
    gt_counted whose;
    size_t size;
    gt_real *units;                    /* [block x size] */
    const gt_histogram *values, *sums; /* where the bins are; NULL: a look */
    size_t stride;                     /* of the values that a look takes */
} pass;

static gt_status read_block(pass *p, int64_t block, int *n)
{
    gt_samples samples;
    gt_status status = gt_sample_stream_block(&p->stream, block, &samples);
    if (status == GT_OK)
        gt_sample_units(p->stream.reader, samples.x, samples.conditions,
                        (size_t)samples.n, p->units);
    *n = samples.n;
    gt_heartbeat();
    return status;
}

static double sum_of(const pass *p, int i)
{
    double sum = 0;
    for (size_t k = 0; k < p->size; k++)
        sum += p->units[(size_t)i * p->size + k];
    return sum;
}

/* Of each sample: its sum, and values far apart from each other, others of the
 * next. */
static gt_status look_at(void *context, int64_t block, double *result)
{
    pass *p = context;
    int n;
    gt_status status = read_block(p, block, &n);
    for (int i = 0; i < p->stream.block; i++, result += VALUES + 1) {
        result[0] = status == GT_OK && i < n ? sum_of(p, i) : NAN;
        for (size_t k = 0; k < VALUES; k++) {
            size_t at = k * p->stride + (size_t)i % p->stride;
            result[1 + k] = status == GT_OK && i < n && at < p->size
                                ? p->units[(size_t)i * p->size + at]
                                : NAN;
        }
    }
    return status;
}

enum { BELOW = GT_HISTOGRAM_BINS, ABOVE, NO_NUMBER, ALL, COUNTS };

static void put(const gt_histogram *h, gt_counted whose, double *result)
{
    for (int i = 0; i < GT_HISTOGRAM_BINS; i++)
        result[i] = h->count[whose][i];
    result[BELOW] = h->below[whose];
    result[ABOVE] = h->above[whose];
    result[NO_NUMBER] = h->no_number[whose];
    result[ALL] = h->all[whose];
}

static void add(gt_histogram *h, gt_counted whose, const double *result)
{
    for (int i = 0; i < GT_HISTOGRAM_BINS; i++)
        h->count[whose][i] += result[i];
    h->below[whose] += result[BELOW];
    h->above[whose] += result[ABOVE];
    h->no_number[whose] += result[NO_NUMBER];
    h->all[whose] += result[ALL];
}

static gt_status count_block(void *context, int64_t block, double *result)
{
    pass *p = context;
    gt_histogram values = *p->values, sums = *p->sums;
    int n;
    gt_status status = read_block(p, block, &n);
    if (status != GT_OK)
        return status;
    for (int i = 0; i < n; i++)
        count_one(&sums, p->whose, sum_of(p, i));
    for (size_t k = 0; k < (size_t)n * p->size; k++)
        count_one(&values, p->whose, p->units[k]);
    put(&values, p->whose, result);
    put(&sums, p->whose, result + COUNTS);
    return GT_OK;
}

/* --- The whole. */

static gt_status begin(pass *p, gt_subject *subject, gt_counted whose)
{
    gt_subject_set set = whose == GT_COUNTED_MODEL
                             ? GT_SET_MODEL
                             : gt_subject_reference(subject);
    gt_status status = gt_subject_stream(subject, set, &p->stream);
    p->whose = whose;
    p->size = gt_shape_size(p->stream.reader->source->shape);
    p->stride = (p->size + VALUES - 1) / VALUES;
    p->units = gt_real_alloc((size_t)p->stream.block * p->size);
    if (status == GT_OK && !p->units)
        status = gt_fail(GT_ERR_MEMORY, "no memory for a block of samples");
    return status;
}

static void end(pass *p)
{
    gt_sample_stream_free(&p->stream);
    free(p->units);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What a look found of n samples: their values, or their sums. */
static gt_status sort(const double *results, size_t n, bool sums, sorted *out)
{
    size_t each = sums ? 1 : VALUES;
    *out = (sorted){.n = 0};
    gt_status status = gt_blocks_alloc(&out->x, n * each, "a histogram");
    for (size_t i = 0; status == GT_OK && i < n; i++)
        for (size_t k = 0; k < each; k++) {
            double x = results[i * (VALUES + 1) + (sums ? 0 : 1 + k)];
            if (isfinite(x))
                out->x[out->n++] = x;
        }
    if (status == GT_OK)
        qsort(out->x, out->n, sizeof *out->x, by_size);
    return status;
}

/* Look at the first blocks. */
static gt_status look(gt_comm *comm, pass *p, sorted *values, sorted *sums)
{
    int64_t blocks = p->stream.blocks < LOOKS ? p->stream.blocks : LOOKS;
    size_t n = (size_t)blocks * (size_t)p->stream.block;
    size_t size = (size_t)p->stream.block * (VALUES + 1);
    double *results = NULL;
    gt_status status = gt_comm_agree(
        comm, gt_blocks_alloc(&results, (size_t)blocks * size, "a histogram"));
    if (status == GT_OK)
        status = gt_blocks_map(comm, blocks, size, look_at, p, results);
    if (status == GT_OK) {
        status = sort(results, n, false, values);
        if (status == GT_OK)
            status = sort(results, n, true, sums);
        status = gt_comm_agree(comm, status);
    }
    free(results);
    return status;
}

static gt_status choose_bins(gt_comm *comm, pass passes[GT_COUNTED],
                             gt_histogram *values, gt_histogram *sums)
{
    sorted value[GT_COUNTED] = {{0}}, sum[GT_COUNTED] = {{0}};
    const gt_source *source = passes[0].stream.reader->source;
    gt_status status = GT_OK;
    for (int i = 0; i < GT_COUNTED && status == GT_OK; i++)
        status = look(comm, &passes[i], &value[i], &sum[i]);
    if (status == GT_OK) {
        lay_out(values, &value[0], &value[1]);
        lay_out(sums, &sum[0], &sum[1]);
        if (source->element != GT_ELEMENT_REALS)
            lay_known(values, 0, 255);
        else if (source->high > source->low)
            lay_known(values, source->low, source->high);
    }
    for (int i = 0; i < GT_COUNTED; i++) {
        free(value[i].x);
        free(sum[i].x);
    }
    return status;
}

static gt_status count_all(gt_comm *comm, pass *p, gt_histogram *values,
                           gt_histogram *sums)
{
    gt_histogram value_bins = *values, sum_bins = *sums;
    double *results = NULL;
    gt_status status = gt_comm_agree(
        comm, gt_blocks_alloc(&results, (size_t)p->stream.blocks * 2 * COUNTS,
                              "a histogram"));
    for (int i = 0; i < GT_HISTOGRAM_BINS; i++)
        value_bins.count[p->whose][i] = sum_bins.count[p->whose][i] = 0;
    p->values = &value_bins;
    p->sums = &sum_bins;
    if (status == GT_OK)
        status = gt_blocks_map(comm, p->stream.blocks, (size_t)2 * COUNTS,
                               count_block, p, results);
    for (int64_t b = 0; status == GT_OK && b < p->stream.blocks; b++) {
        add(values, p->whose, results + b * 2 * COUNTS);
        add(sums, p->whose, results + b * 2 * COUNTS + COUNTS);
    }
    free(results);
    return status;
}

gt_status gt_histogram_find(gt_subject *subject, gt_histogram *values,
                            gt_histogram *sums)
{
    pass passes[GT_COUNTED] = {{.whose = 0}};
    gt_status status = GT_OK;
    for (int i = 0; i < GT_COUNTED; i++) {
        gt_status begun = begin(&passes[i], subject, (gt_counted)i);
        status = status == GT_OK ? begun : status;
    }
    status = gt_comm_agree(subject->comm, status);
    if (status == GT_OK)
        status = choose_bins(subject->comm, passes, values, sums);
    for (int i = 0; i < GT_COUNTED && status == GT_OK; i++)
        status = count_all(subject->comm, &passes[i], values, sums);
    for (int i = 0; i < GT_COUNTED; i++)
        end(&passes[i]);
    return status;
}
