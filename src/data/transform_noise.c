/* transform_noise.c: the steps that draw random numbers. Each number has an
 * address, of the sample, the value and, where it is drawn anew in each epoch,
 * of that too, so who reads a sample, and in what company, does not matter. */
#include "data/transform_steps.h"

#include <math.h>

#define FIELD(name) offsetof(gt__step_options, name)

enum { PIECE = 64 }; /* values */

static size_t piece_of(size_t left)
{
    return left < PIECE ? left : PIECE;
}

/* n numbers between 0 and 1, for the values of a sample from `first` on, which
 * is a multiple of the words of a block. */
static void draw(gt_rng at, size_t first, size_t n, double u[PIECE])
{
    uint32_t words[PIECE];
    gt_rng_words(at, (uint32_t)(first / 4), words, n);
    for (size_t k = 0; k < n; k++)
        u[k] = ((double)(words[k] >> 8) + 0.5) * 0x1p-24;
}

/* --- dequantize: noise that makes steps a continuum. */

static const gt_option dequantize_options[] = {
    {"width", GT_OPTION_REAL, FIELD(width), "1", 1e-30, GT__STEP_MOST, NULL,
     "of a step between neighbouring values, and of the noise"},
    {0},
};

static void dequantize_begin(gt__step *s, const void *given, double low,
                             double high)
{
    (void)low, (void)high;
    s->a = ((const gt__step_options *)given)->width;
}

static size_t dequantize_forward(const gt__step *s, const gt__step_values *x)
{
    for (size_t i = 0; i < x->n; i += PIECE) {
        double u[PIECE];
        size_t n = piece_of(x->n - i);
        draw(x->at, x->first + i, n, u);
        for (size_t k = 0; k < n; k++)
            x->v[i + k] += s->a * u[k];
    }
    return x->n;
}

static void dequantize_inverse(const gt__step *s, const gt__step_values *x)
{
    for (size_t i = 0; i < x->n; i++)
        x->v[i] = floor(x->v[i] / s->a) * s->a;
}

/* Data with their noise are what has a density. */
static double dequantize_log_slope(const gt__step *s, const gt__step_values *x)
{
    (void)s, (void)x;
    return 0;
}

const gt__step_type gt__step_dequantize = {
    .name = "dequantize",
    .help = "add uniform noise from 0 to width, another in each epoch; "
            "samples are rounded down to multiples of width",
    .options = dequantize_options,
    .needs = GT__NEEDS_NOISE,
    .begin = dequantize_begin,
    .forward = dequantize_forward,
    .inverse = dequantize_inverse,
    .log_slope = dequantize_log_slope};

/* --- binarize: each value becomes one of the two ends of the model's range.
 * Grey values are probabilities of the upper one (Salakhutdinov, Murray, "On
 * the quantitative analysis of deep belief networks", 2008), drawn once for
 * all, or in each epoch anew (Burda et al. 2015, section 5). */

enum { THRESHOLD, FIXED, DYNAMIC };

static const char *const draws[] = {"threshold", "fixed", "dynamic", NULL};

static const gt_option binarize_options[] = {
    {"draw", GT_OPTION_CHOICE, FIELD(draw), "dynamic", 0, 0, draws,
     "which values go to the upper end of data.range. threshold: those of at "
     "least `at`. fixed: drawn once for each sample, the value being the "
     "probability. dynamic: drawn anew in each epoch"},
    {"at", GT_OPTION_REAL, FIELD(at), "0.5", 0, 1, NULL,
     "threshold: as a part of the way from the lower to the upper end"},
    {"seed", GT_OPTION_INT, FIELD(seed), "1", 0, 1e15, NULL,
     "fixed: of the draws, so that runs of several train.seed see the same "
     "data"},
    {0},
};

static void binarize_begin(gt__step *s, const void *given, double low,
                           double high)
{
    const gt__step_options *o = given;
    s->a = low;
    s->b = high;
    s->at = o->at;
    s->draw = o->draw;
    s->seed = (uint64_t)o->seed;
}

/* How far a value may lie outside, as numbers are rounded on their way. */
static const double SLACK = 1e-6;

/* The probability of the upper end for each of n values; returns how many of
 * them are inside. */
static size_t probabilities(const gt__step *s, const double *v, size_t n,
                            double *p)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = (v[i] - s->a) / (s->b - s->a);
        if (p[i] < -SLACK || p[i] > 1 + SLACK)
            return i;
    }
    return n;
}

static size_t binarize_forward(const gt__step *s, const gt__step_values *x)
{
    gt_rng at = x->at;
    if (s->draw == FIXED) {
        at.seed = s->seed;
        at.step = 0;
    }
    for (size_t i = 0; i < x->n; i += PIECE) {
        double u[PIECE] = {0}, p[PIECE], *v = x->v + i;
        size_t n = piece_of(x->n - i);
        size_t inside = probabilities(s, v, n, p);
        if (s->draw != THRESHOLD)
            draw(at, x->first + i, n, u);
        for (size_t k = 0; k < inside; k++) {
            bool upper = s->draw == THRESHOLD ? p[k] >= s->at : u[k] < p[k];
            v[k] = isnan(p[k]) ? v[k] : upper ? s->b : s->a;
        }
        if (inside < n)
            return i + inside;
    }
    return x->n;
}

/* A model's value is what it says of the data's: a probability, mostly. */
static void binarize_inverse(const gt__step *s, const gt__step_values *x)
{
    (void)s, (void)x;
}

const gt__step_type gt__step_binarize = {
    .name = "binarize",
    .help = "make each value one of the two ends of data.range: by a "
            "threshold, or at random with the value as the probability of the "
            "upper end; samples stay as they are",
    .options = binarize_options,
    .needs = GT__NEEDS_NOISE,
    .takes = "numbers within data.range",
    .begin = binarize_begin,
    .forward = binarize_forward,
    .inverse = binarize_inverse};
