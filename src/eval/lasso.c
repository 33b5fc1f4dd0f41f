/* lasso.c: with the inputs' products at hand a sweep over all weights costs
 * d^2, whatever the number of samples was. */
#include "eval/lasso.h"

#include <math.h>

enum { MOST_SWEEPS = 1000 };

static double shrunk(double x, double by)
{
    return x > by ? x - by : x < -by ? x + by : 0;
}

/* Sets the largest weight; returns the largest change of one. */
static double sweep(const gt__moments2 *of, int d, double penalty, double *w,
                    double *largest)
{
    double change = 0;
    *largest = 0;
    for (int j = 0; j < d; j++) {
        const double *row = of->zz + (size_t)j * (size_t)d;
        double rest = of->zy[j];
        if (!(row[j] > 0))
            continue;
        for (int k = 0; k < d; k++)
            rest -= k == j ? 0 : row[k] * w[k];
        double to = shrunk(rest, penalty) / row[j];
        change = fmax(change, fabs(to - w[j]));
        *largest = fmax(*largest, fabs(to));
        w[j] = to;
    }
    return change;
}

void gt__lasso(const gt__moments2 *of, int d, double penalty, double *w)
{
    double largest = 0;
    for (int i = 0; i < MOST_SWEEPS; i++)
        if (sweep(of, d, penalty, w, &largest) <= 1e-7 * largest)
            return;
}

double gt__lasso_error(const gt__moments2 *of, int d, const double *w)
{
    double error = of->yy;
    for (int j = 0; j < d; j++) {
        const double *row = of->zz + (size_t)j * (size_t)d;
        double along = -2 * of->zy[j];
        for (int k = 0; k < d; k++)
            along += row[k] * w[k];
        error += along * w[j];
    }
    return error > 0 ? error : 0;
}
