/* batch_norm.c: batch normalisation (Ioffe, Szegedy 2015) over samples and
 * positions, per channel.
 *
 * Statistics are computed for blocks that fit into the cache, each by the
 * corrected two-pass formula, which is sound for means far larger than the
 * deviation. Blocks are merged by the pairwise formula, in double (both: Chan,
 * Golub, LeVeque 1983), which adds squares of differences of means and never
 * subtracts a squared mean.
 *
 * A batch may be several shards. Each contributes its number of values, means
 * and variances, and two contributions are merged by the same formula. So one
 * all-reduce is enough; sums of plain deviations would take two, because the
 * mean must be known first. In backward the contributions are sums of
 * gradients. */
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

/* Doubles of the statistics of a shard, or of a block of it: the number of
 * values per channel; then, by channel, means and variances or, in backward,
 * sums of gradients and of their products with the deviations. */
static size_t stats_size(int channels)
{
    return 1 + (size_t)2 * channels;
}

/* The scratch span. */
typedef struct work {
    gt__channel_sums sums;
    double *stats, *block; /* [stats_size]: of the shard, of a block of it */
    gt_real *slope, *offset, *ratio; /* per channel, repeated over a row */
} work;

static size_t both_stats_size(int channels)
{
    size_t bytes = 2 * stats_size(channels) * sizeof(double);
    return (bytes + GT_ALIGN - 1) / GT_ALIGN * (GT_ALIGN / sizeof(gt_real));
}

static size_t work_size(int channels)
{
    return both_stats_size(channels) + gt__channel_sums_size(channels) +
           (size_t)3 * gt__channel_sums_row(channels);
}

