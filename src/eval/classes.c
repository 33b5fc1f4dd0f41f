/* classes.c: both figures are means over samples of a logarithm, so their
 * errors are those of a mean: to first order, shares that are themselves
 * estimates add nothing, as p log p is a function of one's own class. */
#include "eval/classes.h"

#include <math.h>

/* The mean over samples of a value of their class, with its error. */
typedef struct mean {
    double sum, squares, n;
} mean;

static void add(mean *m, double share, double value)
{
    m->sum += share * value;
    m->squares += share * value * value;
}

static gt_estimate estimate(const mean *m)
{
    double variance = fmax(m->squares - m->sum * m->sum, 0);
    return (gt_estimate){m->sum, sqrt(variance / m->n)};
}

static double total(const double *counts, int classes)
{
    double sum = 0;
    for (int k = 0; k < classes; k++)
        sum += counts[k];
    return sum;
}

gt_status gt_class_figures_of(const double *counts, const double *q,
                              int classes, gt_class_figures *out)
{
    double n = total(counts, classes), of_q = q ? total(q, classes) : classes;
    mean entropy = {.n = n}, divergence = {.n = n};
    if (!(n > 0) || !(of_q > 0))
        return gt_fail(GT_ERR_CONFIG,
                       "%s to count the classes of; ask for more",
                       n > 0 ? "the data have no labelled samples"
                             : "there are no samples");
    *out = (gt_class_figures){0};
    for (int k = 0; k < classes; k++) {
        double p = counts[k] / n, of_data = (q ? q[k] : 1) / of_q;
        if (!(p > 0))
            continue;
        out->seen++;
        add(&entropy, p, -log(p));
        add(&divergence, p, log(p / of_data));
    }
    out->entropy = estimate(&entropy);
    out->divergence = estimate(&divergence);
    if (!isfinite(out->divergence.value))
        out->divergence = (gt_estimate){INFINITY, NAN};
    return GT_OK;
}
