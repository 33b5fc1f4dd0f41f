/* picture.c: grids. What differs between shapes is in their tiles and scales;
 * here is only where pixels go. */
#include "run/picture/picture.h"

#include "run/picture/picture_bars.h"
#include "run/picture/picture_canvas.h"
#include "run/picture/picture_scale.h"
#include "run/picture/picture_tile.h"
#include "store/files.h"

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    GAP = 2,             /* pixels between samples, */
    WIDE_GAP = 12,       /* where these are of several panels */
    GREY = 64,           /* of the gaps, */
    LIGHT = 225,         /* between what has the colours of a scale */
    CELL = 56,           /* smaller samples are enlarged to about this */
    LONGEST = 8 * CELL,  /* and their longer side to no more than this */
    THINNEST = CELL / 4, /* a shorter side is stretched to about this */
    CHEQUER = 4,         /* of the ground behind what is not opaque */
};

static bool is_picture(const char *path)
{
    png_byte head[8];
    FILE *f = fopen(path, "rb");
    bool is = f && fread(head, 1, sizeof head, f) == sizeof head &&
              png_sig_cmp(head, 0, sizeof head) == 0;
    if (f)
        fclose(f);
    return is;
}

gt_status gt_picture_check_path(const char *path)
{
    return gt_file_check_kind(path, is_picture, "a picture");
}

/* --- Where everything goes. */

typedef struct grid {
    gt__tile tile;
    int zoom_x, zoom_y; /* a pixel is so many; 1 where it is shrunk */
    int shrink;         /* or so many, down and across, are one */
    size_t gap;
    size_t columns, rows;
} grid;

static int smaller_of(int a, int b)
{
    return a < b ? a : b;
}

static int larger_of(int a, int b)
{
    return a > b ? a : b;
}

/* How often `unit` fits into `size`, rounded up. */
static int parts(int size, int unit)
{
    return (size + unit - 1) / unit;
}

/* Where the panels of column `n` begin in a tile; for n = columns the width of
 * the tile. */
static size_t panel_x(const grid *g, int n)
{
    size_t x = 0;
    for (int i = 0; i < n; i++)
        x += (size_t)parts(g->tile.width[i], g->shrink) * (size_t)g->zoom_x +
             (i + 1 < g->tile.columns ? GT__PANEL_GAP : 0);
    return x;
}

static size_t panel_y(const grid *g, int n)
{
    size_t y = 0;
    for (int i = 0; i < n; i++)
        y += (size_t)parts(g->tile.height[i], g->shrink) * (size_t)g->zoom_y +
             (i + 1 < g->tile.rows ? GT__PANEL_GAP : 0);
    return y;
}

static size_t cell_width(const grid *g)
{
    return panel_x(g, g->tile.columns) + g->gap;
}

static size_t cell_height(const grid *g)
{
    return panel_y(g, g->tile.rows) + g->gap;
}

static bool fits(const grid *g)
{
    size_t width = g->columns * cell_width(g) + g->gap;
    size_t height = g->rows * cell_height(g) + g->gap;
    return width <= GT__CANVAS_LARGEST && height <= GT__CANVAS_LARGEST &&
           width * height <= GT__CANVAS_MOST;
}

static int sum_of(const int *sizes, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += sizes[i];
    return sum;
}

/* By the shorter side of the largest panel, and the longer one of the tile. */
static void choose_zoom(grid *g)
{
    const gt__tile *t = &g->tile;
    int w = t->panel[0].width, h = t->panel[0].height;
    int across = sum_of(t->width, t->columns),
        down = sum_of(t->height, t->rows);
    int shorter = smaller_of(w, h);
    int zoom =
        smaller_of(parts(CELL, shorter), LONGEST / larger_of(across, down));
    zoom = larger_of(zoom, 1);
    int stretch = larger_of(zoom, THINNEST / shorter);
    g->zoom_x = w < h ? stretch : zoom;
    g->zoom_y = w < h ? zoom : stretch;
    g->shrink = 1;
    g->gap = t->n_panels > 1 ? WIDE_GAP : GAP;
}

/* Of so many samples that each would be a pixel, the first. */
static void leave_out(grid *g, size_t n)
{
    size_t across = cell_width(g), down = cell_height(g);
    size_t most = (GT__CANVAS_LARGEST - g->gap) / across;
    g->columns = g->columns < most ? g->columns : most;
    g->rows = (n + g->columns - 1) / g->columns;
    size_t height = GT__CANVAS_MOST / (g->columns * across + g->gap);
    height = height < GT__CANVAS_LARGEST ? height : GT__CANVAS_LARGEST;
    most = (height - g->gap) / down;
    g->rows = g->rows < most ? g->rows : most;
}

