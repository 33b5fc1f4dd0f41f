/* dci.c: samples are gone through once for the products of latents and once
 * for each target; the lasso needs nothing else. */
#include "eval/dci.h"

#include "base/heartbeat.h"
#include "eval/lasso.h"

#include <math.h>
#include <stdlib.h>

enum { FIT, CHOOSE, MEASURE, PARTS };
enum { PENALTIES = 21 };

typedef struct regression {
    const gt__factors *f;
    int d;              /* latents */
    double *z;          /* [d x n]: of mean 0 and variance 1 in the part FIT */
    double *y;          /* [n]: a target, likewise */
    double *zz;         /* [PARTS x d x d] */
    double *zy;         /* [PARTS x d] */
    double *w, *best;   /* [d] */
    double *sorted;     /* [n] */
    int *level;         /* [n] */
    double *important;  /* [factors x d] */
    double informative; /* sum of R^2 over factors */
} regression;

/* Every other sample is fitted; those between choose and measure in turn. */
static size_t first_of(int part)
{
    return part == FIT ? 0 : part == CHOOSE ? 1 : 3;
}

static size_t step_of(int part)
{
    return part == FIT ? 2 : 4;
}

static double mean_product(const double *a, const double *b, size_t n, int part)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = first_of(part); i < n; i += step_of(part), count++)
        sum += a[i] * b[i];
    return sum / (double)count;
}

/* Mean 0 and variance 1 in the part FIT; a number that is constant there
 * becomes 0 everywhere. `to` may be `x`. */
static void standardize(const double *x, size_t n, double *to)
{
    double mean = 0, squares = 0, fitted = (double)((n + 1) / 2);
    for (size_t i = 0; i < n; i += 2)
        mean += x[i] / fitted;
    for (size_t i = 0; i < n; i += 2)
        squares += (x[i] - mean) * (x[i] - mean) / fitted;
    for (size_t i = 0; i < n; i++)
        to[i] = squares > 0 ? (x[i] - mean) / sqrt(squares) : 0;
}

static void set_latents(regression *r)
{
    size_t n = r->f->n, d = (size_t)r->d;
    for (int j = 0; j < r->d; j++)
        standardize(gt__latent(r->f, j), n, r->z + (size_t)j * n);
    for (int part = 0; part < PARTS; part++)
        for (size_t j = 0; j < d; j++) {
            double *row = r->zz + ((size_t)part * d + j) * d;
            for (size_t k = 0; k <= j; k++) {
                row[k] = mean_product(r->z + j * n, r->z + k * n, n, part);
                r->zz[((size_t)part * d + k) * d + j] = row[k];
            }
            gt_heartbeat();
        }
}

static gt__moments2 moments_of(const regression *r, int part)
{
    size_t d = (size_t)r->d, at = (size_t)part * d, n = r->f->n;
    for (size_t j = 0; j < d; j++)
        r->zy[at + j] = mean_product(r->z + j * n, r->y, n, part);
    return (gt__moments2){r->zz + at * d, r->zy + at,
                          mean_product(r->y, r->y, n, part)};
}

/* The target's variance in the part that measures, about its mean there. */
static double variance_of(const regression *r, double yy)
{
    double mean = 0, count = 0;
    for (size_t i = first_of(MEASURE); i < r->f->n; i += step_of(MEASURE)) {
        mean += r->y[i];
        count++;
    }
    return yy - mean / count * (mean / count);
}

/* Fit the target; its weights become r->best. Returns R^2. */
static double fit(regression *r)
{
    gt__moments2 of[PARTS];
    double most = 0, least_error = INFINITY;
    for (int part = 0; part < PARTS; part++)
        of[part] = moments_of(r, part);
    for (int j = 0; j < r->d; j++) {
        most = fmax(most, fabs(of[FIT].zy[j]));
        r->w[j] = r->best[j] = 0;
    }
    for (int i = 0; i < PENALTIES; i++) {
        double penalty = most * pow(1e-3, (double)i / (PENALTIES - 1));
        gt__lasso(&of[FIT], r->d, penalty, r->w);
        double error = gt__lasso_error(&of[CHOOSE], r->d, r->w);
        if (error < least_error) {
            least_error = error;
            for (int j = 0; j < r->d; j++)
                r->best[j] = r->w[j];
        }
    }
    gt_heartbeat();
    double variance = variance_of(r, of[MEASURE].yy);
    double error = gt__lasso_error(&of[MEASURE], r->d, r->best);
    return variance > 0 ? fmax(0, 1 - error / variance) : 0;
}

static void add_factor(regression *r, int k)
{
    const double *v = gt__factor(r->f, k);
    int targets = 1;
    if (r->f->is_class[k])
        targets = gt__levels(v, r->f->n, r->sorted, r->level);
    for (int t = 0; t < targets; t++) {
        for (size_t i = 0; i < r->f->n; i++)
            r->y[i] = r->f->is_class[k] ? r->level[i] == t : v[i];
        standardize(r->y, r->f->n, r->y);
        r->informative += fit(r) / targets;
        for (int j = 0; j < r->d; j++)
            r->important[k * r->d + j] += fabs(r->best[j]);
    }
}

/* Numbers that are `step` apart in memory. */
typedef struct column {
    const double *x;
    int n;
    size_t step;
} column;

static double sum_of(column c)
{
    double sum = 0;
    for (int i = 0; i < c.n; i++)
        sum += c.x[(size_t)i * c.step];
    return sum;
}

/* 1 - H(p) / log n for the shares p of the numbers in their sum, which is not
 * 0; NAN of a single one. */
static double certainty(column c, double sum)
{
    double entropy = 0;
    for (int i = 0; i < c.n; i++) {
        double p = c.x[(size_t)i * c.step] / sum;
        entropy -= p > 0 ? p * log(p) : 0;
    }
    return c.n > 1 ? 1 - entropy / log(c.n) : NAN;
}

static void judge(const regression *r, gt__dci *out)
{
    int factors = r->f->factors;
    size_t d = (size_t)r->d;
    double all = 0;
    *out = (gt__dci){.informativeness = r->informative / factors};
    for (int k = 0; k < factors; k++) {
        column of = {r->important + (size_t)k * d, r->d, 1};
        double sum = sum_of(of);
        all += sum;
        if (sum > 0)
            out->completeness += certainty(of, sum) / factors;
    }
    for (int j = 0; j < r->d; j++) {
        column of = {r->important + j, factors, d};
        double sum = sum_of(of);
        if (sum > 0)
            out->disentanglement += sum / all * certainty(of, sum);
    }
}

gt_status gt__dci_of(const gt__factors *f, gt__dci *out)
{
    size_t n = f->n, d = (size_t)f->latents;
    regression r = {.f = f, .d = f->latents};
    double *memory = calloc(n * d + 2 * n + PARTS * (d + 1) * d + 2 * d +
                                (size_t)f->factors * d,
                            sizeof *memory);
    r.level = malloc(n * sizeof *r.level);
    bool enough = memory && r.level;
    if (enough) {
        r.z = memory;
        r.y = r.z + n * d;
        r.sorted = r.y + n;
        r.zz = r.sorted + n;
        r.zy = r.zz + PARTS * d * d;
        r.w = r.zy + PARTS * d;
        r.best = r.w + d;
        r.important = r.best + d;
        set_latents(&r);
        for (int k = 0; k < f->factors; k++)
            add_factor(&r, k);
        judge(&r, out);
    }
    free(memory);
    free(r.level);
    return enough ? GT_OK : gt_fail(GT_ERR_MEMORY, "no memory for DCI");
}
