/* png_decode.c: libpng's plain interface, because the simplified one makes
 * linear light of pixels of 16 bits.
 *
 * libpng leaves by longjmp. Whatever must be freed lies in a structure of the
 * function that called the one with setjmp, so no variable is lost. Chunks that
 * no pixel depends on are not even looked at, so they cannot do harm, but the
 * one with the orientation. */
#include "data/picture/png_decode.h"

#include "data/picture/exif.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deflate makes nothing smaller than that. */
enum { MOST_COMPRESSION = 1032 };

typedef struct decoding {
    const uint8_t *file;
    size_t size, at;
    bool look;
    gt__pixels *out;
    png_struct *png;
    png_info *info;
    png_byte **rows;
    gt_status status; /* of what is not libpng's */
    bool ended;       /* the file, before the picture */
    char message[128];
} decoding;

static void fail(png_struct *png, const char *message)
{
    decoding *d = png_get_error_ptr(png);
    snprintf(d->message, sizeof d->message, "%s", message);
    png_longjmp(png, 1);
}

static void ignore(png_struct *png, const char *message)
{
    (void)png;
    (void)message;
}

static void feed(png_struct *png, png_byte *to, size_t n)
{
    decoding *d = png_get_io_ptr(png);
    if (n > d->size - d->at) {
        d->ended = true;
        png_error(png, "the file ends");
    }
    memcpy(to, d->file + d->at, n);
    d->at += n;
}

static int orientation(decoding *d)
{
#ifdef PNG_eXIf_SUPPORTED
    png_byte *block;
    png_uint_32 n;
    if (png_get_eXIf_1(d->png, d->info, &n, &block))
        return gt__exif_orientation(block, n);
#else
    (void)d;
#endif
    return 1;
}

/* What pixels are, and become. */
static gt_status prepare(decoding *d)
{
    png_struct *png = d->png;
    const int little = 1;
    uint64_t height = png_get_image_height(png, d->info);
    uint64_t raw = png_get_rowbytes(png, d->info) * height;
    int depth = png_get_bit_depth(png, d->info);
    int type = png_get_color_type(png, d->info);
    bool alpha = (type & PNG_COLOR_MASK_ALPHA) ||
                 png_get_valid(png, d->info, PNG_INFO_tRNS);
    png_set_expand(png);
    if (depth == 16 && *(const char *)&little)
        png_set_swap(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, d->info);
    return gt__pixels_new(
        d->out, &(gt__pixels_plan){
                    .width = png_get_image_width(png, d->info),
                    .height = height,
                    .channels = (type & PNG_COLOR_MASK_COLOR ? 3 : 1) + alpha,
                    .bits = depth == 16 ? 16 : 8,
                    .packed = raw / MOST_COMPRESSION,
                    .file = d->size,
                    .look = d->look});
}

static gt_status list_rows(decoding *d)
{
    size_t row = gt__pixels_row(d->out), n = (size_t)d->out->height;
    d->rows = malloc(n * sizeof *d->rows);
    if (!d->rows)
        return gt_fail(GT_ERR_MEMORY, "no memory for %zu rows of a picture", n);
    for (size_t i = 0; i < n; i++)
        d->rows[i] = (png_byte *)d->out->values + i * row;
    return GT_OK;
}

/* Everything that may jump. False: it failed. */
static bool decode(decoding *d)
{
    if (setjmp(png_jmpbuf(d->png)))
        return false;
    png_set_read_fn(d->png, d, feed);
    png_set_keep_unknown_chunks(d->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
#ifdef PNG_eXIf_SUPPORTED
    png_set_keep_unknown_chunks(d->png, PNG_HANDLE_CHUNK_AS_DEFAULT,
                                (const png_byte *)"eXIf", 1);
#endif
    png_read_info(d->png, d->info);
    d->status = prepare(d);
    if (d->status == GT_OK && !d->look)
        d->status = list_rows(d);
    if (d->status != GT_OK)
        return false;
    if (png_get_rowbytes(d->png, d->info) != gt__pixels_row(d->out))
        png_error(d->png, "rows of another size");
    if (!d->look) {
        png_read_image(d->png, d->rows);
        png_read_end(d->png, d->info);
    }
    gt__pixels_turn(d->out, orientation(d));
    return true;
}

gt_status gt__png_decode(const uint8_t *file, size_t size, bool look,
                         gt__pixels *out)
{
    decoding d = {.file = file, .size = size, .look = look, .out = out};
    *out = (gt__pixels){0};
    d.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &d, fail, ignore);
    if (d.png)
        d.info = png_create_info_struct(d.png);
    gt_status status = GT_OK;
    if (!d.info)
        status = gt_fail(GT_ERR_MEMORY, "no memory to read a PNG picture");
    else if (!decode(&d) && d.status != GT_OK)
        status = d.status;
    else if (d.ended)
        status = gt_fail(GT_ERR_FORMAT,
                         "the file ends within the picture: it is truncated; "
                         "copy it again");
    else if (*d.message)
        status =
            gt_fail(GT_ERR_FORMAT, "a damaged PNG picture (%s)", d.message);
    png_destroy_read_struct(&d.png, &d.info, NULL);
    free(d.rows);
    return status;
}
