/* batch_norm.c: batch normalisation (Ioffe, Szegedy 2015) over samples and
 * positions, per channel.
 *
 * All loops run over lanes: a sample's channels lie side by side and repeat
 * with period c, so a row of `lanes` values, lanes a multiple of c, meets the
 * same channels in the same places as the next row. Per-channel numbers are
 * spread over the lanes once, and the inner loops vectorise at any c, be it 1
 * or 512. Sums over a block of rows are taken per lane in gt_real, blocks are
 * added in double. The variance is the corrected two-pass one (Chan, Golub,
 * LeVeque 1983), sound for means far beyond the deviation.
 *
 * A batch may be several shards. Each then tells its number of values, means
 * and variances, and two of these make one by the pairwise formula of the same
 * paper, in double: it adds squares of differences of means and never subtracts
 * a squared mean, so it is as sound, and one meeting is enough where adding up
 * plain deviations would take two (the mean must be known first). On the way
 * back the sums are of gradients, and double is more than they need. */
#include "core/simd.h"
#include "nn/carry.h"
#include "nn/layers.h"

#include <math.h>
#include <string.h>

typedef struct options {
    double epsilon, momentum;
} options;

static const gt_option option_table[] = {
    {.key = "epsilon",
     .kind = GT_OPTION_REAL,
     .offset = offsetof(options, epsilon),
     .otherwise = "1e-5",
     .min = 1e-12,
     .max = 1,
     .help = "added to the variance"},
    {.key = "momentum",
     .kind = GT_OPTION_REAL,
     .offset = offsetof(options, momentum),
     .otherwise = "0.1",
     .min = 1e-6,
     .max = 1,
     .help = "weight of a batch in the running statistics"},
    {0},
};

enum {
    MIN_LANES = 64,
    BLOCK_ROWS = 64, /* rows added in gt_real before double takes over */
    PIECE = 8192     /* reals */
};

static int lanes_of(int channels)
{
    return channels * ((MIN_LANES + channels - 1) / channels);
}

/* The scratch span. */
typedef struct work {
    int channels, lanes;
    double *sum_a, *sum_b;    /* [channels] */
    double *told;             /* [exchange] */
    gt_real *part_a, *part_b; /* [lanes]: sums of a block */
    gt_real *mean, *slope;    /* [lanes]: spread over the lanes */
    gt_real *offset, *ratio;  /* [lanes] */
} work;

enum { DOUBLE_REALS = sizeof(double) / sizeof(gt_real) };

/* What a shard tells: values a channel; then, by channel, means and variances,
 * or sums of gradients and of their products with the deviations. */
static size_t exchange_size(int channels)
{
    return 1 + (size_t)2 * channels;
}

/* Doubles of scratch, in whole cache lines. */
static size_t double_size(int channels)
{
    return ((size_t)2 * channels + exchange_size(channels) + 7) / 8 * 8;
}

static size_t work_size(int channels)
{
    return DOUBLE_REALS * double_size(channels) +
           (size_t)6 * lanes_of(channels);
}

static work work_at(int channels, gt_real *scratch)
{
    size_t c = channels, lanes = lanes_of(channels);
    double *sums = (double *)(void *)scratch;
    gt_real *rest = scratch + DOUBLE_REALS * double_size(channels);
    return (work){.channels = channels,
                  .lanes = (int)lanes,
                  .sum_a = sums,
                  .sum_b = sums + c,
                  .told = sums + 2 * c,
                  .part_a = rest,
                  .part_b = rest + lanes,
                  .mean = rest + 2 * lanes,
                  .slope = rest + 3 * lanes,
                  .offset = rest + 4 * lanes,
                  .ratio = rest + 5 * lanes};
}

/* Repeat the first `channels` values of a lane vector over the rest. */
static void spread(gt_real *v, const work *w)
{
    for (int j = w->channels; j < w->lanes; j++)
        v[j] = v[j - w->channels];
}

