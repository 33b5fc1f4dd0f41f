/* figure.c: lines of a log are compared by eye, so a number keeps its width. */
#include "base/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 5 };

char *gt_figure_text(double v, char text[GT_FIGURE])
{
    int decimals = v < 0 ? 2 : 3;
    if (!isfinite(v)) {
        const char *name = isnan(v) ? "nan" : v < 0 ? "-inf" : "inf";
        snprintf(text, GT_FIGURE, "%*s", WIDTH, name);
        return text;
    }
    if (v == 0 || fabs(v) >= 0.5 * pow(10, -decimals))
        for (; decimals >= 0; decimals--) {
            snprintf(text, GT_FIGURE, "%*.*f", WIDTH, decimals, v);
            if (strlen(text) <= WIDTH)
                return text;
        }
    snprintf(text, GT_FIGURE, "%*.0e", WIDTH, v);
    return text;
}

char *gt_duration_text(double seconds, char text[GT_DURATION])
{
    if (!(seconds >= 0 && seconds < 1e9)) {
        snprintf(text, GT_DURATION, "?");
        return text;
    }
    long s = (long)(seconds + 0.5);
    if (s >= 86400)
        snprintf(text, GT_DURATION, "%ldd%02ldh", s / 86400, s / 3600 % 24);
    else if (s >= 3600)
        snprintf(text, GT_DURATION, "%ldh%02ldm", s / 3600, s / 60 % 60);
    else if (s >= 60)
        snprintf(text, GT_DURATION, "%ldm%02lds", s / 60, s % 60);
    else
        snprintf(text, GT_DURATION, "%lds", s);
    return text;
}
