/* scatter.c: points of the plane as dots. */
#include "run/picture/scatter.h"

#include "run/picture/picture_canvas.h"

#include <math.h>

enum { SIDE = 600 };

typedef struct window {
    double x, y, scale; /* centre, pixels per unit */
} window;

/* The square that holds the finite points, with a margin. */
static window window_around(const gt_real *points, size_t n)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < 2 * n; i++) {
        double v = points[i];
        if (!isfinite(v))
            continue;
        low[i % 2] = v < low[i % 2] ? v : low[i % 2];
        high[i % 2] = v > high[i % 2] ? v : high[i % 2];
    }
    double side = fmax(high[0] - low[0], high[1] - low[1]);
    if (!(side > 0))
        return (window){isfinite(low[0]) ? low[0] : 0,
                        isfinite(low[1]) ? low[1] : 0, SIDE / 2};
    return (window){(low[0] + high[0]) / 2, (low[1] + high[1]) / 2,
                    SIDE / (1.3 * side)};
}

/* Blend a disc of 5 pixels across into the canvas. */
static void draw_dot(const gt__canvas *c, double x, double y,
                     const uint8_t colour[3])
{
    for (int i = (int)y - 2; i <= (int)y + 2; i++)
        for (int j = (int)x - 2; j <= (int)x + 2; j++) {
            double distance = hypot(j + 0.5 - x, i + 0.5 - y);
            double cover = 0.6 * fmin(1, fmax(0, 2.5 - distance));
            if (i < 0 || j < 0 || i >= c->height || j >= c->width)
                continue;
            uint8_t *p = gt__canvas_at(c, j, i);
            for (int k = 0; k < 3; k++)
                p[k] = (uint8_t)(p[k] + cover * (colour[k] - p[k]));
        }
}

static void draw_points(const gt__canvas *c, const window *w,
                        const gt_real *points, size_t n,
                        const uint8_t colour[3])
{
    for (size_t i = 0; i < n; i++) {
        double x = SIDE / 2.0 + (points[2 * i] - w->x) * w->scale;
        double y = SIDE / 2.0 - (points[2 * i + 1] - w->y) * w->scale;
        if (x > -3 && y > -3 && x < SIDE + 3 && y < SIDE + 3)
            draw_dot(c, x, y, colour);
    }
}

gt_status gt_scatter_write(const char *path, const gt_real *points, size_t n,
                           const gt_real *reference, size_t n_reference)
{
    static const uint8_t grey[3] = {190, 190, 190}, blue[3] = {20, 80, 180};
    gt__canvas c = {0};
    gt_status status = gt__canvas_new(&c, path, SIDE, SIDE, 3, 255);
    if (status != GT_OK)
        return status;
    window w = reference ? window_around(reference, n_reference)
                         : window_around(points, n);
    if (reference)
        draw_points(&c, &w, reference, n_reference, grey);
    draw_points(&c, &w, points, n, blue);
    status = gt__canvas_write(&c, path);
    gt__canvas_free(&c);
    return status;
}
