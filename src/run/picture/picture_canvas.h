/* picture_canvas.h: the pixels of a picture, before they are a file. For
 * src/run. Local.
 */
#ifndef GT_RUN_PICTURE_PICTURE_CANVAS_H
#define GT_RUN_PICTURE_PICTURE_CANVAS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

enum {
    GT__CANVAS_LARGEST = 1 << 15, /* side */
    GT__CANVAS_MOST = 1 << 28,    /* pixels */
};

typedef struct gt__canvas {
    int width, height, channels; /* 1: grey, 3: red, green, blue */
    uint8_t *pixels;             /* owned */
} gt__canvas;

typedef struct gt__rgb {
    uint8_t v[3];
} gt__rgb;

/* Of one grey. GT_ERR_MEMORY, in which `path` is named. */
gt_status gt__canvas_new(gt__canvas *canvas, const char *path, size_t width,
                         size_t height, int channels, uint8_t grey);
void gt__canvas_free(gt__canvas *canvas);

/* Write it as PNG, under a temporary name which is then changed. */
gt_status gt__canvas_write(const gt__canvas *canvas, const char *path);

static inline uint8_t *gt__canvas_at(const gt__canvas *c, int x, int y)
{
    return c->pixels +
           ((size_t)y * (size_t)c->width + (size_t)x) * (size_t)c->channels;
}

/* Fill a rectangle, or the part of it that lies on the canvas. A canvas of
 * greys takes the colour's red. */
void gt__canvas_fill(const gt__canvas *canvas, int x, int y, int width,
                     int height, gt__rgb colour);

#endif
