/* plot.c: two kinds of axes and a few marks are all that our pictures need. */
#include "run/picture/plot.h"

#include "run/picture/picture_text.h"

#include <math.h>
#include <stdio.h>

enum {
    LONG = 8, /* ticks, in pixels */
    SHORT = 4,
    NEAR = 8,    /* from an axis to its numbers */
    DECADES = 6, /* with numbers, about */
};

const gt__rgb gt__plot_ink = {{35, 35, 35}}, gt__plot_data = {{190, 190, 190}},
              gt__plot_model = {{20, 80, 180}};

/* --- Places. */

static double part_of(const gt__axis *a, double value)
{
    if (!a->logarithmic)
        return (value - a->low) / (a->high - a->low);
    return value > 0 ? log(value / a->low) / log(a->high / a->low) : -1;
}

double gt__plot_x(const gt__plot *p, double value)
{
    return p->left + part_of(&p->across, value) * p->width;
}

double gt__plot_y(const gt__plot *p, double value)
{
    return p->top + (1 - part_of(&p->up, value)) * p->height;
}

/* --- Axes. */

typedef struct tick {
    double value;
    char text[GT__NUMBER + 8]; /* "": a short one */
} tick;
enum { TICKS = 128 };

static int linear_ticks(const gt__axis *a, int most, tick *ticks)
{
    gt__ticks found = gt__ticks_of(a->low, a->high, most);
    for (int i = 0; i < found.n; i++) {
        ticks[i].value = found.value[i];
        snprintf(ticks[i].text, sizeof ticks[i].text, "%s", found.text[i]);
    }
    return found.n;
}

/* Powers of 10, and between them 2 .. 9 where there are few decades. */
static int decade_ticks(const gt__axis *a, tick *ticks)
{
    int from = (int)floor(log10(a->low)), to = (int)ceil(log10(a->high));
    int every = (to - from + DECADES - 1) / DECADES, n = 0;
    for (int k = from; k <= to; k++)
        for (int i = 1; i < 10 && n < TICKS; i++) {
            double value = i * pow(10, k);
            bool whole = i == 1;
            if (value < a->low * (1 - 1e-9) || value > a->high * (1 + 1e-9) ||
                (!whole && every > 2))
                continue;
            ticks[n] = (tick){.value = value};
            if (whole && k % every == 0 && (k == 0 || k == 1))
                snprintf(ticks[n].text, sizeof ticks[n].text, "%.0f", value);
            else if (whole && k % every == 0)
                snprintf(ticks[n].text, sizeof ticks[n].text, "10^%d", k);
            n++;
        }
    return n;
}

static int ticks_of(const gt__axis *a, int most, tick *ticks)
{
    return a->logarithmic ? decade_ticks(a, ticks)
                          : linear_ticks(a, most, ticks);
}

static void draw_across(const gt__plot *p)
{
    tick ticks[TICKS];
    double bottom = p->top + p->height;
    int n = ticks_of(&p->across, p->width / 90, ticks);
    for (int i = 0; i < n; i++) {
        const char *text = ticks[i].text;
        int x = (int)gt__plot_x(p, ticks[i].value);
        int length = *text ? LONG : SHORT;
        gt__canvas_fill(p->canvas, x, p->top + p->height - length, 1, length,
                        gt__plot_ink);
        gt__canvas_fill(p->canvas, x, p->top, 1, length, gt__plot_ink);
        if (!p->bare)
            gt__label(p->canvas, x - gt__label_width(text, GT__PLOT_TEXT) / 2,
                      bottom + NEAR + GT__PLOT_TEXT, GT__PLOT_TEXT, text,
                      gt__plot_ink);
    }
    if (p->across.label && !p->bare)
        gt__label(p->canvas,
                  p->left + p->width -
                      gt__label_width(p->across.label, GT__PLOT_TEXT),
                  bottom + NEAR + 2.7 * GT__PLOT_TEXT, GT__PLOT_TEXT,
                  p->across.label, gt__plot_ink);
}

static void draw_up(const gt__plot *p)
{
    tick ticks[TICKS];
    double widest = 0;
    int n = ticks_of(&p->up, p->ticks, ticks);
    for (int i = 0; i < n; i++) {
        const char *text = ticks[i].text;
        int y = (int)gt__plot_y(p, ticks[i].value);
        int length = *text ? LONG : SHORT;
        double width = gt__label_width(text, GT__PLOT_TEXT);
        gt__canvas_fill(p->canvas, p->left, y, length, 1, gt__plot_ink);
        gt__canvas_fill(p->canvas, p->left + p->width - length, y, length, 1,
                        gt__plot_ink);
        gt__label(p->canvas, p->left - NEAR - width, y + GT__PLOT_TEXT / 2.0,
                  GT__PLOT_TEXT, text, gt__plot_ink);
        widest = fmax(widest, width);
    }
    if (p->up.label) {
        double length = gt__label_width(p->up.label, GT__PLOT_TEXT);
        gt__label_upwards(p->canvas, p->left - NEAR - widest - GT__PLOT_TEXT,
                          p->top + fmin(length, (p->height + length) / 2),
                          GT__PLOT_TEXT, p->up.label, gt__plot_ink);
    }
}

