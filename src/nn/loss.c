/* loss.c: losses on logits, so that no probability is ever rounded to 0 or 1,
 * and the two formulas of a VAE's code. Values are processed in blocks that fit
 * into the first-level cache: a span of the costly function, then plain loops.
 */
#include "nn/loss.h"

#include "core/simd.h"
#include "core/vmath.h"

#include <math.h>
#include <stddef.h>

enum { BLOCK = 256 };

static size_t block_at(size_t i, size_t count)
{
    return count - i < BLOCK ? count - i : BLOCK;
}

GT_INLINE gt_real positive(gt_real x)
{
    return x < 0 ? 0 : x; /* NaN stays */
}

/* max(l, 0) - l t is added up first: it is exactly 0 where the logit is right
 * and large, and the small rest then keeps all its digits. */
GT_SIMD static double entropy_block(const gt_real *logits,
                                    const gt_real *targets, size_t n,
                                    gt_real scale, gt_real *gradient)
{
    gt_real each[BLOCK], probability[BLOCK];
    gt__vsoftplus_tail(logits, each, n);
    for (size_t i = 0; i < n; i++)
        each[i] += positive(logits[i]) - logits[i] * targets[i];
    if (gradient) {
        gt__vsigmoid(logits, probability, n);
        for (size_t i = 0; i < n; i++)
            gradient[i] = scale * (probability[i] - targets[i]);
    }
    return gt__vsum(each, n);
}

double gt_loss_bce(const gt_real *logits, size_t count, gt_real target,
                   gt_real scale, gt_real *gradient)
{
    gt_real targets[BLOCK];
    double total = 0;
    for (size_t i = 0; i < BLOCK; i++)
        targets[i] = target;
    for (size_t i = 0; i < count; i += BLOCK)
        total += entropy_block(logits + i, targets, block_at(i, count), scale,
                               gradient ? gradient + i : NULL);
    return total;
}

double gt_loss_bernoulli(const gt_real *logits, const gt_real *targets,
                         size_t count, gt_real scale, gt_real *gradient)
{
    double total = 0;
    for (size_t i = 0; i < count; i += BLOCK)
        total += entropy_block(logits + i, targets + i, block_at(i, count),
                               scale, gradient ? gradient + i : NULL);
    return total;
}

double gt_loss_minimax(const gt_real *logits, size_t count, gt_real scale,
                       gt_real *gradient)
{
    gt_real work[BLOCK];
    double total = 0;
    for (size_t i = 0; i < count; i += BLOCK) {
        size_t n = block_at(i, count);
        gt__vsoftplus_tail(logits + i, work, n);
        for (size_t j = 0; j < n; j++)
            total -= (double)positive(logits[i + j]) + (double)work[j];
        if (!gradient)
            continue;
        gt__vsigmoid(logits + i, work, n);
        for (size_t j = 0; j < n; j++)
            gradient[i + j] = -scale * work[j];
    }
    return total;
}

double gt_loss_gaussian(const gt_real *mean, const gt_real *x, size_t count,
                        double sigma, gt_real scale, gt_real *gradient)
{
    const double two_pi = 6.28318530717958647692;
    gt_real off[BLOCK], slope = (gt_real)((double)scale / (sigma * sigma));
    double squares = 0;
    for (size_t i = 0; i < count; i += BLOCK) {
        size_t n = block_at(i, count);
        for (size_t j = 0; j < n; j++)
            off[j] = mean[i + j] - x[i + j];
        squares += gt__vsquares(off, n);
        for (size_t j = 0; gradient && j < n; j++)
            gradient[i + j] = slope * off[j];
    }
    return squares / (2 * sigma * sigma) +
           (double)count * 0.5 * log(two_pi * sigma * sigma);
}

static int largest(const gt_real *row, int classes)
{
    int at = 0;
    for (int j = 1; j < classes; j++)
        if (row[j] > row[at])
            at = j;
    return at;
}

/* The sum of exp(l - the largest l) over all but the largest, of which each
 * term is kept in `terms` where that is given: p is a term / (1 + the sum). */
static double smaller_terms(const gt_real *row, int top, size_t classes,
                            gt_real *terms)
{
    gt_real work[BLOCK];
    double sum = 0;
    for (size_t i = 0; i < classes; i += BLOCK) {
        size_t n = block_at(i, classes);
        for (size_t j = 0; j < n; j++)
            work[j] = row[i + j] - row[top];
        gt__vexp(work, work, n);
        if ((size_t)top >= i && (size_t)top - i < n)
            work[(size_t)top - i] -= 1; /* 0, or NaN */
        sum += gt__vsum(work, n);
        for (size_t j = 0; terms && j < n; j++)
            terms[i + j] = work[j];
    }
    return sum;
}

/* The largest logit's p is 1 / (1 + sum); what it lacks to 1 is known to all
 * its digits. */
