/* picture_scale.c: grey values of numbers are told apart badly, and a rainbow
 * shows edges that are not there. The colour map is viridis, by Stefan van der
 * Walt and Nathaniel Smith, who gave it away (CC0): its lightness rises evenly.
 * Nine of its colours are kept; between them it is nearly straight. */
#include "run/picture/picture_scale.h"

#include <math.h>
#include <stdlib.h>

enum {
    KEPT = 1 << 16, /* numbers that percentiles are taken of */
    MARGIN = 10,    /* around the bar */
    BAR = 14,       /* its width */
    TICK = 4,
    EACH = 24, /* pixels from one number to the next, at size 1 */
};

static const gt__rgb viridis[] = {
    {{68, 1, 84}},    {{71, 45, 123}},  {{59, 82, 139}},
    {{44, 114, 142}}, {{33, 145, 140}}, {{40, 174, 128}},
    {{94, 201, 98}},  {{173, 220, 48}}, {{253, 231, 37}},
};
enum { COLOURS = sizeof viridis / sizeof *viridis };

/* On a dark ground, and on a light one. */
static const gt__rgb light_ink = {{225, 225, 225}}, dark_ink = {{40, 40, 40}},
                     no_number = {{220, 30, 30}};

/* --- Which numbers. */

gt_status gt__extent_new(gt__extent *e, size_t count)
{
    *e = (gt__extent){
        .stride = count / KEPT + 1, .least = INFINITY, .most = -INFINITY};
    e->kept = malloc((count / e->stride + 1) * sizeof *e->kept);
    return e->kept ? GT_OK
                   : gt_fail(GT_ERR_MEMORY, "no memory for the scale of a "
                                            "picture");
}

void gt__extent_add(gt__extent *e, double value)
{
    if (!isfinite(value))
        return;
    e->least = fmin(e->least, value);
    e->most = fmax(e->most, value);
    if (e->seen++ % e->stride == 0)
        e->kept[e->n_kept++] = value;
}

void gt__extent_free(gt__extent *e)
{
    free(e->kept);
    *e = (gt__extent){0};
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of sorted numbers. Of showers most cells are near 0 and the rest go over
 * decades, of which equal parts for equal differences show one. */
static bool find_decades(const gt__extent *e, gt__scale *s)
{
    enum { TIMES = 100 };
    size_t first = 0;
    while (first < e->n_kept && !(e->kept[first] > 0))
        first++;
    size_t n = e->n_kept - first;
    if (n == 0)
        return false;
    const double *above = e->kept + first;
    double usual = above[n / 2], least = above[n / 100];
    if (!(above[n - 1 - n / 1000] >= TIMES * usual) || -e->least > usual)
        return false;
    double low = fmax(least, 1e-6 * e->most);
    *s = (gt__scale){
        .low = low, .high = e->most, .below = e->least < low, .logs = true};
    return true;
}

gt__scale gt__scale_of(gt__extent *e, bool may_log)
{
    gt__scale s = {.low = e->least, .high = e->most};
    if (e->n_kept == 0)
        return (gt__scale){.low = 0, .high = 0};
    qsort(e->kept, e->n_kept, sizeof *e->kept, by_size);
    if (may_log && find_decades(e, &s))
        return s;
    size_t cut = e->n_kept / 1000;
    double low = e->kept[cut], high = e->kept[e->n_kept - 1 - cut];
    if (!(high > low) || s.high - s.low <= 1.5 * (high - low))
        return s;
    return (gt__scale){.low = low,
                       .high = high,
                       .below = e->least<low, .above = e->most> high};
}

/* --- Colours. */

/* From 0 to 1; numbers that are all the same lie in the middle. */
static double part_of(const gt__scale *s, double value)
{
    if (!(s->high > s->low))
        return 0.5;
    double part = (value - s->low) / (s->high - s->low);
    if (s->logs)
        part = value > s->low ? log(value / s->low) / log(s->high / s->low) : 0;
    return fmin(fmax(part, 0), 1);
}

uint8_t gt__scale_byte(const gt__scale *s, double value)
{
    return isfinite(value) ? (uint8_t)lround(255 * part_of(s, value)) : 0;
}

gt__rgb gt__scale_colour(const gt__scale *s, double value)
{
    if (!isfinite(value))
        return no_number;
    uint8_t grey = gt__scale_byte(s, value);
    if (s->grey)
        return (gt__rgb){{grey, grey, grey}};
    double at = part_of(s, value) * (COLOURS - 1);
    int i = (int)at < COLOURS - 1 ? (int)at : COLOURS - 2;
    gt__rgb colour;
    for (int k = 0; k < 3; k++) {
        double from = viridis[i].v[k], to = viridis[i + 1].v[k];
        colour.v[k] = (uint8_t)(from + (to - from) * (at - i) + 0.5);
    }
    return colour;
}

/* The number of a part. */
static double value_at(const gt__scale *s, double part)
{
    return s->logs ? s->low * pow(s->high / s->low, part)
                   : s->low + part * (s->high - s->low);
}

/* --- The bar. */

int gt__scale_text_size(int height)
{
    return height >= 240 ? 2 : 1;
}

static gt__ticks ticks_of(const gt__scale *s, int height)
{
    int most = height / EACH / gt__scale_text_size(height);
    return s->logs ? gt__ticks_of_decades(s->low, s->high, most)
                   : gt__ticks_of(s->low, s->high, most);
}

int gt__scale_width(const gt__scale *s, int height)
{
    gt__ticks ticks = ticks_of(s, height);
    return MARGIN + BAR + 2 * TICK +
           gt__ticks_width(&ticks, gt__scale_text_size(height)) + MARGIN;
}

/* An arrow at an end says that something lies beyond it. */
static void draw_end(const gt__canvas *c, int x, int y, int down,
                     gt__rgb colour)
{
    for (int i = 0; i < BAR / 2; i++)
        gt__canvas_fill(c, x + i, y + i * down, BAR - 2 * i, 1, colour);
}

void gt__scale_draw(const gt__canvas *c, const gt__scale *s, int x)
{
    enum { END = MARGIN + BAR / 2 };
    int size = gt__scale_text_size(c->height);
    gt__rgb ink = s->grey ? light_ink : dark_ink;
    int top = s->logs ? END + GT__TEXT_HEIGHT * size : END,
        bottom = c->height - END, length = bottom - top;
    gt__ticks ticks = ticks_of(s, c->height);
    x += MARGIN;
    for (int y = top; y < bottom; y++) {
        double part = (bottom - 1 - y) / fmax(length - 1, 1);
        gt__canvas_fill(c, x, y, BAR, 1,
                        gt__scale_colour(s, value_at(s, part)));
    }
    if (s->logs)
        gt__text_draw(c, x, MARGIN / 2, size, "log", ink);
    if (s->above)
        draw_end(c, x, top - 1, -1, gt__scale_colour(s, s->high));
    if (s->below)
        draw_end(c, x, bottom, 1, gt__scale_colour(s, s->low));
    for (int i = 0; i < ticks.n; i++) {
        int y =
            bottom - 1 - (int)(part_of(s, ticks.value[i]) * (length - 1) + 0.5);
        gt__canvas_fill(c, x + BAR, y, TICK, 1, ink);
        gt__text_draw(c, x + BAR + 2 * TICK, y - GT__TEXT_HEIGHT * size / 2,
                      size, ticks.text[i], ink);
    }
}
