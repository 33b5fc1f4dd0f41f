/* picture.c: libpng's simplified API writes a finished canvas; here is only
 * where pixels go on it. */
#include "run/picture.h"

#include "store/files.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

enum {
    GAP = 2,           /* pixels between images */
    GREY = 64,         /* of the gaps */
    CELL = 56,         /* smaller images are enlarged to about this */
    SIDE = 600,        /* of a scatter picture */
    LARGEST = 1 << 15, /* side of a canvas */
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
    if (width > LARGEST || height > LARGEST)
        return gt_fail(GT_ERR_USAGE,
                       "%s would be %zu x %zu pixels, over %d; draw fewer "
                       "images",
                       path, width, height, LARGEST);
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

/* Copy one image, every pixel `zoom` x `zoom` times, to (x, y). */
static void draw_image(const canvas *c, int x, int y, const uint8_t *image,
                       gt_shape shape, int zoom)
{
    for (int i = 0; i < shape.h * zoom; i++) {
        const uint8_t *from =
            image + (size_t)(i / zoom) * (size_t)shape.w * (size_t)shape.c;
        uint8_t *to =
            c->pixels + ((size_t)(y + i) * (size_t)c->width + (size_t)x) *
                            (size_t)c->channels;
        for (int j = 0; j < shape.w * zoom; j++)
            for (int k = 0; k < c->channels; k++)
                *to++ = from[j / zoom * shape.c + k];
    }
}

gt_status gt_picture_grid(const char *path, const uint8_t *images, size_t n,
                          gt_shape shape, int columns)
{
    int smaller = shape.h < shape.w ? shape.h : shape.w;
    int zoom = (CELL + smaller - 1) / smaller;
    size_t cell_w = (size_t)(shape.w * zoom) + GAP;
    size_t cell_h = (size_t)(shape.h * zoom) + GAP;
    size_t rows = (n + (size_t)columns - 1) / (size_t)columns;
    canvas c = {0};
    gt_status status =
        canvas_new(&c, path, (size_t)columns * cell_w + GAP,
                   rows * cell_h + GAP, shape.c == 3 ? 3 : 1, GREY);
    if (status != GT_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        draw_image(&c, GAP + (int)(i % (size_t)columns * cell_w),
                   GAP + (int)(i / (size_t)columns * cell_h),
                   images + i * gt_shape_size(shape), shape, zoom);
    status = canvas_write(&c, path);
    free(c.pixels);
    return status;
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
