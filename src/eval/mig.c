/* mig.c: everything is counted in a table of latent's bin by factor's level,
 * as in the published implementations; nothing corrects for the information
 * that few samples seem to have. */
#include "eval/mig.h"

#include <math.h>
#include <stdlib.h>

enum { BINS = GT__MIG_BINS };

typedef struct tables {
    size_t n;
    int levels;
    int *bin, *level;          /* [n] */
    double *sorted;            /* [n] */
    double *joint;             /* [BINS x most levels] */
    double *of_bin, *of_level; /* [BINS], [most levels] */
} tables;

static double entropy(const double *p, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum -= p[i] > 0 ? p[i] * log(p[i]) : 0;
    return sum;
}

/* I(z; v) = H(z) + H(v) - H(z, v), of shares of samples. */
static double information(tables *t, double *factor_entropy)
{
    double each = 1 / (double)t->n;
    int cells = BINS * t->levels;
    for (int i = 0; i < cells; i++)
        t->joint[i] = 0;
    for (int i = 0; i < BINS; i++)
        t->of_bin[i] = 0;
    for (int i = 0; i < t->levels; i++)
        t->of_level[i] = 0;
    for (size_t i = 0; i < t->n; i++) {
        t->joint[t->bin[i] * t->levels + t->level[i]] += each;
        t->of_bin[t->bin[i]] += each;
        t->of_level[t->level[i]] += each;
    }
    *factor_entropy = entropy(t->of_level, t->levels);
    return entropy(t->of_bin, BINS) + *factor_entropy -
           entropy(t->joint, cells);
}

static double gap(tables *t, const gt__factors *f, int k)
{
    double first = 0, second = 0, of_factor = 1;
    t->levels = gt__levels(gt__factor(f, k), f->n, t->sorted, t->level);
    if (t->levels > BINS && !f->is_class[k]) {
        gt__bins(gt__factor(f, k), f->n, BINS, t->level);
        t->levels = BINS;
    }
    for (int j = 0; j < f->latents; j++) {
        gt__bins(gt__latent(f, j), f->n, BINS, t->bin);
        double shared = fmax(0, information(t, &of_factor));
        second = fmax(second, fmin(first, shared));
        first = fmax(first, shared);
    }
    return (first - second) / of_factor;
}

gt_status gt__mig(const gt__factors *f, double *out)
{
    size_t most = f->n > BINS ? f->n : BINS;
    tables t = {.n = f->n};
    t.bin = malloc(2 * f->n * sizeof *t.bin);
    t.sorted = malloc(((size_t)(BINS + 2) * most + BINS) * sizeof *t.sorted);
    if (t.bin && t.sorted) {
        t.level = t.bin + f->n;
        t.joint = t.sorted + most;
        t.of_level = t.joint + BINS * most;
        t.of_bin = t.of_level + most;
        *out = 0;
        for (int k = 0; k < f->factors; k++)
            *out += gap(&t, f, k) / f->factors;
    }
    bool enough = t.bin && t.sorted;
    free(t.bin);
    free(t.sorted);
    return enough ? GT_OK : gt_fail(GT_ERR_MEMORY, "no memory for MIG");
}
