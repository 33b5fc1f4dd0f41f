/* classifier_test.c: a network of one hidden layer, leaky ReLU, trained by Adam
 * on numbers of mean 0 and deviation 1. A fifth of its half is kept back, and
 * the epoch with the least loss there is taken, because a classifier that has
 * learnt its points by heart is worse at others. There are two trainings, and
 * so two blocks. */
#include "eval/classifier_test.h"

#include "base/collective_tick.h"
#include "core/arena.h"
#include "core/product.h"
#include "core/rng.h"
#include "data/shuffle.h"
#include "eval/auc.h"
#include "eval/blocks.h"
#include "eval/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDS = 2, HIDDEN = 128, BATCH = 128, EPOCHS = 40, FIFTH = 5 };

static const gt_real leak = (gt_real)0.1;

typedef struct example {
    const gt_real *x;
    bool real;
} example;

/* Those of a fold, in the order of the permutation of groups.h, real and
 * generated ones by turns. */
enum { TRAIN, VALIDATE, TEST, PARTS };
typedef struct part {
    example *of;
    int n;
} part;

/* Parameters, and what goes with each: w1[dim x HIDDEN], b1[HIDDEN],
 * w2[HIDDEN], b2. */
typedef struct network {
    int dim;
    size_t size;
    gt_real *theta, *grad, *mean, *square, *best;
} network;

typedef struct training {
    network net;
    part parts[PARTS];
    int step;
    gt_real *shift, *scale;     /* [dim] */
    gt_real *x;                 /* [BATCH x dim] */
    gt_real *hidden, *backward; /* [BATCH x HIDDEN] */
    gt_real *score;             /* [BATCH] */
} training;

typedef struct test {
    gt_points set[2]; /* real, generated */
    gt_groups groups;
    uint64_t seed;
} test;

/* --- The network. */

static gt_real *b1(const network *net, gt_real *of)
{
    return of + (size_t)net->dim * HIDDEN;
}

static gt_real *w2(const network *net, gt_real *of)
{
    return b1(net, of) + HIDDEN;
}

static gt_real *b2(const network *net, gt_real *of)
{
    return w2(net, of) + HIDDEN;
}

static void initialise(network *net, gt_rng at)
{
    size_t in = (size_t)net->dim * HIDDEN;
    gt_rng_normal(at, net->theta, net->size);
    for (size_t i = 0; i < in; i++)
        net->theta[i] *= (gt_real)sqrt(2.0 / net->dim);
    for (int i = 0; i < HIDDEN; i++) {
        b1(net, net->theta)[i] = 0;
        w2(net, net->theta)[i] *= (gt_real)sqrt(1.0 / HIDDEN);
    }
    *b2(net, net->theta) = 0;
}

static void load(training *t, const example *examples, int n)
{
    gt_real *to = t->x;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < t->net.dim; j++)
            *to++ = (examples[i].x[j] - t->shift[j]) * t->scale[j];
}

/* Scores of up to BATCH examples. */
static void forward(training *t, const example *examples, int n)
{
    network *net = &t->net;
    const gt_real *bias = b1(net, net->theta), *out = w2(net, net->theta);
    load(t, examples, n);
    gt_product(GT_FP32, GT_PLAIN, GT_PLAIN, n, HIDDEN, net->dim, t->x, net->dim,
               net->theta, HIDDEN, 0, t->hidden, HIDDEN);
    for (int i = 0; i < n; i++) {
        gt_real *h = t->hidden + (size_t)i * HIDDEN;
        gt_real sum = *b2(net, net->theta);
        for (int k = 0; k < HIDDEN; k++) {
            h[k] += bias[k];
            h[k] = h[k] > 0 ? h[k] : leak * h[k];
            sum += h[k] * out[k];
        }
        t->score[i] = sum;
    }
}