double gt_loss_softmax(const gt_real *logits, const int *labels, int n,
                       int classes, gt_real scale, gt_real *gradient)
{
    double total = 0;
    for (int i = 0; i < n; i++, logits += classes) {
        int label = labels[i], top = largest(logits, classes);
        gt_real *to = gradient ? gradient + (ptrdiff_t)i * classes : NULL;
        double sum = smaller_terms(logits, top, (size_t)classes, to);
        gt_real each = label < 0 ? 0 : (gt_real)((double)scale / (1 + sum));
        if (label >= 0)
            total += log1p(sum) + ((double)logits[top] - (double)logits[label]);
        if (!to)
            continue;
        to[top] = 1;
        for (int j = 0; j < classes; j++)
            to[j] *= each;
        if (label == top)
            to[top] = -each * (gt_real)sum;
        else if (label >= 0)
            to[label] -= scale;
    }
    return total;
}

int gt_count_correct(const gt_real *logits, const int *labels, int n,
                     int classes)
{
    int correct = 0;
    for (int i = 0; i < n; i++, logits += classes)
        correct += largest(logits, classes) == labels[i];
    return correct;
}

double gt_mean_sigmoid(const gt_real *logits, size_t count)
{
    gt_real probability[BLOCK];
    double total = 0;
    for (size_t i = 0; i < count; i += BLOCK) {
        size_t n = block_at(i, count);
        gt__vsigmoid(logits + i, probability, n);
        total += gt__vsum(probability, n);
    }
    return total / (double)count;
}

/* Comparisons are false for NaN, so NaN reaches the loss. */
static bool outside(gt_real logvar)
{
    return logvar > GT_LOGVAR_MAX || logvar < -GT_LOGVAR_MAX;
}

static gt_real clamped(gt_real logvar)
{
    if (!outside(logvar))
        return logvar;
    return logvar > 0 ? GT_LOGVAR_MAX : -GT_LOGVAR_MAX;
}

static void deviations(const gt_real *logvar, gt_real *deviation, size_t n)
{
    for (size_t j = 0; j < n; j++)
        deviation[j] = clamped(logvar[j]) / 2;
    gt__vexp(deviation, deviation, n);
}

void gt_reparameterise(const gt_real *code, const gt_real *eps, int n, int d,
                       gt_real *z)
{
    gt_real deviation[BLOCK];
    size_t width = (size_t)d;
    for (int row = 0; row < n; row++, code += 2 * width, z += width)
        for (size_t i = 0; i < width; i += BLOCK) {
            size_t m = block_at(i, width);
            const gt_real *e = eps ? eps + (size_t)row * width + i : NULL;
            deviations(code + width + i, deviation, m);
            for (size_t j = 0; j < m; j++)
                z[i + j] = code[i + j] + (e ? deviation[j] * e[j] : 0);
        }
}

/* The gradient of one block by mu and logvar: that of the KL term and that
 * through z. `excess` is the variance minus 1. */
static void code_gradient(const gt_real *mu, const gt_real *logvar,
                          const gt_real *excess, const gt_real *eps,
                          const gt_real *dz, size_t n, gt_real weight,
                          gt_real *dmu, gt_real *dlogvar)
{
    gt_real deviation[BLOCK];
    deviations(logvar, deviation, n);
    for (size_t j = 0; j < n; j++) {
        gt_real through = eps ? dz[j] * eps[j] * deviation[j] : 0;
        dmu[j] = dz[j] + weight * mu[j];
        dlogvar[j] =
            outside(logvar[j]) ? 0 : (through + weight * excess[j]) / 2;
    }
}

double gt_kl_normal(const gt_real *code, const gt_real *eps, const gt_real *dz,
                    int n, int d, double beta, gt_real scale, gt_real *dcode)
{
    gt_real excess[BLOCK], weight = (gt_real)(beta * (double)scale);
    size_t width = (size_t)d;
    double total = 0;
    for (int row = 0; row < n; row++, code += 2 * width)
        for (size_t i = 0; i < width; i += BLOCK) {
            size_t m = block_at(i, width), at = (size_t)row * width + i;
            const gt_real *mu = code + i, *logvar = code + width + i;
            for (size_t j = 0; j < m; j++)
                excess[j] = clamped(logvar[j]);
            gt__vexpm1(excess, excess, m);
            for (size_t j = 0; j < m; j++)
                total += 0.5 * ((double)mu[j] * (double)mu[j] +
                                (double)excess[j] - (double)clamped(logvar[j]));
            if (dcode)
                code_gradient(mu, logvar, excess, eps ? eps + at : NULL,
                              dz + at, m, weight,
                              dcode + (size_t)row * 2 * width + i,
                              dcode + (size_t)row * 2 * width + width + i);
        }
    return total;
}

void gt_sigmoid(const gt_real *logits, size_t count, gt_real *out)
{
    gt__vsigmoid(logits, out, count);
}