void gt__plot_axes(const gt__plot *p)
{
    int right = p->left + p->width, bottom = p->top + p->height;
    gt__canvas_fill(p->canvas, p->left, p->top, p->width + 1, 1, gt__plot_ink);
    gt__canvas_fill(p->canvas, p->left, bottom, p->width + 1, 1, gt__plot_ink);
    gt__canvas_fill(p->canvas, p->left, p->top, 1, p->height + 1, gt__plot_ink);
    gt__canvas_fill(p->canvas, right, p->top, 1, p->height + 1, gt__plot_ink);
    draw_across(p);
    draw_up(p);
}

/* --- Marks. */

/* The height of a bin in pixels from the bottom; 0: below the axis. */
static int height_of(const gt__plot *p, double value)
{
    double height = part_of(&p->up, value) * p->height;
    return height > 0 ? (int)(fmin(height, p->height) + 0.5) : 0;
}

void gt__plot_bins(const gt__plot *p, const double *edges,
                   const double *heights, int bins, bool filled, gt__rgb colour)
{
    enum { THICK = 3 };
    int bottom = p->top + p->height, before = 0;
    for (int i = 0; i <= bins; i++) {
        int x = (int)(gt__plot_x(p, edges[i]) + 0.5);
        int next = i < bins ? (int)(gt__plot_x(p, edges[i + 1]) + 0.5) : x;
        int height = i < bins ? height_of(p, heights[i]) : 0;
        int low = height < before ? height : before;
        int high = height < before ? before : height;
        if (filled && height > 0)
            gt__canvas_fill(p->canvas, x, bottom - height, next - x, height,
                            colour);
        if (!filled && high > low)
            gt__canvas_fill(p->canvas, x - THICK / 2, bottom - high - THICK / 2,
                            THICK, high - low + (low > 0 ? THICK : THICK / 2),
                            colour);
        if (!filled && height > 0)
            gt__canvas_fill(p->canvas, x, bottom - height - THICK / 2, next - x,
                            THICK, colour);
        before = height;
    }
}

void gt__plot_point(const gt__plot *p, double x, double y, double error,
                    gt__rgb colour)
{
    double at = gt__plot_x(p, x), top = p->top, bottom = p->top + p->height;
    double place = gt__plot_y(p, y);
    if (place < top || place > bottom) {
        double tip = place < top ? top + 2 : bottom - 2;
        double back = place < top ? 7 : -7;
        gt__point arrow[] = {
            {at - 4, tip + back}, {at, tip}, {at + 4, tip + back}};
        gt__stroke(p->canvas, arrow, 3, 1.8, colour);
        return;
    }
    gt__point bar[] = {{at, fmax(gt__plot_y(p, y + error), top)},
                       {at, fmin(gt__plot_y(p, y - error), bottom)}};
    gt__point dot = {at, place};
    gt__stroke(p->canvas, bar, 2, 1.6, colour);
    gt__stroke(p->canvas, &dot, 1, 5, colour);
}

double gt__plot_key(const gt__canvas *c, double x, double y, gt__key key,
                    gt__rgb colour, const char *text)
{
    enum { WIDE = 30, HIGH = 14, APART = 34 };
    gt__point line[] = {{x + 2, y}, {x + WIDE - 2, y}};
    gt__point middle = {x + WIDE / 2.0, y};
    if (key == GT__KEY_FILLED)
        gt__canvas_fill(c, (int)x, (int)y - HIGH / 2, WIDE, HIGH, colour);
    else if (key == GT__KEY_LINE)
        gt__stroke(c, line, 2, 3, colour);
    else if (key == GT__KEY_DOT)
        gt__stroke(c, &middle, 1, 9, colour);
    else
        gt__stroke_circle(c, middle, HIGH / 2.0, 1.6, colour);
    gt__label(c, x + WIDE + 9, y + GT__PLOT_TEXT / 2.0, GT__PLOT_TEXT, text,
              gt__plot_ink);
    return x + WIDE + 9 + gt__label_width(text, GT__PLOT_TEXT) + APART;
}