/* part_a += x - mean, part_b += (x - mean)^2. */
static inline void add_deviations(const work *w, const gt_real *restrict x,
                                  int n)
{
    gt_real *restrict a = w->part_a, *restrict b = w->part_b;
    const gt_real *restrict mean = w->mean;
    for (int j = 0; j < n; j++) {
        gt_real d = x[j] - mean[j];
        a[j] += d;
        b[j] += d * d;
    }
}

/* Values of a layer, and the way back through them. */
typedef struct way_back {
    const gt_layer *layer;
    const gt_real *y;
    gt_real *dy;
} way_back;

/* part_a += dy, part_b += dy (x - mean). */
static inline void add_gradients(const work *w, const gt_real *restrict x,
                                 const gt_real *restrict dy, int n)
{
    gt_real *restrict a = w->part_a, *restrict b = w->part_b;
    const gt_real *restrict mean = w->mean;
    for (int j = 0; j < n; j++) {
        a[j] += dy[j];
        b[j] += dy[j] * (x[j] - mean[j]);
    }
}

static void add_block(const work *w)
{
    for (int j = 0; j < w->lanes; j += w->channels)
        for (int c = 0; c < w->channels; c++) {
            w->sum_a[c] += w->part_a[j + c];
            w->sum_b[c] += w->part_b[j + c];
        }
}

/* sum_a, sum_b over `count` values of x: of the deviations and their squares,
 * or, on the way back, of the gradients, after the activation was undone, and
 * their products with the deviations. */
GT_SIMD static void sum(const work *w, const gt_real *x, const way_back *back,
                        size_t count)
{
    memset(w->sum_a, 0, (size_t)w->channels * sizeof *w->sum_a);
    memset(w->sum_b, 0, (size_t)w->channels * sizeof *w->sum_b);
    for (size_t i = 0; i < count;) {
        memset(w->part_a, 0, (size_t)w->lanes * sizeof *w->part_a);
        memset(w->part_b, 0, (size_t)w->lanes * sizeof *w->part_b);
        size_t block = (size_t)BLOCK_ROWS * (size_t)w->lanes;
        if (back)
            gt__then_back(back->layer, back->y + i, back->dy + i,
                          count - i < block ? count - i : block);
        for (int row = 0; row < BLOCK_ROWS && i < count; row++) {
            size_t left = count - i;
            int n = left < (size_t)w->lanes ? (int)left : w->lanes;
            if (back)
                add_gradients(w, x + i, back->dy + i, n);
            else
                add_deviations(w, x + i, n);
            i += n;
        }
        add_block(w);
    }
}

static gt_status plan(gt_layer *layer, int max_n)
{
    (void)max_n;
    const options *o = layer->options;
    int c = layer->in.c;
    layer->out = layer->in;
    gt_layer_add_param(layer, "weight", GT_ROLE_SCALE, 1, &c, 0, 0);
    gt_layer_add_param(layer, "bias", GT_ROLE_BIAS, 1, &c, 0, 0);
    gt_layer_add_state(layer, "running_mean", GT_ROLE_ZERO, c);
    gt_layer_add_state(layer, "running_var", GT_ROLE_ONE, c);
    layer->state_rate = (gt_real)o->momentum;
    layer->saved = (size_t)2 * c; /* mean, 1 / deviation */
    layer->scratch = work_size(c);
    layer->exchange = exchange_size(c);
    return GT_OK;
}

static size_t pass_count(const gt_layer *layer, const gt_pass *pass)
{
    return (size_t)pass->n * gt_shape_size(layer->in);
}

static double values_per_channel(const work *w, size_t count)
{
    return (double)(count / (size_t)w->channels);
}

/* Mean and variance of this shard: a first pass for the mean, a second for the
 * variance about it, which also corrects the first one's rounding. */
static void gather(const gt_layer *layer, const gt_pass *pass, const gt_real *x,
                   double *mine, gt_real *scratch)
{
    work w = work_at(layer->in.c, scratch);
    size_t count = pass_count(layer, pass);
    double n = values_per_channel(&w, count);
    double *means = mine + 1, *variances = means + w.channels;
    memset(w.mean, 0, (size_t)w.lanes * sizeof *w.mean);
    sum(&w, x, NULL, count);
    for (int c = 0; c < w.channels; c++)
        w.mean[c] = (gt_real)(w.sum_a[c] / n);
    spread(w.mean, &w);
    sum(&w, x, NULL, count);
    mine[0] = n;
    for (int c = 0; c < w.channels; c++) {
        double error = w.sum_a[c] / n;
        double variance = w.sum_b[c] / n - error * error;
        means[c] = w.mean[c] + error;
        variances[c] = variance < 0 ? 0 : variance;
    }
}

