/* histogram_plot.c: where two distributions differ by a factor of two in a tail
 * cannot be seen in them; it is seen in their ratio, as high energy physics
 * draws it. */
#include "run/picture/histogram_plot.h"

#include "run/picture/plot.h"

#include <math.h>
#include <stdio.h>

enum {
    LEFT = 120,
    WIDTH = 580,
    RIGHT = 30,
    EACH = LEFT + WIDTH + RIGHT,
    TOP = 76,
    HEIGHT = 400,
    GAP = 22,
    RATIO = 130, /* height */
    BELOW = 72,
    ALL = TOP + HEIGHT + GAP + RATIO + BELOW,
};

/* Shares of all that is counted. */
typedef struct shares {
    double all[2];
    double bin[2][GT_HISTOGRAM_PLOT_BINS];
    double most, least; /* the least that is not 0 */
    bool logarithmic;   /* they differ much */
} shares;

static shares shares_of(const gt_histogram_plot *h)
{
    shares s = {.least = 1};
    double middle = 0;
    int n = 0;
    for (int w = 0; w < 2; w++) {
        s.all[w] = h->below[w] + h->above[w] + h->no_number[w];
        for (int i = 0; i < h->bins; i++)
            s.all[w] += h->count[w][i];
        for (int i = 0; i < h->bins; i++) {
            double share = s.all[w] > 0 ? h->count[w][i] / s.all[w] : 0;
            s.bin[w][i] = share;
            if (!(share > 0))
                continue;
            s.most = fmax(s.most, share);
            s.least = fmin(s.least, share);
            middle += log(share);
            n++;
        }
    }
    s.logarithmic = n > 0 && s.most > 20 * exp(middle / n);
    return s;
}

static gt__axis axis_of(const shares *s, const char *label)
{
    gt__axis axis = {.low = 0, .high = 1.08 * s->most, .label = label};
    if (!(s->most > 0))
        axis.high = 1;
    if (s->logarithmic) {
        axis.logarithmic = true;
        axis.low = fmax(s->least / 2, s->most * 1e-8);
        axis.high = s->most * pow(s->most / axis.low, 0.06);
    }
    return axis;
}

static void print_share(char text[24], double part)
{
    double percent = 100 * part;
    snprintf(text, 24,
             percent == 0    ? "0"
             : percent < 0.1 ? "%.1g %%"
                             : "%.3g %%",
             percent);
}

/* What is in no bin, where that is anything. */
static void draw_rest(const gt__canvas *c, const gt_histogram_plot *h,
                      const shares *s, int left)
{
    const double *kind[] = {h->below, h->above, h->no_number};
    static const char *const name[] = {"below", "above", "NaN"};
    char text[160] = "", share[2][24];
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        if (!(kind[i][0] + kind[i][1] > 0))
            continue;
        for (int w = 0; w < 2; w++)
            print_share(share[w], kind[i][w] / fmax(s->all[w], 1));
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %s / %s",
                              n ? ", " : "outside, data / model: ", name[i],
                              share[0], share[1]);
    }
    gt__label(c, left, TOP - 12, 12, text, gt__plot_ink);
}

static void draw_ratio(const gt__plot *p, const gt_histogram_plot *h,
                       const shares *s)
{
    for (int i = 0; i < h->bins; i++) {
        double data = h->count[0][i], model = h->count[1][i];
        if (!(data > 0) || !(s->all[1] > 0))
            continue;
        double ratio = s->bin[1][i] / s->bin[0][i];
        double error =
            sqrt(1 / data + 1 / fmax(model, 1)) * fmax(ratio, 1 / data);
        double middle = h->logarithmic ? sqrt(h->edges[i] * h->edges[i + 1])
                                       : (h->edges[i] + h->edges[i + 1]) / 2;
        gt__plot_point(p, middle, ratio, error, gt__plot_model);
    }
}

static void draw_plot(const gt__canvas *c, const gt_histogram_plot *h, int left)
{
    shares s = shares_of(h);
    char label[64];
    snprintf(label, sizeof label, "share of %s", h->each);
    gt__axis across = {h->edges[0], h->edges[h->bins], h->logarithmic,
                       h->value};
    gt__plot top = {.canvas = c,
                    .left = left,
                    .top = TOP,
                    .width = WIDTH,
                    .height = HEIGHT,
                    .across = across,
                    .up = axis_of(&s, label),
                    .bare = true,
                    .ticks = 6};
    gt__plot bottom = top;
    bottom.top += HEIGHT + GAP;
    bottom.height = RATIO;
    bottom.up = (gt__axis){0, 2, false, "model / data"};
    bottom.bare = false;
    bottom.ticks = 4;
    gt__plot_bins(&top, h->edges, s.bin[0], h->bins, true, gt__plot_data);
    gt__plot_bins(&top, h->edges, s.bin[1], h->bins, false, gt__plot_model);
    gt__plot_axes(&top);
    gt__canvas_fill(c, left, (int)gt__plot_y(&bottom, 1), WIDTH, 1,
                    gt__plot_data);
    draw_ratio(&bottom, h, &s);
    gt__plot_axes(&bottom);
    double x =
        gt__plot_key(c, left, 30, GT__KEY_FILLED, gt__plot_data, h->data);
    gt__plot_key(c, x, 30, GT__KEY_LINE, gt__plot_model, h->model);
    draw_rest(c, h, &s, left);
}

gt_status gt_histogram_plot_write(const char *path,
                                  const gt_histogram_plot *plots, int n)
{
    gt__canvas c = {0};
    gt_status status = gt__canvas_new(&c, path, (size_t)n * EACH, ALL, 3, 255);
    if (status != GT_OK)
        return status;
    for (int i = 0; i < n; i++)
        draw_plot(&c, &plots[i], i * EACH + LEFT);
    status = gt__canvas_write(&c, path);
    gt__canvas_free(&c);
    return status;
}
