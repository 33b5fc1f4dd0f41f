/* batch_norm.c: batch normalisation (Ioffe, Szegedy 2015) over samples and
 * positions, per channel.
 *
 * The statistics are those of blocks that the cache holds, each by the
 * corrected two-pass formula, sound for means far beyond the deviation; blocks
 * are merged by the pairwise one, in double (both: Chan, Golub, LeVeque 1983).
 * That adds squares of differences of means and never subtracts a squared mean.
 *
 * A batch may be several shards. Each then tells its number of values, means
 * and variances, and two of these are merged in the same way, so one meeting is
 * enough where adding up plain deviations would take two (the mean must be
 * known first). On the way back the sums are of gradients, and double is more
 * than they need. */
#include "core/simd.h"
#include "nn/channel_sums.h"
#include "nn/epilogue.h"
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

/* What a shard tells: values a channel; then, by channel, means and variances,
 * or sums of gradients and of their products with the deviations. */
static size_t exchange_size(int channels)
{
    return 1 + (size_t)2 * channels;
}

/* The scratch span. */
typedef struct work {
    gt__channel_sums lanes;
    double *told, *block;    /* [exchange]: of the shard, of a block of it */
    gt_real *slope, *offset; /* spread over the lanes */
    gt_real *ratio;
} work;

static size_t told_size(int channels)
{
    size_t bytes = 2 * exchange_size(channels) * sizeof(double);
    return (bytes + GT_ALIGN - 1) / GT_ALIGN * (GT_ALIGN / sizeof(gt_real));
}

static size_t work_size(int channels)
{
    return told_size(channels) + gt__channel_sums_size(channels) +
           (size_t)3 * gt__channel_sums_row(channels);
}

static work work_at(int channels, gt_real *scratch)
{
    gt_real *lanes = scratch + told_size(channels);
    gt_real *rest = lanes + gt__channel_sums_size(channels);
    size_t count = (size_t)gt__channel_sums_row(channels);
    return (work){.lanes = gt__channel_sums_at(channels, lanes),
                  .told = (double *)(void *)scratch,
                  .block = (double *)(void *)scratch + exchange_size(channels),
                  .slope = rest,
                  .offset = rest + count,
                  .ratio = rest + 2 * count};
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
    layer->stat_count = exchange_size(c);
    return GT_OK;
}

