/* scatter_plot.c: circles that are smaller than a dot would be hidden by it, so
 * dots are small, and circles are drawn above them. */
#include "run/picture/scatter_plot.h"

#include "run/picture/plot.h"

#include <math.h>
#include <stdio.h>

enum { LEFT = 100, TOP = 76, SIDE = 800, RIGHT = 30, BELOW = 72 };

static const gt__rgb data_colour = {{165, 165, 165}}, ring = {{200, 30, 30}};

typedef struct square {
    double x, y, half; /* centre, half of a side */
} square;

static void hold(double low[2], double high[2], const double point[2],
                 double room)
{
    for (int k = 0; k < 2 && isfinite(point[0] + point[1]); k++) {
        low[k] = fmin(low[k], point[k] - room);
        high[k] = fmax(high[k], point[k] + room);
    }
}

static square square_of(const gt_scatter_plot *s)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < s->n_data; i++)
        hold(low, high, (double[]){s->data[2 * i], s->data[2 * i + 1]}, 0);
    for (int i = 0; i < s->n_centres; i++)
        hold(low, high, s->centres + (ptrdiff_t)2 * i, s->radius);
    double side = fmax(high[0] - low[0], high[1] - low[1]);
    if (!(side >= 0))
        return (square){0, 0, 1};
    return (square){(low[0] + high[0]) / 2, (low[1] + high[1]) / 2,
                    side > 0 ? 0.6 * side : 1};
}

/* Returns how many points lie beyond the frame, or are no numbers. */
static size_t draw_points(const gt__plot *p, const gt_real *points, size_t n,
                          gt__rgb colour)
{
    size_t beyond = 0;
    for (size_t i = 0; i < n; i++) {
        gt__point at = {gt__plot_x(p, points[2 * i]),
                        gt__plot_y(p, points[2 * i + 1])};
        if (at.x >= p->left && at.x <= p->left + p->width && at.y >= p->top &&
            at.y <= p->top + p->height)
            gt__stroke(p->canvas, &at, 1, 3, colour);
        else
            beyond++;
    }
    return beyond;
}

static void draw_legend(const gt__canvas *c, const gt_scatter_plot *s,
                        size_t beyond)
{
    char text[96];
    double x =
        gt__plot_key(c, LEFT, 30, GT__KEY_DOT, data_colour, s->data_name);
    x = gt__plot_key(c, x, 30, GT__KEY_DOT, gt__plot_model, s->model_name);
    if (s->n_centres > 0)
        gt__plot_key(c, x, 30, GT__KEY_RING, ring, s->circles);
    if (beyond == 0)
        return;
    snprintf(text, sizeof text, "%zu of %zu points of the model lie beyond",
             beyond, s->n_model);
    gt__label(c, LEFT, TOP - 11, 12, text, gt__plot_ink);
}

gt_status gt_scatter_plot_write(const char *path, const gt_scatter_plot *s)
{
    gt__canvas c = {0};
    square q = square_of(s);
    gt_status status = gt__canvas_new(&c, path, LEFT + SIDE + RIGHT,
                                      TOP + SIDE + BELOW, 3, 255);
    if (status != GT_OK)
        return status;
    gt__plot p = {.canvas = &c,
                  .left = LEFT,
                  .top = TOP,
                  .width = SIDE,
                  .height = SIDE,
                  .across = {q.x - q.half, q.x + q.half, false, "first value"},
                  .up = {q.y - q.half, q.y + q.half, false, "second value"},
                  .ticks = 8};
    draw_points(&p, s->data, s->n_data, data_colour);
    size_t beyond = draw_points(&p, s->model, s->n_model, gt__plot_model);
    double scale = SIDE / (2 * q.half);
    for (int i = 0; i < s->n_centres; i++)
        gt__stroke_circle(
            &c,
            (gt__point){gt__plot_x(&p, s->centres[(ptrdiff_t)2 * i]),
                        gt__plot_y(&p, s->centres[(ptrdiff_t)2 * i + 1])},
            s->radius * scale, 1.4, ring);
    gt__plot_axes(&p);
    draw_legend(&c, s, beyond);
    status = gt__canvas_write(&c, path);
    gt__canvas_free(&c);
    return status;
}