static void merge(double *to, const double *from, size_t count)
{
    double a = to[0], b = from[0], n = a + b;
    size_t channels = (count - 1) / 2;
    double *means = to + 1, *variances = means + channels;
    if (b == 0)
        return;
    for (size_t c = 0; c < channels; c++) {
        double apart = from[1 + c] - means[c];
        double variance = from[1 + channels + c];
        means[c] += apart * (b / n);
        variances[c] = (a * variances[c] + b * variance) / n +
                       apart * apart * (a / n) * (b / n);
    }
    to[0] = n;
}

/* From what was told of the whole batch. */
static void batch_statistics(const gt_layer *layer, const gt_pass *pass,
                             const double *told, gt_real *mean,
                             gt_real *deviation_inverse)
{
    const options *o = layer->options;
    int channels = layer->in.c;
    double n = told[0], unbias = n > 1 ? n / (n - 1) : 1;
    const double *means = told + 1, *variances = means + channels;
    gt_real *to = pass->batch_state;
    for (int c = 0; c < channels; c++) {
        mean[c] = (gt_real)means[c];
        deviation_inverse[c] = (gt_real)(1 / sqrt(variances[c] + o->epsilon));
        if (!to)
            continue;
        to[layer->state[0].offset + c] += pass->share * mean[c];
        to[layer->state[1].offset + c] +=
            pass->share * (gt_real)(unbias * variances[c]);
    }
}

static void running_statistics(const gt_layer *layer, const gt_pass *pass,
                               gt_real *mean, gt_real *deviation_inverse)
{
    const options *o = layer->options;
    const gt_real *running_mean = pass->state + layer->state[0].offset;
    const gt_real *running_var = pass->state + layer->state[1].offset;
    for (int c = 0; c < layer->in.c; c++) {
        mean[c] = running_mean[c];
        deviation_inverse[c] =
            (gt_real)(1 / sqrt((double)running_var[c] + o->epsilon));
    }
}

GT_SIMD static void normalise(const work *w, const gt_real *x, gt_real *y,
                              size_t count)
{
    const gt_real *restrict mean = w->mean, *restrict slope = w->slope,
                            *restrict offset = w->offset;
    for (size_t i = 0; i < count; i += w->lanes) {
        size_t left = count - i;
        int n = left < (size_t)w->lanes ? (int)left : w->lanes;
        for (int j = 0; j < n; j++)
            y[i + j] = (x[i + j] - mean[j]) * slope[j] + offset[j];
    }
}

/* Whole rows that stay in the first-level cache. */
static size_t piece_of(const work *w)
{
    size_t rows = PIECE / (size_t)w->lanes;
    return (rows > 0 ? rows : 1) * (size_t)w->lanes;
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_real *x, gt_real *y, gt_real *saved,
                    gt_real *scratch)
{
    work w = work_at(layer->in.c, scratch);
    size_t count = pass_count(layer, pass);
    const gt_real *weight = pass->param + layer->param[0].offset;
    const gt_real *bias = pass->param + layer->param[1].offset;
    gt_real *saved_mean = saved, *saved_inverse = saved + w.channels;
    if (pass->training && !pass->total)
        gather(layer, pass, x, w.told, scratch);
    if (pass->training)
        batch_statistics(layer, pass, pass->total ? pass->total : w.told,
                         saved_mean, saved_inverse);
    else
        running_statistics(layer, pass, saved_mean, saved_inverse);

    for (int c = 0; c < w.channels; c++) {
        w.mean[c] = saved_mean[c];
        w.slope[c] = weight[c] * saved_inverse[c];
        w.offset[c] = bias[c];
    }
    spread(w.mean, &w);
    spread(w.slope, &w);
    spread(w.offset, &w);
    size_t piece = piece_of(&w);
    for (size_t i = 0; i < count; i += piece) {
        size_t n = count - i < piece ? count - i : piece;
        normalise(&w, x + i, y + i, n);
        gt__then(layer, y + i, n);
    }
}