static size_t pass_count(const gt_layer *layer, const gt_pass *pass)
{
    return (size_t)pass->n * gt_shape_size(layer->in);
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

static void tell_block(const work *w, const gt_real *x, size_t n, double *told)
{
    const gt__channel_sums *l = &w->lanes;
    double *means = told + 1, *variances = means + l->channels;
    gt__channel_sums_deviations(l, x, n);
    told[0] = (double)(n / (size_t)l->channels);
    for (int c = 0; c < l->channels; c++) {
        double error = l->sum_a[c] / told[0];
        double variance = l->sum_b[c] / told[0] - error * error;
        means[c] = l->mean[c] + error;
        variances[c] = variance < 0 ? 0 : variance;
    }
}

static size_t block_at(const work *w, size_t i, size_t count)
{
    size_t block = gt__channel_sums_block(&w->lanes);
    return count - i < block ? count - i : block;
}

/* Mean and variance of this shard. */
static void gather(const gt_layer *layer, const gt_pass *pass, const gt_real *x,
                   double *mine, gt_real *scratch)
{
    work w = work_at(layer->in.c, scratch);
    size_t count = pass_count(layer, pass), size = exchange_size(layer->in.c);
    memset(mine, 0, size * sizeof *mine);
    for (size_t i = 0, n; i < count; i += n) {
        n = block_at(&w, i, count);
        tell_block(&w, x + i, n, w.block);
        merge(mine, w.block, size);
    }
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
        to[layer->state[0].offset + c] += pass->weight * mean[c];
        to[layer->state[1].offset + c] +=
            pass->weight * (gt_real)(unbias * variances[c]);
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
                              size_t n)
{
    const gt_real *restrict mean = w->lanes.mean, *restrict slope = w->slope,
                            *restrict offset = w->offset;
    size_t lanes = (size_t)w->lanes.count;
    for (size_t i = 0; i < n; i += lanes) {
        size_t row = n - i < lanes ? n - i : lanes;
        for (size_t j = 0; j < row; j++)
            y[i + j] = (x[i + j] - mean[j]) * slope[j] + offset[j];
    }
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_real *x, gt_real *y, gt_real *saved,
                    gt_real *scratch)
{
    work w = work_at(layer->in.c, scratch);
    size_t count = pass_count(layer, pass);
    const gt_real *weight = pass->param + layer->param[0].offset;
    const gt_real *bias = pass->param + layer->param[1].offset;
    gt_real *saved_mean = saved, *saved_inverse = saved + layer->in.c;
    if (pass->training && !pass->batch_stats)
        gather(layer, pass, x, w.told, scratch);
    if (pass->training)
        batch_statistics(layer, pass,
                         pass->batch_stats ? pass->batch_stats : w.told,
                         saved_mean, saved_inverse);
    else
        running_statistics(layer, pass, saved_mean, saved_inverse);

    for (int c = 0; c < layer->in.c; c++) {
        w.lanes.mean[c] = saved_mean[c];
        w.slope[c] = weight[c] * saved_inverse[c];
        w.offset[c] = bias[c];
    }
    gt__channel_sums_repeat(&w.lanes, w.lanes.mean);
    gt__channel_sums_repeat(&w.lanes, w.slope);
    gt__channel_sums_repeat(&w.lanes, w.offset);
    for (size_t i = 0, n; i < count; i += n) {
        n = block_at(&w, i, count);
        normalise(&w, x + i, y + i, n);
        gt__fused_apply(layer, y + i, n);
    }
}

static void put_gradients(const gt_layer *layer, const gt_pass *pass,
                          const gt__channel_sums *l, const gt_real *inverse)
{
    gt_real *weight = pass->grad + layer->param[0].offset;
    gt_real *bias = pass->grad + layer->param[1].offset;
    for (int c = 0; c < l->channels; c++) {
        gt_real to_weight = (gt_real)(l->sum_b[c] * inverse[c]);
        gt_real to_bias = (gt_real)l->sum_a[c];
        weight[c] = pass->accumulate ? weight[c] + to_weight : to_weight;
        bias[c] = pass->accumulate ? bias[c] + to_bias : to_bias;
    }
}

static void gather_back(const gt_layer *layer, const gt_pass *pass,
                        const gt_real *x, const gt_real *y, gt_real *dy,
                        const gt_real *saved, double *mine, gt_real *scratch)
{
    work w = work_at(layer->in.c, scratch);
    size_t channels = (size_t)layer->in.c, count = pass_count(layer, pass);
    memcpy(w.lanes.mean, saved, channels * sizeof *saved);
    gt__channel_sums_repeat(&w.lanes, w.lanes.mean);
    gt__channel_sums_clear(&w.lanes);
    for (size_t i = 0, n; i < count; i += n) {
        n = block_at(&w, i, count);
        gt__fused_apply_grad(layer, y + i, dy + i, n);
        gt__channel_sums_add_gradients(&w.lanes, x + i, dy + i, n);
    }
    if (pass->grad)
        put_gradients(layer, pass, &w.lanes, saved + channels);
    mine[0] = (double)(count / channels);
    memcpy(mine + 1, w.lanes.sum_a, channels * sizeof *mine);
    memcpy(mine + 1 + channels, w.lanes.sum_b, channels * sizeof *mine);
}

GT_SIMD static void take_back(const work *w, const gt_real *x,
                              const gt_real *dy, gt_real *dx, size_t count)
{
    const gt_real *restrict mean = w->lanes.mean, *restrict slope = w->slope,
                            *restrict offset = w->offset,
                            *restrict ratio = w->ratio;
    size_t lanes = (size_t)w->lanes.count;
    for (size_t i = 0; i < count; i += lanes) {
        size_t row = count - i < lanes ? count - i : lanes;
        for (size_t j = 0; j < row; j++)
            dx[i + j] =
                (dy[i + j] - offset[j] - (x[i + j] - mean[j]) * ratio[j]) *
                slope[j];
    }
}

/* With s = 1 / deviation, h = (x - mean) s and means over the batch,
 * dx = weight s (dy - mean(dy) - h mean(dy h)); in evaluation the statistics
 * are constants and the two means drop out. */
static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_real *x, const gt_real *y, gt_real *dy,
                     gt_real *dx, const gt_real *saved, gt_real *scratch)
{
    work w = work_at(layer->in.c, scratch);
    int channels = layer->in.c;
    size_t count = pass_count(layer, pass);
    const gt_real *weight = pass->param + layer->param[0].offset;
    const gt_real *inverse = saved + channels;
    const double *told = pass->batch_stats ? pass->batch_stats : w.told;
    if (!pass->batch_stats && (pass->grad || pass->training))
        gather_back(layer, pass, x, y, dy, saved, w.told, scratch);
    else if (!pass->batch_stats)
        gt__fused_apply_grad(layer, y, dy, count);
    if (!dx)
        return;

    for (int c = 0; c < channels; c++) {
        double s = inverse[c], each = pass->training ? 1 / told[0] : 0;
        double gradients = told[1 + c], products = told[1 + channels + c];
        w.lanes.mean[c] = saved[c];
        w.slope[c] = weight[c] * inverse[c];
        w.offset[c] = pass->training ? (gt_real)(gradients * each) : 0;
        w.ratio[c] = pass->training ? (gt_real)(products * each * s * s) : 0;
    }
    gt__channel_sums_repeat(&w.lanes, w.lanes.mean);
    gt__channel_sums_repeat(&w.lanes, w.slope);
    gt__channel_sums_repeat(&w.lanes, w.offset);
    gt__channel_sums_repeat(&w.lanes, w.ratio);
    take_back(&w, x, dy, dx, count);
}

const gt_layer_type gt__batch_norm = {
    .name = "batch_norm",
    .help = "batch normalisation per channel, with learnt scale and offset",
    .options = option_table,
    .options_size = sizeof(options),
    .reads_input = true,
    .in_place = true,
    .has_epilogue = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .gather = gather,
    .merge = merge,
    .gather_back = gather_back,
};