static grid grid_of(size_t n, const gt__tile *tile, size_t columns)
{
    grid g = {
        .tile = *tile, .columns = columns, .rows = (n + columns - 1) / columns};
    choose_zoom(&g);
    while (!fits(&g) && (g.zoom_x > 1 || g.zoom_y > 1)) {
        g.zoom_x = larger_of(g.zoom_x - 1, 1);
        g.zoom_y = larger_of(g.zoom_y - 1, 1);
    }
    int longer = 1;
    for (int i = 0; i < tile->n_panels; i++)
        longer = larger_of(
            longer, larger_of(tile->panel[i].width, tile->panel[i].height));
    while (!fits(&g) && g.shrink < longer)
        g.shrink++;
    if (!fits(&g))
        leave_out(&g, n);
    return g;
}

/* Width over height of a grid, or the other way round. */
static double longness(size_t n, size_t columns, size_t width, size_t height)
{
    double across = (double)(columns * width + GAP);
    double down = (double)((n + columns - 1) / columns * height + GAP);
    return across > down ? across / down : down / across;
}

int gt_picture_columns(size_t n, int period, gt_shape shape, bool reals)
{
    gt__tile tile = gt__tile_of(shape, reals);
    grid g = {.tile = tile};
    choose_zoom(&g);
    size_t width = cell_width(&g), height = cell_height(&g);
    if (gt_shape_is_vector(shape))
        gt__bars_size(shape.c, &width, &height);
    size_t best = 1, turn = (size_t)period;
    for (size_t columns = 2; columns <= n; columns++) {
        size_t rows = (n + columns - 1) / columns;
        bool even = (n + rows - 1) / rows == columns; /* no row is shorter
                                                         than it need be */
        if (even && longness(n, columns, width, height) <=
                        longness(n, best, width, height))
            best = columns;
    }
    if (period <= 1 || turn > n)
        return (int)best;
    return (int)((best + turn - 1) / turn * turn);
}

char *gt_picture_note(gt_shape shape, bool reals, char text[GT_PICTURE_NOTE])
{
    gt__tile tile = gt__tile_of(shape, reals);
    char channels[64] = "";
    if (gt_shape_is_flat(shape) || tile.shown == tile.all)
        channels[0] = '\0';
    else
        snprintf(channels, sizeof channels, "the first %d of %d channels",
                 tile.shown, tile.all);
    if (gt_shape_is_volume(shape))
        snprintf(text, GT_PICTURE_NOTE,
                 "the three middle slices of each volume%s%s",
                 *channels ? ", of " : "", channels);
    else
        snprintf(text, GT_PICTURE_NOTE, "%s", channels);
    return text;
}

/* --- Pixels. */

static double value_at(const gt_picture_values *v, size_t at)
{
    return v->bytes ? v->bytes[at] : (double)v->reals[at];
}

/* The mean of the values of a panel that become the pixel (x, y). */
static double shrunk(const grid *g, const gt_picture_values *v,
                     const gt__panel *p, size_t sample, int x, int y)
{
    int s = g->shrink, count = 0;
    double sum = 0;
    sample += p->first;
    for (int i = y * s; i < smaller_of((y + 1) * s, p->height); i++)
        for (int j = x * s; j < smaller_of((x + 1) * s, p->width); j++) {
            sum += value_at(v, sample + (size_t)i * p->step_y +
                                   (size_t)j * p->step_x);
            count++;
        }
    return sum / count;
}

static uint8_t over(double value, double alpha, int x, int y)
{
    double ground = (x / CHEQUER + y / CHEQUER) % 2 ? 153 : 102;
    return (uint8_t)(ground + (value - ground) * alpha / 255 + 0.5);
}

/* Of a pixel whose values are `value`, at (x, y) of its panel. */
static gt__rgb colour_of(const gt__tile *t, const gt__scale *scale,
                         const double value[4], int x, int y)
{
    gt__rgb colour = {{0, 0, 0}};
    if (scale && t->channels == 1)
        return gt__scale_colour(scale, value[0]);
    for (int k = 0; k < 3; k++) {
        double v = value[t->channels == 1 ? 0 : k];
        if (scale)
            colour.v[k] = gt__scale_byte(scale, v);
        else if (t->channels == 4)
            colour.v[k] = over(v, value[3], x, y);
        else
            colour.v[k] = (uint8_t)(v + 0.5);
    }
    return colour;
}

/* Draw one panel with its corner at (x, y). */
static void draw_panel(const gt__canvas *c, const grid *g,
                       const gt__scale *scale, const gt_picture_values *v,
                       const gt__panel *p, size_t sample, int x, int y)
{
    int width = parts(p->width, g->shrink),
        height = parts(p->height, g->shrink);
    for (int i = 0; i < height; i++)
        for (int j = 0; j < width; j++) {
            double value[4] = {0};
            for (int k = 0; k < g->tile.channels; k++)
                value[k] = shrunk(g, v, p, sample + (size_t)k, j, i);
            gt__canvas_fill(c, x + j * g->zoom_x, y + i * g->zoom_y, g->zoom_x,
                            g->zoom_y, colour_of(&g->tile, scale, value, j, i));
        }
}

