/* factors.c: figures look at one latent or one factor at a time, so these are
 * columns here, in double; what cannot be judged is refused once for all. */
#include "eval/factors.h"

#include <math.h>
#include <stdlib.h>

static bool is_constant(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

/* Column `column` of rows of `width`; whether all of it is finite. */
static bool take_column(const gt_real *rows, size_t n, int width, int column,
                        double *to)
{
    bool finite = true;
    for (size_t i = 0; i < n; i++) {
        to[i] = (double)rows[i * (size_t)width + (size_t)column];
        finite = finite && isfinite(to[i]);
    }
    return finite;
}

static gt_status take_all(gt__factors *f, const gt_codes *codes)
{
    for (int j = 0; j < f->latents; j++)
        if (!take_column(codes->mu, f->n, f->latents, j,
                         f->z + (size_t)j * f->n))
            return gt_fail(GT_ERR_NUMERIC,
                           "latent %d has codes that are not finite", j);
    for (int k = 0; k < codes->factors; k++) {
        double *to = f->v + (size_t)f->factors * f->n;
        if (!take_column(codes->factor, f->n, codes->factors, k, to))
            return gt_fail(GT_ERR_NUMERIC,
                           "factor %s has values that are not finite",
                           codes->name[k]);
        f->is_class[f->factors] = codes->is_class[k];
        f->factors += !is_constant(to, f->n);
    }
    if (f->factors == 0)
        return gt_fail(GT_ERR_MISMATCH,
                       "disentanglement needs what samples differ by: labels "
                       "or columns of conditions in the data that are not the "
                       "same for all of them");
    return GT_OK;
}

gt_status gt__factors_new(gt__factors *f, const gt_codes *codes)
{
    *f = (gt__factors){.n = codes->n, .latents = codes->latents};
    if (codes->n < GT__FACTORS_LEAST)
        return gt_fail(GT_ERR_MISMATCH,
                       "disentanglement needs at least %d samples, and there "
                       "are %zu",
                       GT__FACTORS_LEAST, codes->n);
    f->z = malloc(f->n * (size_t)f->latents * sizeof *f->z);
    f->v = malloc((f->n * (size_t)codes->factors + 1) * sizeof *f->v);
    f->is_class = calloc((size_t)codes->factors + 1, sizeof *f->is_class);
    gt_status status = GT_OK;
    if (!f->z || !f->v || !f->is_class)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate %zu codes", f->n);
    if (status == GT_OK)
        status = take_all(f, codes);
    if (status != GT_OK)
        gt__factors_free(f);
    return status;
}

void gt__factors_free(gt__factors *f)
{
    free(f->z);
    free(f->v);
    free(f->is_class);
    *f = (gt__factors){0};
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int gt__levels(const double *x, size_t n, double *sorted, int *level)
{
    int levels = 0;
    for (size_t i = 0; i < n; i++)
        sorted[i] = x[i];
    qsort(sorted, n, sizeof *sorted, compare);
    for (size_t i = 0; i < n; i++)
        if (levels == 0 || sorted[i] != sorted[levels - 1])
            sorted[levels++] = sorted[i];
    for (size_t i = 0; i < n; i++) {
        const double *at =
            bsearch(&x[i], sorted, (size_t)levels, sizeof *sorted, compare);
        level[i] = (int)(at - sorted);
    }
    return levels;
}

void gt__bins(const double *x, size_t n, int bins, int *bin)
{
    double low = x[0], high = x[0];
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    for (size_t i = 0; i < n; i++) {
        int at = high > low ? (int)((x[i] - low) / (high - low) * bins) : 0;
        bin[i] = at < bins ? at : bins - 1;
    }
}
