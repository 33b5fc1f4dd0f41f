/* jpeg_decode.c: libjpeg-turbo, which a build may be without.
 *
 * libjpeg goes on after damage, with a warning and with pixels of its own. A
 * model is not to learn these, so warnings are errors here but for those that
 * change no pixel. As the first one ends it, a file cannot keep us busy with
 * warnings; neither can it with scans, which are counted.
 *
 * libjpeg knows of no exceptions either: as in png_decode.c, errors leave by
 * longjmp, and what must be freed belongs to the function outside. */
#include "data/picture/jpeg_decode.h"

#ifdef GT_JPEG

#include "data/picture/exif.h"

#include <setjmp.h>
#include <stdio.h> /* which jpeglib.h needs before it */
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum {
    EXIF = JPEG_APP0 + 1,
    MOST_SCANS = 100,       /* progressive files have 10 or so */
    MOST_COMPRESSION = 2048 /* a bit for a block, and blocks of few colours */
};

typedef struct decoding {
    struct jpeg_error_mgr errors; /* first: libjpeg hands us this pointer */
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct jpeg;
    jmp_buf leave;
    const uint8_t *file;
    size_t size;
    bool look;
    gt__pixels *out;
    int turn;
    gt_status status;
} decoding;

static void leave(j_common_ptr jpeg, gt_status status)
{
    decoding *d = (decoding *)jpeg->err;
    d->status = status;
    longjmp(d->leave, 1);
}

static void fail(j_common_ptr jpeg)
{
    char message[JMSG_LENGTH_MAX];
    if (jpeg->err->msg_code == JERR_OUT_OF_MEMORY)
        leave(jpeg, gt_fail(GT_ERR_MEMORY, "no memory to read a JPEG picture"));
    jpeg->err->format_message(jpeg, message);
    leave(jpeg, gt_fail(GT_ERR_FORMAT, "a damaged JPEG picture (%s)", message));
}

static void on_message(j_common_ptr jpeg, int level)
{
    if (level >= 0) /* no warning */
        return;
    switch (jpeg->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
        return;
    case JWRN_JPEG_EOF:
        leave(jpeg,
              gt_fail(GT_ERR_FORMAT, "the file ends within the picture: it is "
                                     "truncated; copy it again"));
        return;
    default:
        fail(jpeg);
    }
}

static void count_scans(j_common_ptr jpeg)
{
    if (((j_decompress_ptr)jpeg)->input_scan_number > MOST_SCANS)
        leave(jpeg, gt_fail(GT_ERR_FORMAT,
                            "a damaged JPEG picture (more than %d scans)",
                            MOST_SCANS));
}

static int orientation(const decoding *d)
{
    static const char name[6] = "Exif\0";
    for (jpeg_saved_marker_ptr m = d->jpeg.marker_list; m; m = m->next)
        if (m->marker == EXIF && m->data_length > sizeof name &&
            !memcmp(m->data, name, sizeof name))
            return gt__exif_orientation(m->data + sizeof name,
                                        m->data_length - sizeof name);
    return 1;
}

static gt_status prepare(decoding *d)
{
    struct jpeg_decompress_struct *jpeg = &d->jpeg;
    uint64_t w = jpeg->image_width, h = jpeg->image_height;
    bool grey = jpeg->jpeg_color_space == JCS_GRAYSCALE;
    if (jpeg->jpeg_color_space == JCS_CMYK ||
        jpeg->jpeg_color_space == JCS_YCCK)
        return gt_fail(GT_ERR_FORMAT,
                       "a JPEG picture in %s, colours for print; convert it "
                       "to RGB",
                       jpeg->jpeg_color_space == JCS_CMYK ? "CMYK" : "YCCK");
    if (!grey && jpeg->jpeg_color_space != JCS_YCbCr &&
        jpeg->jpeg_color_space != JCS_RGB)
        return gt_fail(GT_ERR_FORMAT,
                       "a JPEG picture of %d components, of which nothing says "
                       "what they are; convert it to RGB",
                       jpeg->num_components);
    jpeg->out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->do_block_smoothing = FALSE; /* which differs between versions */
    return gt__pixels_new(d->out,
                          &(gt__pixels_plan){.width = w,
                                             .height = h,
                                             .channels = grey ? 1 : 3,
                                             .bits = 8,
                                             .packed = w * h / MOST_COMPRESSION,
                                             .file = d->size,
                                             .look = d->look});
}

static void read_rows(decoding *d)
{
    size_t row = gt__pixels_row(d->out);
    d->jpeg.progress = &d->progress;
    jpeg_start_decompress(&d->jpeg);
    while (d->jpeg.output_scanline < d->jpeg.output_height) {
        JSAMPROW to = (uint8_t *)d->out->values + d->jpeg.output_scanline * row;
        jpeg_read_scanlines(&d->jpeg, &to, 1);
    }
    jpeg_finish_decompress(&d->jpeg);
}

/* Everything that may jump. */
static void decode(decoding *d)
{
    if (setjmp(d->leave))
        return;
    jpeg_create_decompress(&d->jpeg);
    jpeg_mem_src(&d->jpeg, d->file, (unsigned long)d->size);
    jpeg_save_markers(&d->jpeg, EXIF, 0xffff);
    jpeg_read_header(&d->jpeg, TRUE);
    d->status = prepare(d);
    if (d->status != GT_OK)
        return;
    d->turn = orientation(d); /* which does not outlive the picture */
    if (!d->look)
        read_rows(d);
    gt__pixels_turn(d->out, d->turn);
}

gt_status gt__jpeg_decode(const uint8_t *file, size_t size, bool look,
                          gt__pixels *out)
{
    decoding d = {.file = file, .size = size, .look = look, .out = out};
    *out = (gt__pixels){0};
    d.jpeg.err = jpeg_std_error(&d.errors);
    d.errors.error_exit = fail;
    d.errors.emit_message = on_message;
    d.progress.progress_monitor = count_scans;
    decode(&d);
    jpeg_destroy_decompress(&d.jpeg);
    return d.status;
}

#define TEXT_OF(macro) #macro
#define TEXT(macro) TEXT_OF(macro)

const char *gt__jpeg_library(void)
{
#ifdef LIBJPEG_TURBO_VERSION
    return "libjpeg-turbo " TEXT(LIBJPEG_TURBO_VERSION);
#else
    return "libjpeg " TEXT(JPEG_LIB_VERSION);
#endif
}

#else

const char *gt__jpeg_library(void)
{
    return NULL;
}

gt_status gt__jpeg_decode(const uint8_t *file, size_t size, bool look,
                          gt__pixels *out)
{
    (void)file;
    (void)size;
    (void)look;
    *out = (gt__pixels){0};
    return gt_fail(GT_ERR_FORMAT,
                   "a JPEG picture, which this build of gentrain cannot read; "
                   "build it with libjpeg (Debian: libjpeg62-turbo-dev)");
}

#endif
