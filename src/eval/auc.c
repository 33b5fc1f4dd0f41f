/* auc.c: scores of both sets are sorted together; counts are whole numbers, so
 * the area is exact but for one division. */
#include "eval/auc.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct score {
    double value;
    bool high;
} score;

static int by_value(const void *a, const void *b)
{
    const score *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Twice the number of pairs in which `high` is above `low`, ties counted once.
 */
static double count_twice(const score *s, size_t n)
{
    double twice = 0, below = 0; /* low ones so far */
    for (size_t i = 0; i < n;) {
        double high = 0, low = 0, value = s[i].value;
        for (; i < n && s[i].value == value; i++) {
            high += s[i].high;
            low += !s[i].high;
        }
        twice += high * (2 * below + low);
        below += low;
    }
    return twice;
}

/* Of an area, with n and m scores. */
static double standard_error(double area, double n, double m)
{
    double one = area / (2 - area), two = 2 * area * area / (1 + area);
    double variance = area * (1 - area) + (n - 1) * (one - area * area) +
                      (m - 1) * (two - area * area);
    return sqrt(fmax(variance, 0) / (n * m));
}

gt_status gt_auc_of_scores(const double *high, size_t n_high, const double *low,
                           size_t n_low, gt_estimate *out)
{
    size_t n = n_high + n_low;
    if (n_high == 0 || n_low == 0)
        return gt_fail(GT_ERR_CONFIG,
                       "an AUC needs scores of both sets, and there are %zu "
                       "and %zu",
                       n_high, n_low);
    score *all = malloc(n * sizeof *all);
    if (!all)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %zu scores", n);
    gt_status status = GT_OK;
    for (size_t i = 0; i < n && status == GT_OK; i++) {
        all[i] = i < n_high ? (score){high[i], true}
                            : (score){low[i - n_high], false};
        if (isnan(all[i].value))
            status = gt_fail(GT_ERR_NUMERIC,
                             "an AUC needs numbers, but score %zu of the %s "
                             "set is NaN",
                             i < n_high ? i : i - n_high,
                             i < n_high ? "first" : "second");
    }
    if (status == GT_OK) {
        qsort(all, n, sizeof *all, by_value);
        double area =
            count_twice(all, n) / 2 / ((double)n_high * (double)n_low);
        *out = (gt_estimate){
            area, standard_error(area, (double)n_high, (double)n_low)};
    }
    free(all);
    return status;
}