/* Gradients of the mean cross entropy of the logits. */
static void backward(training *t, const example *examples, int n)
{
    network *net = &t->net;
    const gt_real *out = w2(net, net->theta);
    gt_real *bias = b1(net, net->grad), *of_out = w2(net, net->grad);
    memset(bias, 0, (2 * HIDDEN + 1) * sizeof *bias);
    for (int i = 0; i < n; i++) {
        const gt_real *h = t->hidden + (size_t)i * HIDDEN;
        gt_real *back = t->backward + (size_t)i * HIDDEN;
        double sigmoid = 1 / (1 + exp(-(double)t->score[i]));
        gt_real slope = (gt_real)((sigmoid - examples[i].real) / n);
        *b2(net, net->grad) += slope;
        for (int k = 0; k < HIDDEN; k++) {
            of_out[k] += slope * h[k];
            back[k] = slope * out[k] * (h[k] > 0 ? 1 : leak);
            bias[k] += back[k];
        }
    }
    gt_product(GT_FP32, GT_TRANSPOSED, GT_PLAIN, net->dim, HIDDEN, n, t->x,
               net->dim, t->backward, HIDDEN, 0, net->grad, HIDDEN);
}

/* Adam (Kingma, Ba 2015). */
static void update(network *net, int step)
{
    const double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double of_mean = 1 - pow(beta1, step), of_square = 1 - pow(beta2, step);
    for (size_t i = 0; i < net->size; i++) {
        double g = (double)net->grad[i];
        double mean = beta1 * (double)net->mean[i] + (1 - beta1) * g;
        double square = beta2 * (double)net->square[i] + (1 - beta2) * g * g;
        net->mean[i] = (gt_real)mean;
        net->square[i] = (gt_real)square;
        net->theta[i] -= (gt_real)(rate * mean / of_mean /
                                   (sqrt(square / of_square) + epsilon));
    }
}

/* --- Training. */

/* Neighbours in the list go together: it is shuffled by pairs. */
static void train_epoch(training *t, int epoch, gt_rng at)
{
    const part *p = &t->parts[TRAIN];
    example batch[BATCH];
    uint64_t pairs = (uint64_t)p->n / 2;
    int n = 0;
    at.step = (uint32_t)epoch;
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t pair = gt_shuffle_by(at, 1, pairs, i);
        batch[n++] = p->of[2 * pair];
        batch[n++] = p->of[2 * pair + 1];
        if (n < BATCH && i + 1 < pairs)
            continue;
        forward(t, batch, n);
        backward(t, batch, n);
        update(&t->net, ++t->step);
        n = 0;
    }
}

/* The sum of losses of a part; its scores, if they are wanted. */
static double evaluate(training *t, const part *p, double *scores)
{
    double sum = 0;
    for (int from = 0; from < p->n; from += BATCH) {
        int n = p->n - from < BATCH ? p->n - from : BATCH;
        forward(t, p->of + from, n);
        for (int i = 0; i < n; i++) {
            double l = (double)t->score[i];
            sum += fmax(l, 0) - (p->of[from + i].real ? l : 0) +
                   log1p(exp(-fabs(l)));
            if (scores)
                scores[from + i] = l;
        }
    }
    return sum;
}

static void train(training *t, gt_rng at)
{
    double least = INFINITY;
    initialise(&t->net, at);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        train_epoch(t, epoch, at);
        double loss = evaluate(t, &t->parts[VALIDATE], NULL);
        if (loss < least)
            memcpy(t->net.best, t->net.theta,
                   t->net.size * sizeof *t->net.theta);
        least = fmin(least, loss);
        gt_collective_tick();
    }
    memcpy(t->net.theta, t->net.best, t->net.size * sizeof *t->net.theta);
}

/* --- A fold. */

static void deal_out(const test *of, int fold, training *t)
{
    size_t dim = (size_t)t->net.dim, n = of->groups.n;
    for (size_t i = 0; i < n; i++) {
        int which = (int)(i % FOLDS) == fold ? TEST
                    : i / FOLDS % FIFTH == 0 ? VALIDATE
                                             : TRAIN;
        part *p = &t->parts[which];
        for (int s = 0; s < 2; s++)
            p->of[p->n++] =
                (example){of->set[s].x + of->groups.order[i] * dim, s == 0};
    }
}

