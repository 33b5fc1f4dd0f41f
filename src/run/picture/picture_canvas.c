/* picture_canvas.c: libpng's simplified API writes a finished canvas. */
#include "run/picture/picture_canvas.h"

#include "store/files.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

gt_status gt__canvas_new(gt__canvas *c, const char *path, size_t width,
                         size_t height, int channels, uint8_t grey)
{
    size_t size = width * height * (size_t)channels;
    *c = (gt__canvas){(int)width, (int)height, channels, malloc(size)};
    if (!c->pixels)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu pixels", path,
                       size);
    memset(c->pixels, grey, size);
    return GT_OK;
}

void gt__canvas_free(gt__canvas *c)
{
    free(c->pixels);
    *c = (gt__canvas){0};
}

gt_status gt__canvas_write(const gt__canvas *c, const char *path)
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

static int cut(int at, int most)
{
    return at < 0 ? 0 : at < most ? at : most;
}

void gt__canvas_fill(const gt__canvas *c, int x, int y, int width, int height,
                     gt__rgb colour)
{
    int right = cut(x + width, c->width), bottom = cut(y + height, c->height);
    x = cut(x, c->width);
    for (int i = cut(y, c->height); i < bottom; i++) {
        uint8_t *to = gt__canvas_at(c, x, i);
        for (int j = x; j < right; j++)
            for (int k = 0; k < c->channels; k++)
                *to++ = colour.v[k];
    }
}
