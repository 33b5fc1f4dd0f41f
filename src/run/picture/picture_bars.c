/* picture_bars.c: a vector has no neighbours above and below, so a picture of
 * its values as greys would show less than their heights do. */
#include "run/picture/picture_bars.h"

#include "run/picture/picture_canvas.h"
#include "run/picture/picture_text.h"

#include <math.h>
#include <stdio.h>

enum {
    WIDEST = 256, /* a field, about */
    HEIGHT = 96,
    GAP = 12,
    MARGIN = 8,
    TICK = 4,
    TICKS = 4, /* at a field */
    SMALL = 1000,
    DECADES = 8,
};

static const gt__rgb paper = {{255, 255, 255}}, bar = {{20, 80, 180}},
                     line = {{170, 170, 170}}, ink = {{40, 40, 40}},
                     no_number = {{220, 30, 30}};

/* Where fields are on the canvas. */
typedef struct layout {
    int width; /* of a field */
    int zoom;  /* pixels of a value, or */
    int share; /* values of a pixel */
    int left;  /* of the first field */
    size_t columns, rows;
    double low, high; /* of the scale */
    bool logarithmic; /* it is, and begins with the bottom, for 0 as well */
    gt__ticks ticks;
} layout;

static layout layout_of(int values)
{
    layout l = {.zoom = WIDEST / values, .share = 1};
    if (l.zoom < 1) {
        l.zoom = 1;
        l.share = (values + WIDEST - 1) / WIDEST;
    }
    l.width = (values + l.share - 1) / l.share * l.zoom;
    return l;
}

void gt__bars_size(int values, size_t *width, size_t *height)
{
    layout l = layout_of(values);
    *width = (size_t)l.width + GAP;
    *height = HEIGHT + GAP;
}

static double value_at(const gt_picture_values *v, size_t i)
{
    return v->bytes ? v->bytes[i] : (double)v->reals[i];
}

/* Values of 0 and more, most of which would be no pixel high beside the
 * greatest, as energies often are. */
static bool spans_decades(const gt_picture_values *v, double high)
{
    size_t seen = 0, small = 0;
    for (size_t i = 0; i < v->n * gt_shape_size(v->shape); i++) {
        double value = value_at(v, i);
        if (value < 0)
            return false;
        if (!(value > 0) || !isfinite(value))
            continue;
        seen++;
        small += value < high / SMALL;
    }
    return 2 * small > seen;
}

/* From the power of 10 below the least value that is not 0; no more than
 * DECADES. */
static void find_decades(const gt_picture_values *v, layout *l)
{
    double least = l->high;
    for (size_t i = 0; i < v->n * gt_shape_size(v->shape); i++)
        if (value_at(v, i) > 0)
            least = fmin(least, value_at(v, i));
    int to = (int)floor(log10(l->high)), from = (int)floor(log10(least));
    from = from < to - DECADES ? to - DECADES : from;
    int every = (to - from) / TICKS + 1;
    l->logarithmic = true;
    l->low = pow(10, from);
    l->ticks.n = 0;
    for (int k = from; k <= to && l->ticks.n < GT__TICKS; k += every) {
        l->ticks.value[l->ticks.n] = pow(10, k);
        snprintf(l->ticks.text[l->ticks.n++], GT__NUMBER, "%.3g", pow(10, k));
    }
}

static void find_scale(const gt_picture_values *v, layout *l)
{
    l->high = v->bytes ? 255 : 0;
    for (size_t i = 0; v->reals && i < v->n * gt_shape_size(v->shape); i++) {
        double value = value_at(v, i);
        if (!isfinite(value))
            continue;
        l->low = fmin(l->low, value);
        l->high = fmax(l->high, value);
    }
    if (!(l->high > l->low))
        l->high = l->low + 1;
    l->ticks = gt__ticks_of(l->low, l->high, TICKS);
    if (v->reals && spans_decades(v, l->high))
        find_decades(v, l);
    l->left = MARGIN + gt__ticks_width(&l->ticks, 1) + 2 * TICK;
}

/* Pixels from the top of a field to a value. */
static int down_to(const layout *l, double value)
{
    double part = (l->high - value) / (l->high - l->low);
    if (l->logarithmic)
        part = value > 0 ? log(l->high / value) / log(l->high / l->low) : 1;
    return (int)(fmin(fmax(part, 0), 1) * (HEIGHT - 1) + 0.5);
}