static work work_at(int channels, gt_real *scratch)
{
    gt_real *sums = scratch + both_stats_size(channels);
    gt_real *rest = sums + gt__channel_sums_size(channels);
    size_t count = (size_t)gt__channel_sums_row(channels);
    return (work){.sums = gt__channel_sums_at(channels, sums),
                  .stats = (double *)(void *)scratch,
                  .block = (double *)(void *)scratch + stats_size(channels),
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
    layer->state_rate = (gt_real)o->momentum;
    layer->saved = (size_t)2 * c; /* mean, 1 / deviation */
    layer->scratch = work_size(c);
    layer->stat_count = stats_size(c);
    gt_status status =
        gt_layer_add_param(layer, "weight", GT_ROLE_SCALE, 1, &c, 0, 0);
    if (status == GT_OK)
        status = gt_layer_add_param(layer, "bias", GT_ROLE_BIAS, 1, &c, 0, 0);
    if (status == GT_OK)
        status = gt_layer_add_state(layer, "running_mean", GT_ROLE_ZERO, c);
    if (status == GT_OK)
        status = gt_layer_add_state(layer, "running_var", GT_ROLE_ONE, c);
    return status;
}

static size_t pass_count(const gt_layer *layer, const gt_pass *pass)
{
    return (size_t)pass->n * gt_shape_size(layer->in);
}

static void stat_merge(double *to, const double *from, size_t count)
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

static void block_statistics(const work *w, const gt_real *x, size_t n,
                             double *stats)
{
    const gt__channel_sums *l = &w->sums;
    double *means = stats + 1, *variances = means + l->channels;
    gt__channel_sums_deviations(l, x, n);
    stats[0] = (double)(n / (size_t)l->channels);
    for (int c = 0; c < l->channels; c++) {
        double error = l->sum_a[c] / stats[0];
        double variance = l->sum_b[c] / stats[0] - error * error;
        means[c] = l->mean[c] + error;
        variances[c] = variance < 0 ? 0 : variance;
    }
}

static size_t block_at(const work *w, size_t i, size_t count)
{
    size_t block = gt__channel_sums_block(&w->sums);
    return count - i < block ? count - i : block;
}

static void stat_local(const gt_layer *layer, const gt_pass *pass,
                       const gt_layer_io *io, double *stats)
{
    const gt_real *x = io->x[0];
    work w = work_at(layer->in.c, io->scratch);
    size_t count = pass_count(layer, pass), size = stats_size(layer->in.c);
    memset(stats, 0, size * sizeof *stats);
    for (size_t i = 0, n; i < count; i += n) {
        n = block_at(&w, i, count);
        block_statistics(&w, x + i, n, w.block);
        stat_merge(stats, w.block, size);
    }
}

/* From the statistics of the whole batch. */
static void batch_statistics(const gt_layer *layer, const gt_pass *pass,
                             const double *stats, gt_real *mean,
                             gt_real *deviation_inverse)
{
    const options *o = layer->options;
    int channels = layer->in.c;
    double n = stats[0], unbias = n > 1 ? n / (n - 1) : 1;
    const double *means = stats + 1, *variances = means + channels;
    gt_real *to = pass->batch_state;
    for (int c = 0; c < channels; c++) {
        mean[c] = (gt_real)means[c];
        deviation_inverse[c] = (gt_real)(1 / sqrt(variances[c] + o->epsilon));
        if (!to)
            continue;
        to[layer->state[0].offset + c] += pass->weight * mean[c];
        /* One value has no variance. It leaves that of before. */
        to[layer->state[1].offset + c] +=
            pass->weight * (n > 1 ? (gt_real)(unbias * variances[c])
                                  : pass->state[layer->state[1].offset + c]);
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
    const gt_real *restrict mean = w->sums.mean, *restrict slope = w->slope,
                            *restrict offset = w->offset;
    size_t width = (size_t)w->sums.count;
    for (size_t i = 0; i < n; i += width) {
        size_t row = n - i < width ? n - i : width;
        for (size_t j = 0; j < row; j++)
            y[i + j] = (x[i + j] - mean[j]) * slope[j] + offset[j];
    }
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    gt_real *y = io->y;
    work w = work_at(layer->in.c, io->scratch);
    size_t count = pass_count(layer, pass);
    const gt_real *weight = pass->param + layer->param[0].offset;
    const gt_real *bias = pass->param + layer->param[1].offset;
    gt_real *saved_mean = io->saved, *saved_inverse = io->saved + layer->in.c;
    if (pass->training && !pass->batch_stats)
        stat_local(layer, pass, io, w.stats);
    if (pass->training)
        batch_statistics(layer, pass,
                         pass->batch_stats ? pass->batch_stats : w.stats,
                         saved_mean, saved_inverse);
    else
        running_statistics(layer, pass, saved_mean, saved_inverse);

    for (int c = 0; c < layer->in.c; c++) {
        w.sums.mean[c] = saved_mean[c];
        w.slope[c] = weight[c] * saved_inverse[c];
        w.offset[c] = bias[c];
    }
    gt__channel_sums_repeat(&w.sums, w.sums.mean);
    gt__channel_sums_repeat(&w.sums, w.slope);
    gt__channel_sums_repeat(&w.sums, w.offset);
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

static void stat_local_backward(const gt_layer *layer, const gt_pass *pass,
                                const gt_layer_io *io, double *stats)
{
    const gt_real *x = io->x[0];
    const gt_real *y = io->y;
    gt_real *dy = io->dy;
    work w = work_at(layer->in.c, io->scratch);
    size_t channels = (size_t)layer->in.c, count = pass_count(layer, pass);
    memcpy(w.sums.mean, io->saved, channels * sizeof *io->saved);
    gt__channel_sums_repeat(&w.sums, w.sums.mean);
    gt__channel_sums_clear(&w.sums);
    for (size_t i = 0, n; i < count; i += n) {
        n = block_at(&w, i, count);
        gt__fused_apply_grad(layer, y + i, dy + i, n);
        gt__channel_sums_add_gradients(&w.sums, x + i, dy + i, n);
    }
    if (pass->grad)
        put_gradients(layer, pass, &w.sums, io->saved + channels);
    stats[0] = (double)(count / channels);
    memcpy(stats + 1, w.sums.sum_a, channels * sizeof *stats);
    memcpy(stats + 1 + channels, w.sums.sum_b, channels * sizeof *stats);
}

GT_SIMD static void input_gradient(const work *w, const gt_real *x,
                                   const gt_real *dy, gt_real *dx, size_t count)
{
    const gt_real *restrict mean = w->sums.mean, *restrict slope = w->slope,
                            *restrict offset = w->offset,
                            *restrict ratio = w->ratio;
    size_t width = (size_t)w->sums.count;
    for (size_t i = 0; i < count; i += width) {
        size_t row = count - i < width ? count - i : width;
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
                     const gt_layer_io *io)
{
    const gt_real *x = io->x[0];
    const gt_real *y = io->y;
    gt_real *dy = io->dy;
    gt_real *dx = io->dx[0];
    work w = work_at(layer->in.c, io->scratch);
    int channels = layer->in.c;
    size_t count = pass_count(layer, pass);
    const gt_real *weight = pass->param + layer->param[0].offset;
    const gt_real *inverse = io->saved + channels;
    const double *stats = pass->batch_stats ? pass->batch_stats : w.stats;
    if (!pass->batch_stats && (pass->grad || pass->training))
        stat_local_backward(layer, pass, io, w.stats);
    else if (!pass->batch_stats)
        gt__fused_apply_grad(layer, y, dy, count);
    if (!dx)
        return;

    for (int c = 0; c < channels; c++) {
        double s = inverse[c], each = pass->training ? 1 / stats[0] : 0;
        double gradients = stats[1 + c], products = stats[1 + channels + c];
        w.sums.mean[c] = io->saved[c];
        w.slope[c] = weight[c] * inverse[c];
        w.offset[c] = pass->training ? (gt_real)(gradients * each) : 0;
        w.ratio[c] = pass->training ? (gt_real)(products * each * s * s) : 0;
    }
    gt__channel_sums_repeat(&w.sums, w.sums.mean);
    gt__channel_sums_repeat(&w.sums, w.slope);
    gt__channel_sums_repeat(&w.sums, w.offset);
    gt__channel_sums_repeat(&w.sums, w.ratio);
    input_gradient(&w, x, dy, dx, count);
}

const gt_layer_type gt__batch_norm = {
    .name = "batch_norm",
    .help = "batch normalisation per channel, with learnt scale and offset",
    .options = option_table,
    .options_size = sizeof(options),
    .reads_input = true,
    .in_place = true,
    .volumes = true,
    .has_epilogue = true,
    .trains_apart = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .stat_local = stat_local,
    .stat_merge = stat_merge,
    .stat_local_backward = stat_local_backward,
};