static void put_gradients(const gt_layer *layer, const gt_pass *pass,
                          const work *w, const gt_real *inverse)
{
    gt_real *weight = pass->grad + layer->param[0].offset;
    gt_real *bias = pass->grad + layer->param[1].offset;
    for (int c = 0; c < w->channels; c++) {
        gt_real to_weight = (gt_real)(w->sum_b[c] * inverse[c]);
        gt_real to_bias = (gt_real)w->sum_a[c];
        weight[c] = pass->accumulate ? weight[c] + to_weight : to_weight;
        bias[c] = pass->accumulate ? bias[c] + to_bias : to_bias;
    }
}

static void gather_back(const gt_layer *layer, const gt_pass *pass,
                        const gt_real *x, const gt_real *y, gt_real *dy,
                        const gt_real *saved, double *mine, gt_real *scratch)
{
    work w = work_at(layer->in.c, scratch);
    size_t count = pass_count(layer, pass);
    memcpy(w.mean, saved, (size_t)w.channels * sizeof *saved);
    spread(w.mean, &w);
    sum(&w, x, &(way_back){layer, y, dy}, count);
    if (pass->grad)
        put_gradients(layer, pass, &w, saved + w.channels);
    mine[0] = values_per_channel(&w, count);
    memcpy(mine + 1, w.sum_a, (size_t)2 * w.channels * sizeof *mine);
}

/* With s = 1 / deviation, h = (x - mean) s and means over the batch,
 * dx = weight s (dy - mean(dy) - h mean(dy h)); in evaluation the statistics
 * are constants and the two means drop out. */
GT_SIMD static void backward(const gt_layer *layer, const gt_pass *pass,
                             const gt_real *x, const gt_real *y, gt_real *dy,
                             gt_real *dx, const gt_real *saved,
                             gt_real *scratch)
{
    work w = work_at(layer->in.c, scratch);
    size_t count = pass_count(layer, pass);
    const gt_real *weight = pass->param + layer->param[0].offset;
    const gt_real *inverse = saved + w.channels;
    const double *told = pass->total ? pass->total : w.told;
    if (!pass->total && (pass->grad || pass->training))
        gather_back(layer, pass, x, y, dy, saved, w.told, scratch);
    else if (!pass->total)
        gt__then_back(layer, y, dy, count);
    if (!dx)
        return;

    for (int c = 0; c < w.channels; c++) {
        double s = inverse[c], each = pass->training ? 1 / told[0] : 0;
        double gradients = told[1 + c], products = told[1 + w.channels + c];
        w.mean[c] = saved[c];
        w.slope[c] = weight[c] * inverse[c];
        w.offset[c] = pass->training ? (gt_real)(gradients * each) : 0;
        w.ratio[c] = pass->training ? (gt_real)(products * each * s * s) : 0;
    }
    spread(w.mean, &w);
    spread(w.slope, &w);
    spread(w.offset, &w);
    spread(w.ratio, &w);
    const gt_real *restrict mean = w.mean, *restrict slope = w.slope,
                            *restrict offset = w.offset,
                            *restrict ratio = w.ratio;
    for (size_t i = 0; i < count; i += w.lanes) {
        size_t left = count - i;
        int n = left < (size_t)w.lanes ? (int)left : w.lanes;
        for (int j = 0; j < n; j++)
            dx[i + j] =
                (dy[i + j] - offset[j] - (x[i + j] - mean[j]) * ratio[j]) *
                slope[j];
    }
}

const gt_layer_type gt__batch_norm = {
    .name = "batch_norm",
    .help = "batch normalisation per channel, with learnt scale and offset",
    .options = option_table,
    .options_size = sizeof(options),
    .reads_input = true,
    .in_place = true,
    .carries = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .gather = gather,
    .merge = merge,
    .gather_back = gather_back,
};
