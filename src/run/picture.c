/* picture.c: libpng's simplified API writes a finished canvas; here is only
 * where pixels go on it. */
#include "run/picture.h"

#include "store/files.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

enum {
    GAP = 2,             /* pixels between images */
    GREY = 64,           /* of the gaps */
    CELL = 56,           /* smaller images are enlarged to about this */
    LONGEST = 4 * CELL,  /* and their longer side to no more than this */
    THINNEST = CELL / 4, /* a shorter side is stretched to about this */
    SIDE = 600,          /* of a scatter picture */
    LARGEST = 1 << 15,   /* side of a canvas */
    MOST = 1 << 28,      /* pixels of a canvas */
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

typedef struct canvas {
    int width, height, channels;
    uint8_t *pixels;
} canvas;

static gt_status canvas_new(canvas *c, const char *path, size_t width,
                            size_t height, int channels, uint8_t fill)
{
    size_t size = width * height * (size_t)channels;
    *c = (canvas){(int)width, (int)height, channels, malloc(size)};
    if (!c->pixels)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu pixels", path,
                       size);
    memset(c->pixels, fill, size);
    return GT_OK;
}

static gt_status canvas_write(const canvas *c, const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)c->width,
                       .height = (png_uint_32)c->height,
                       .format =
                           c->channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *file = malloc(size);
    if (!file)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu bytes", path,
                       (size_t)size);
    gt_status status;
    if (png_image_write_to_memory(&image, file, &size, 0, c->pixels, 0, NULL))
        status = gt_file_replace(path, file, size);
    else
        status = gt_fail(GT_ERR_IO, "cannot write %s: %s", path, image.message);
    free(file);
    return status;
}

/* --- Grids. Any shape and number of images has a picture: small images are
 * enlarged, thin ones stretched, and what would be too large for a canvas is
 * shrunk. */