static void draw_bar(const gt__canvas *c, const layout *l, int x, int y,
                     const gt_picture_values *v, size_t first, int n)
{
    double low = 0, high = 0;
    for (int i = 0; i < n; i++) {
        double value = value_at(v, first + (size_t)i);
        if (!isfinite(value)) {
            gt__canvas_fill(c, x, y, l->zoom, HEIGHT, no_number);
            return;
        }
        low = fmin(low, value);
        high = fmax(high, value);
    }
    int top = down_to(l, high), bottom = down_to(l, low);
    int wide = l->zoom > 3 ? l->zoom - 1 : l->zoom;
    gt__canvas_fill(c, x, y + top, wide, bottom - top + 1,
                    top < bottom ? bar : line);
}

static void draw_field(const gt__canvas *c, const layout *l, int x, int y,
                       const gt_picture_values *v, size_t sample)
{
    int values = v->shape.c;
    size_t first = sample * (size_t)values;
    gt__canvas_fill(c, x, y, l->width, HEIGHT, paper);
    gt__canvas_fill(c, x, y + down_to(l, 0), l->width, 1, line);
    for (int i = 0; i < values; i += l->share)
        draw_bar(c, l, x + i / l->share * l->zoom, y, v, first + (size_t)i,
                 values - i < l->share ? values - i : l->share);
}

/* The numbers left of a row of fields. */
static void draw_ticks(const gt__canvas *c, const layout *l, int y)
{
    for (int i = 0; i < l->ticks.n; i++) {
        const char *text = l->ticks.text[i];
        int at = y + down_to(l, l->ticks.value[i]);
        gt__canvas_fill(c, l->left - TICK, at, TICK, 1, ink);
        gt__text_draw(c, l->left - 2 * TICK - gt__text_width(text, 1),
                      at - GT__TEXT_HEIGHT / 2, 1, text, ink);
    }
}

/* The numbers below a column of fields. */
static void draw_places(const gt__canvas *c, const layout *l, int x, int y,
                        int values)
{
    gt__ticks last = gt__ticks_of(values - 1, values - 1, 2);
    gt__text_draw(c, x, y, 1, "0", ink);
    gt__text_draw(c, x + l->width - gt__text_width(last.text[0], 1), y, 1,
                  last.text[0], ink);
}

static void draw_all(const gt__canvas *c, const layout *l,
                     const gt_picture_values *v)
{
    int across = l->width + GAP, down = HEIGHT + GAP;
    for (size_t i = 0; i < v->n && i < l->columns * l->rows; i++)
        draw_field(c, l,
                   l->left + (int)(i % l->columns) * across +
                       (int)gt__picture_apart(v, i % l->columns),
                   MARGIN + (int)(i / l->columns) * down, v, i);
    for (size_t i = 0; i < l->rows; i++)
        draw_ticks(c, l, MARGIN + (int)i * down);
    for (size_t i = 0; i < l->columns; i++)
        draw_places(c, l,
                    l->left + (int)i * across + (int)gt__picture_apart(v, i),
                    MARGIN + (int)l->rows * down, v->shape.c);
}

gt_status gt__bars_write(const char *path, const gt_picture_values *v,
                         int columns)
{
    gt__canvas c = {0};
    layout l = layout_of(v->shape.c);
    find_scale(v, &l);
    size_t across = (size_t)l.width + GAP, down = HEIGHT + GAP;
    size_t most = (GT__CANVAS_LARGEST - (size_t)l.left) / across;
    l.columns = (size_t)columns < most ? (size_t)columns : most;
    l.rows = (v->n + l.columns - 1) / l.columns;
    size_t width = (size_t)l.left + l.columns * across + MARGIN +
                   gt__picture_apart(v, l.columns);
    most = GT__CANVAS_MOST / width < GT__CANVAS_LARGEST
               ? GT__CANVAS_MOST / width
               : GT__CANVAS_LARGEST;
    most = (most - (size_t)4 * MARGIN) / down;
    l.rows = l.rows < most ? l.rows : most;
    gt_status status = gt__canvas_new(
        &c, path, width, (size_t)2 * MARGIN + l.rows * down + GT__TEXT_HEIGHT,
        3, 225);
    if (status != GT_OK)
        return status;
    draw_all(&c, &l, v);
    status = gt__canvas_write(&c, path);
    gt__canvas_free(&c);
    return status;
}
