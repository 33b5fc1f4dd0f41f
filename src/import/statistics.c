/* statistics.c: bytes are counted, so that their figures are exact. */
#include "import/statistics.h"

#include <math.h>

enum { BYTES = 256 };

gt__statistics gt__statistics_of_bytes(const uint8_t *values, size_t n)
{
    size_t counts[4][BYTES] = {0}; /* side by side: equal neighbours */
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++)
            counts[k][values[i + (size_t)k]]++;
    for (; i < n; i++)
        counts[0][values[i]]++;
    gt__statistics s = {.count = (double)n};
    double sum = 0;
    s.most = -1;
    for (int v = BYTES - 1; v >= 0; v--) {
        for (int k = 1; k < 4; k++)
            counts[0][v] += counts[k][v];
        if (!counts[0][v])
            continue;
        s.most = s.most < 0 ? v : s.most;
        s.least = v;
        sum += v * (double)counts[0][v];
    }
    s.mean = n ? sum / (double)n : 0;
    s.most = n ? s.most : 0;
    for (int v = 0; v < BYTES; v++)
        s.squares += (double)counts[0][v] * (v - s.mean) * (v - s.mean);
    return s;
}

gt__statistics gt__statistics_of_reals(const gt_real *values, size_t n)
{
    gt__statistics s = {.least = INFINITY, .most = -INFINITY};
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double v = (double)values[i];
        if (!isfinite(v))
            continue;
        s.count++;
        s.least = v < s.least ? v : s.least;
        s.most = v > s.most ? v : s.most;
        sum += v;
    }
    s.nonfinite = (double)n - s.count;
    if (s.count == 0)
        return (gt__statistics){.nonfinite = s.nonfinite};
    s.mean = sum / s.count;
    for (size_t i = 0; i < n; i++) {
        double d = (double)values[i] - s.mean;
        s.squares += isfinite(d) ? d * d : 0;
    }
    return s;
}

void gt__statistics_merge(gt__statistics *all, const gt__statistics *more)
{
    double count = all->count + more->count;
    all->nonfinite += more->nonfinite;
    if (more->count == 0)
        return;
    if (all->count == 0) {
        double nonfinite = all->nonfinite;
        *all = *more;
        all->nonfinite = nonfinite;
        return;
    }
    double apart = more->mean - all->mean;
    all->least = fmin(all->least, more->least);
    all->most = fmax(all->most, more->most);
    all->mean += apart * more->count / count;
    all->squares +=
        more->squares + apart * apart * all->count * more->count / count;
    all->count = count;
}

double gt__statistics_deviation(const gt__statistics *of)
{
    return of->count > 0 ? sqrt(of->squares / of->count) : 0;
}