typedef struct grid {
    gt_shape shape;     /* of an image */
    int zoom_x, zoom_y; /* a pixel is so many; 1 where it is shrunk */
    int shrink;         /* or so many, down and across, are one */
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

static size_t cell_width(const grid *g)
{
    return (size_t)(parts(g->shape.w, g->shrink) * g->zoom_x) + GAP;
}

static size_t cell_height(const grid *g)
{
    return (size_t)(parts(g->shape.h, g->shrink) * g->zoom_y) + GAP;
}

static bool fits(const grid *g)
{
    size_t width = g->columns * cell_width(g) + GAP;
    size_t height = g->rows * cell_height(g) + GAP;
    return width <= LARGEST && height <= LARGEST && width * height <= MOST;
}

static grid grid_of(size_t n, gt_shape shape, size_t columns)
{
    enum { TINIEST = 1 + GAP };
    int shorter = smaller_of(shape.h, shape.w);
    int longer = larger_of(shape.h, shape.w);
    int zoom = smaller_of(parts(CELL, shorter), LONGEST / longer);
    zoom = larger_of(zoom, 1);
    int stretch = larger_of(zoom, THINNEST / shorter);
    grid g = {.shape = shape,
              .zoom_x = shape.w < shape.h ? stretch : zoom,
              .zoom_y = shape.w < shape.h ? zoom : stretch,
              .shrink = 1,
              .columns = columns,
              .rows = (n + columns - 1) / columns};
    for (; !fits(&g) && (g.zoom_x > 1 || g.zoom_y > 1);) {
        g.zoom_x = larger_of(g.zoom_x - 1, 1);
        g.zoom_y = larger_of(g.zoom_y - 1, 1);
    }
    while (!fits(&g) && g.shrink < longer)
        g.shrink++;
    if (!fits(&g)) { /* of so many, the first */
        size_t most = (LARGEST - GAP) / TINIEST;
        g.columns = columns < most ? columns : most;
        g.rows = (n + g.columns - 1) / g.columns;
        size_t height = MOST / (g.columns * TINIEST + GAP);
        height = height < LARGEST ? height : LARGEST;
        most = (height - GAP) / TINIEST;
        g.rows = g.rows < most ? g.rows : most;
    }
    return g;
}

/* The mean of the pixels of an image that become the pixel (x, y). */
static uint8_t shrunk(const grid *g, const uint8_t *image, int x, int y,
                      int channel)
{
    int s = g->shrink, sum = 0, count = 0;
    if (s == 1)
        return image[((size_t)y * (size_t)g->shape.w + (size_t)x) *
                         (size_t)g->shape.c +
                     (size_t)channel];
    for (int i = y * s; i < smaller_of((y + 1) * s, g->shape.h); i++)
        for (int j = x * s; j < smaller_of((x + 1) * s, g->shape.w); j++) {
            size_t at = (size_t)i * (size_t)g->shape.w + (size_t)j;
            sum += image[at * (size_t)g->shape.c + (size_t)channel];
            count++;
        }
    return (uint8_t)((sum + count / 2) / count);
}

/* Draw one image with its corner at (x, y). */
static void draw_image(const canvas *c, const grid *g, size_t x, size_t y,
                       const uint8_t *image)
{
    size_t width = cell_width(g) - GAP, height = cell_height(g) - GAP;
    for (size_t i = 0; i < height; i++) {
        uint8_t *to =
            c->pixels + ((y + i) * (size_t)c->width + x) * (size_t)c->channels;
        for (size_t j = 0; j < width; j++)
            for (int k = 0; k < c->channels; k++)
                *to++ =
                    shrunk(g, image, (int)j / g->zoom_x, (int)i / g->zoom_y, k);
    }
}

gt_status gt_picture_grid(const char *path, const uint8_t *images, size_t n,
                          gt_shape shape, int columns)
{
    if (gt_shape_is_volume(shape)) /* slices one under the other */
        shape = (gt_shape){shape.d * shape.h, shape.w, shape.c};
    grid g = grid_of(n, shape, (size_t)columns);
    canvas c = {0};
    gt_status status =
        canvas_new(&c, path, g.columns * cell_width(&g) + GAP,
                   g.rows * cell_height(&g) + GAP, shape.c == 3 ? 3 : 1, GREY);
    if (status != GT_OK)
        return status;
    for (size_t i = 0; i < n && i < g.columns * g.rows; i++)
        draw_image(&c, &g, GAP + i % g.columns * cell_width(&g),
                   GAP + i / g.columns * cell_height(&g),
                   images + i * gt_shape_size(shape));
    status = canvas_write(&c, path);
    free(c.pixels);
    return status;
}

int gt_picture_columns(size_t n, int period)
{
    size_t side = (size_t)ceil(sqrt((double)n)), turn = (size_t)period;
    if (period <= 1 || turn > n)
        return (int)side;
    return (int)((side + turn - 1) / turn * turn);
}

/* --- Scatter pictures. */

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
static void draw_dot(const canvas *c, double x, double y,
                     const uint8_t colour[3])
{
    for (int i = (int)y - 2; i <= (int)y + 2; i++)
        for (int j = (int)x - 2; j <= (int)x + 2; j++) {
            double distance = hypot(j + 0.5 - x, i + 0.5 - y);
            double cover = 0.6 * fmin(1, fmax(0, 2.5 - distance));
            if (i < 0 || j < 0 || i >= c->height || j >= c->width)
                continue;
            uint8_t *p =
                c->pixels + 3 * ((size_t)i * (size_t)c->width + (size_t)j);
            for (int k = 0; k < 3; k++)
                p[k] = (uint8_t)(p[k] + cover * (colour[k] - p[k]));
        }
}

static void draw_points(const canvas *c, const window *w, const gt_real *points,
                        size_t n, const uint8_t colour[3])
{
    for (size_t i = 0; i < n; i++) {
        double x = SIDE / 2.0 + (points[2 * i] - w->x) * w->scale;
        double y = SIDE / 2.0 - (points[2 * i + 1] - w->y) * w->scale;
        if (x > -3 && y > -3 && x < SIDE + 3 && y < SIDE + 3)
            draw_dot(c, x, y, colour);
    }
}

gt_status gt_picture_points(const char *path, const gt_real *points, size_t n,
                            const gt_real *reference, size_t n_reference)
{
    static const uint8_t grey[3] = {190, 190, 190}, blue[3] = {20, 80, 180};
    canvas c = {0};
    gt_status status = canvas_new(&c, path, SIDE, SIDE, 3, 255);
    if (status != GT_OK)
        return status;
    window w = reference ? window_around(reference, n_reference)
                         : window_around(points, n);
    if (reference)
        draw_points(&c, &w, reference, n_reference, grey);
    draw_points(&c, &w, points, n, blue);
    status = canvas_write(&c, path);
    free(c.pixels);
    return status;
}
