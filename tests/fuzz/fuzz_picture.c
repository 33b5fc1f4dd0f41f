/* fuzz_picture.c: a PNG or JPEG file, and an image of any shape made of it.
 * Random bytes never have the checksums of PNG, so the harness may mend these.
 *
 * Input: what to do; the sides of the image; the file. */
#include "support.h"

#include "data/picture/picture_file.h"
#include "data/picture/resize.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PAD = 1, MEND = 2, LOOK = 4, GREY = 8, ALPHA = 16, DEEP = 32 };

/* A pixel may be a bit of what deflate packs best, or a part of a block of
 * JPEG's. */
enum { MOST_PIXELS = 8 * 1032, SMALL = 64 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    return 0;
}

static uint32_t number_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

/* Give each chunk the checksum that it should have. */
static void mend(uint8_t *file, size_t size)
{
    for (size_t at = 8; size >= 12 && at <= size - 12;) {
        size_t n = number_at(file + at);
        if (n > size - 12 - at)
            return;
        uint32_t crc = (uint32_t)crc32(0, file + at + 4, (unsigned)n + 4);
        for (int i = 0; i < 4; i++)
            file[at + 8 + n + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
        at += 12 + n;
    }
}

static void fit(const gt__pixels *pixels, int how, int sides)
{
    gt_shape shape = {.h = 1 + sides % 16,
                      .w = 1 + sides / 16,
                      .c = how & GREY    ? 1
                           : how & ALPHA ? 4
                                         : 3};
    size_t n = gt_shape_size(shape);
    uint8_t *bytes = malloc(n);
    gt_real *reals = malloc(n * sizeof *reals);
    must(bytes && reals);
    bool deep = how & DEEP;
    if (gt__picture_fit(pixels, how & PAD ? GT_FIT_PAD : GT_FIT_CROP, shape,
                        deep ? NULL : bytes, reals) == GT_OK)
        for (size_t i = 0; deep && i < n; i++)
            must(reals[i] >= 0 && reals[i] <= 65535 &&
                 reals[i] == (gt_real)(int)reals[i]);
    free(bytes);
    free(reals);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    int how = take(&in), sides = take(&in);
    size_t n = in.left;
    uint8_t *file = malloc(n + 1);
    gt__pixels pixels;
    must(file);
    if (n > 0)
        memcpy(file, in.at, n);
    if (how & MEND)
        mend(file, n);
    bool look = how & LOOK;
    if (gt__picture_decode(file, n, look, &pixels) == GT_OK) {
        must(pixels.width > 0 && pixels.height > 0);
        must((uint64_t)pixels.width * (uint64_t)pixels.height <=
             SMALL + (uint64_t)MOST_PIXELS * n);
        must(look == !pixels.values);
        if (!look)
            fit(&pixels, how, sides);
    }
    gt__pixels_free(&pixels);
    free(file);
    return 0;
}