static void draw_all(const gt__canvas *c, const grid *g, const gt__scale *scale,
                     const gt_picture_values *v)
{
    for (size_t i = 0; i < v->n && i < g->columns * g->rows; i++) {
        size_t x = g->gap + i % g->columns * cell_width(g) +
                   gt__picture_apart(v, i % g->columns);
        size_t y = g->gap + i / g->columns * cell_height(g);
        for (int k = 0; k < g->tile.n_panels; k++) {
            const gt__panel *p = &g->tile.panel[k];
            draw_panel(c, g, scale, v, p, i * gt_shape_size(v->shape),
                       (int)(x + panel_x(g, p->column)),
                       (int)(y + panel_y(g, p->row)));
        }
    }
}

/* --- Scales. */

/* Of all reals that are drawn. */
static gt_status find_scale(const gt_picture_values *v, const grid *g,
                            gt__scale *scale)
{
    gt__extent extent;
    const gt__tile *t = &g->tile;
    size_t n = v->n < g->columns * g->rows ? v->n : g->columns * g->rows;
    size_t each = 0;
    for (int k = 0; k < t->n_panels; k++)
        each += (size_t)t->panel[k].width * (size_t)t->panel[k].height *
                (size_t)t->channels;
    gt_status status = gt__extent_new(&extent, n * each);
    if (status != GT_OK)
        return status;
    for (size_t i = 0; i < n * (size_t)t->n_panels; i++) {
        const gt__panel *p = &t->panel[i % (size_t)t->n_panels];
        size_t first =
            i / (size_t)t->n_panels * gt_shape_size(v->shape) + p->first;
        for (int y = 0; y < p->height; y++)
            for (int x = 0; x < p->width; x++)
                for (int k = 0; k < t->channels; k++)
                    gt__extent_add(&extent,
                                   value_at(v, first + (size_t)y * p->step_y +
                                                   (size_t)x * p->step_x +
                                                   (size_t)k));
    }
    *scale = gt__scale_of(&extent, t->channels == 1);
    scale->grey = t->channels > 1;
    gt__extent_free(&extent);
    return GT_OK;
}

static gt_status choose_scale(const gt_picture_values *v, const grid *g,
                              gt__scale *scale)
{
    if (!(v->high > v->low))
        return find_scale(v, g, scale);
    *scale = (gt__scale){.low = v->low, .high = v->high, .grey = true};
    return GT_OK;
}

static gt_status draw_reals(const char *path, const gt_picture_values *v,
                            const grid *g)
{
    enum { LEAST = 100 }; /* height, for the bar */
    gt__canvas c = {0};
    gt__scale scale;
    size_t width =
        g->columns * cell_width(g) + g->gap + gt__picture_apart(v, g->columns);
    size_t bar = 0;
    size_t height = g->rows * cell_height(g) + g->gap;
    gt_status status = choose_scale(v, g, &scale);
    if (status == GT_OK && !(v->high > v->low)) {
        height = height < LEAST ? LEAST : height;
        bar = (size_t)gt__scale_width(&scale, (int)height);
    }
    if (status == GT_OK)
        status = gt__canvas_new(&c, path, width + bar, height, 3,
                                scale.grey ? GREY : LIGHT);
    if (status != GT_OK)
        return status;
    draw_all(&c, g, &scale, v);
    if (bar > 0)
        gt__scale_draw(&c, &scale, (int)width);
    status = gt__canvas_write(&c, path);
    gt__canvas_free(&c);
    return status;
}

gt_status gt_picture_write(const char *path, const gt_picture_values *v,
                           int columns)
{
    gt__canvas c = {0};
    if (gt_shape_is_vector(v->shape))
        return gt__bars_write(path, v, columns);
    gt__tile tile = gt__tile_of(v->shape, v->reals != NULL);
    grid g = grid_of(v->n, &tile, (size_t)columns);
    if (v->reals)
        return draw_reals(path, v, &g);
    gt_status status = gt__canvas_new(
        &c, path,
        g.columns * cell_width(&g) + g.gap + gt__picture_apart(v, g.columns),
        g.rows * cell_height(&g) + g.gap, tile.channels == 1 ? 1 : 3, GREY);
    if (status != GT_OK)
        return status;
    draw_all(&c, &g, NULL, v);
    status = gt__canvas_write(&c, path);
    gt__canvas_free(&c);
    return status;
}
