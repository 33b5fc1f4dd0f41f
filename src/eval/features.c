/* features.c: three ways to the same thing, points that can be compared. */
#include "eval/features.h"

#include "core/arena.h"
#include "core/product.h"
#include "core/rng.h"
#include "data/config.h"
#include "nn/network.h"
#include "tasks/learner.h"
#include "tasks/runner.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The most values that are taken as they are; the fewest and the most
 * projections, and the most numbers of their matrix. */
enum { MOST_VALUES = 1024, LEAST_DIM = 32, MOST_DIM = 512 };
static const size_t most_projection = 16 << 20;

const char *const gt_feature_kind_names[] = {
    [GT_FEATURES_VALUES] = "values",
    [GT_FEATURES_PROJECTION] = "projection",
    [GT_FEATURES_CLASSIFIER] = "classifier",
    [GT_FEATURES_GIVEN] = "given",
    NULL};

/* --- Values. */

static int dim_of(size_t size)
{
    if (size <= MOST_VALUES)
        return (int)size;
    size_t dim = most_projection / size;
    return dim < LEAST_DIM ? LEAST_DIM : dim > MOST_DIM ? MOST_DIM : (int)dim;
}

/* A fixed matrix: its seed is no one's choice. */
static gt_status draw_projection(gt_features *f)
{
    size_t dim = (size_t)f->dim;
    f->projection = gt_real_alloc(f->size * dim);
    if (!f->projection)
        return gt_fail(GT_ERR_MEMORY, "no memory for projections of samples");
    gt_real scale = (gt_real)(1 / sqrt((double)f->dim));
    for (size_t i = 0; i < f->size; i++) {
        gt_real *row = f->projection + i * dim;
        gt_rng_normal((gt_rng){.sample = i, .stream = GT_STREAM_PROJECTION},
                      row, dim);
        for (size_t k = 0; k < dim; k++)
            row[k] *= scale;
    }
    return GT_OK;
}

gt_status gt_features_of_values(gt_features *f, size_t size, int max_n)
{
    *f = (gt_features){.dim = dim_of(size), .max_n = max_n, .size = size};
    if (size <= MOST_VALUES)
        return GT_OK;
    f->kind = GT_FEATURES_PROJECTION;
    return draw_projection(f);
}

/* --- A classifier. */

bool gt_features_has_classes(const gt_task *task)
{
    return task->type->end(task, 0) == GT_END_CLASSES;
}

/* Values of bytes as one range has them are v = scale byte + shift. */
static void scale_of(gt_range range, double *scale, double *shift)
{
    *scale = range == GT_RANGE_UNIT ? 1 / 255.0 : 1 / 127.5;
    *shift = range == GT_RANGE_UNIT ? 0 : -1;
}

gt_status gt_features_of_classifier(gt_features *f, gt_task *classifier,
                                    gt_range range, size_t size, int stack,
                                    int max_n)
{
    const gt_data_config *data = gt_data_config_of(classifier->setup.config);
    const gt_network *net = classifier->learner[0]->net;
    double from, from_shift, to, to_shift;
    assert(gt_features_has_classes(classifier));
    scale_of(range, &from, &from_shift);
    scale_of((gt_range)data->range, &to, &to_shift);
    *f = (gt_features){
        .kind = GT_FEATURES_CLASSIFIER,
        .dim = stack * (int)gt_shape_size(net->layers[net->n_layers - 1].in),
        .classes = 1,
        .max_n = max_n,
        .size = size,
        .classifier = classifier,
        .stack = stack,
        .scale = to / from,
        .shift = to_shift - from_shift * to / from};
    for (int c = 0; c < stack; c++)
        f->classes *= (int)data->classes;
    if (stack == 1 && f->scale == 1 && f->shift == 0)
        return GT_OK;
    f->shown = gt_real_alloc((size_t)max_n * (size / (size_t)stack));
    return f->shown ? GT_OK
                    : gt_fail(GT_ERR_MEMORY, "no memory for a classifier");
}

static const gt_real *shown_to_classifier(const gt_features *f,
                                          const gt_samples *samples,
                                          int channel)
{
    if (!f->shown)
        return samples->x;
    size_t stack = (size_t)f->stack, size = f->size / stack;
    const gt_real *x = samples->x + channel;
    for (size_t i = 0; i < (size_t)samples->n * size; i++)
        f->shown[i] = (gt_real)(f->scale * x[i * stack] + f->shift);
    return f->shown;
}

/* The class of the largest logit, the first of equals, and its softmax. */
static gt_features_class class_of(const gt_real *logits, int classes)
{
    gt_features_class found = {0};
    double sum = 0;
    for (int c = 1; c < classes; c++)
        if (logits[c] > logits[found.number])
            found.number = c;
    for (int c = 0; c < classes; c++)
        sum += exp((double)logits[c] - logits[found.number]);
    found.confidence = 1 / sum;
    return found;
}

static void classify(const gt_features *f, const gt_samples *samples,
                     int channel, gt_real *points, gt_features_class *found)
{
    size_t dim;
    gt_samples alone = {.n = samples->n,
                        .x = shown_to_classifier(f, samples, channel)};
    const gt_real *logits = gt_runner_eval(f->classifier, 0, alone.x, &alone);
    const gt_real *last = gt_runner_last_input(f->classifier, 0, &dim);
    int classes = (int)gt_data_config_of(f->classifier->setup.config)->classes;
    for (int i = 0; i < samples->n; i++) {
        gt_features_class here =
            class_of(logits + (size_t)i * (size_t)classes, classes);
        found[i].number = found[i].number * classes + here.number;
        found[i].confidence *= here.confidence;
        memcpy(points + (size_t)i * (size_t)f->dim + (size_t)channel * dim,
               last + (size_t)i * dim, dim * sizeof *points);
    }
}

static void classify_all(const gt_features *f, const gt_samples *samples,
                         gt_real *points, gt_features_class *found)
{
    for (int i = 0; i < samples->n; i++)
        found[i] = (gt_features_class){.number = 0, .confidence = 1};
    for (int c = 0; c < f->stack; c++)
        classify(f, samples, c, points, found);
}

/* --- All. */

void gt_features_free(gt_features *f)
{
    free(f->projection);
    free(f->shown);
    *f = (gt_features){0};
}

void gt_features_find(const gt_features *f, const gt_samples *samples,
                      gt_real *points, gt_features_class *found)
{
    int n = samples->n, size = (int)f->size;
    for (int i = 0; i < n; i++)
        found[i] = (gt_features_class){.number = -1};
    if (f->kind == GT_FEATURES_CLASSIFIER)
        classify_all(f, samples, points, found);
    else if (f->kind == GT_FEATURES_VALUES)
        memcpy(points, samples->x, (size_t)n * f->size * sizeof *points);
    else
        gt_product(GT_FP32, GT_PLAIN, GT_PLAIN, n, f->dim, size, samples->x,
                   size, f->projection, f->dim, 0, points, f->dim);
}