/* Of each number, over the examples for training; 0 where all are alike. */
static void standardise(training *t)
{
    const part *p = &t->parts[TRAIN];
    for (int j = 0; j < t->net.dim; j++) {
        double mean = 0, square = 0;
        for (int i = 0; i < p->n; i++)
            mean += (double)p->of[i].x[j] / p->n;
        for (int i = 0; i < p->n; i++)
            square += pow((double)p->of[i].x[j] - mean, 2) / p->n;
        t->shift[j] = (gt_real)mean;
        t->scale[j] = square > 0 ? (gt_real)(1 / sqrt(square)) : 0;
    }
}

static gt_status judge(training *t, gt_estimate *area)
{
    const part *p = &t->parts[TEST];
    size_t half = (size_t)p->n / 2;
    double *scores;
    gt_status status = gt_blocks_alloc(&scores, 4 * half, "scores");
    if (status != GT_OK)
        return status;
    double *real = scores + 2 * half, *generated = real + half;
    evaluate(t, p, scores);
    for (size_t i = 0; i < half; i++) {
        real[i] = scores[2 * i];
        generated[i] = scores[2 * i + 1];
    }
    status = gt_auc_of_scores(real, half, generated, half, area);
    free(scores);
    return status;
}

static gt_status allocate(training *t, int dim, size_t n)
{
    size_t d = (size_t)dim, tile = (size_t)BATCH * HIDDEN;
    t->net.dim = dim;
    t->net.size = (d + 2) * HIDDEN + 1;
    gt_real *all =
        gt_real_alloc(5 * t->net.size + d * (2 + BATCH) + 2 * tile + BATCH);
    example *examples = malloc(n * PARTS * 2 * sizeof *examples);
    t->net.theta = all;
    t->parts[TRAIN].of = examples;
    if (!all || !examples)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a classifier");
    for (int i = 1; i < PARTS; i++)
        t->parts[i].of = examples + 2 * n * (size_t)i;
    t->net.grad = all + t->net.size;
    t->net.mean = t->net.grad + t->net.size;
    t->net.square = t->net.mean + t->net.size;
    t->net.best = t->net.square + t->net.size;
    t->shift = t->net.best + t->net.size;
    t->scale = t->shift + d;
    t->x = t->scale + d;
    t->hidden = t->x + BATCH * d;
    t->backward = t->hidden + tile;
    t->score = t->backward + tile;
    return GT_OK;
}

/* The area and its error. */
static gt_status run_fold(void *context, int64_t fold, double *result)
{
    const test *of = context;
    training t = {0};
    gt_estimate area = {0};
    gt_status status = allocate(&t, of->set[0].dim, of->groups.n);
    if (status == GT_OK) {
        deal_out(of, (int)fold, &t);
        standardise(&t);
        train(&t, (gt_rng){.seed = of->seed,
                           .sample = (uint64_t)fold,
                           .stream = GT_STREAM_EVAL});
        status = judge(&t, &area);
    }
    result[0] = area.value;
    result[1] = area.error;
    free(t.net.theta);
    free(t.parts[TRAIN].of);
    return status;
}

gt_status gt_classifier_test(gt_comm *comm, const gt_points *real,
                             const gt_points *generated, uint64_t seed,
                             gt_estimate *out)
{
    test of = {.set = {*real, *generated}, .seed = seed};
    double found[FOLDS][2];
    size_t n = real->n < generated->n ? real->n : generated->n;
    of.set[0].n = of.set[1].n = n;
    gt_status status = gt_points_check_pair(
        &of.set[0], &of.set[1], GT_CLASSIFIER_TEST_LEAST, "a classifier test");
    if (status == GT_OK)
        status = gt_groups_new(&of.groups, n, n);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_blocks_map(comm, FOLDS, 2, run_fold, &of, found[0]);
    if (status == GT_OK)
        *out = (gt_estimate){(found[0][0] + found[1][0]) / 2,
                             hypot(found[0][1], found[1][1]) / 2};
    gt_groups_free(&of.groups);
    return status;
}
