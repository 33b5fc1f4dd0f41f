/* Pictures, read back with libpng: values become the right bytes, and every
 * pixel of every image of a grid is where it belongs. */
#include "scratch.h"

#include "run/picture/picture.h"
#include "run/picture/scatter.h"

#include <errno.h>
#include <math.h>
#include <png.h>

enum { GAP = 2, GAP_GREY = 64, SCATTER = 600 };

typedef struct picture {
    int w, h, channels;
    uint8_t *pixels;
} picture;

/* Read a PNG, which must be 8 bits deep and of that many channels. */
static picture read_png(const char *name, int channels)
{
    size_t size;
    uint8_t *bytes = load_bytes(name, &size);
    assert_true(size > 33);
    assert_int_equal(bytes[24], 8); /* of the IHDR chunk: depth, then */
    assert_int_equal(bytes[25],
                     channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, bytes, size));
    image.format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    picture p = {(int)image.width, (int)image.height, channels,
                 malloc(PNG_IMAGE_SIZE(image))};
    assert_non_null(p.pixels);
    assert_true(png_image_finish_read(&image, NULL, p.pixels, 0, NULL));
    free(bytes);
    return p;
}

static int pixel(const picture *p, int x, int y, int channel)
{
    return p->pixels[(y * p->w + x) * p->channels + channel];
}

static int byte_of(int image, int y, int x, int c)
{
    return (image * 50 + y * 17 + x * 5 + c * 100) % 256;
}

static gt_status draw_bytes(const char *name, const uint8_t *bytes, size_t n,
                            gt_shape shape, int columns)
{
    return gt_picture_write(
        in_scratch(name),
        &(gt_picture_values){.n = n, .shape = shape, .bytes = bytes}, columns);
}

/* Draw n images and check the size and every pixel of the picture. */
static void check_grid(int n, gt_shape s, int columns, int zoom)
{
    uint8_t *images = malloc((size_t)n * gt_shape_size(s)), *to = images;
    assert_non_null(images);
    for (int i = 0; i < n; i++)
        for (int y = 0; y < s.h; y++)
            for (int x = 0; x < s.w; x++)
                for (int c = 0; c < s.c; c++)
                    *to++ = (uint8_t)byte_of(i, y, x, c);
    assert_ok(draw_bytes("p.png", images, (size_t)n, s, columns));
    free(images);
    picture p = read_png("p.png", s.c == 3 ? 3 : 1);
    int rows = (n + columns - 1) / columns;
    int cell_w = s.w * zoom + GAP, cell_h = s.h * zoom + GAP;
    assert_int_equal(p.w, columns * cell_w + GAP);
    assert_int_equal(p.h, rows * cell_h + GAP);
    for (int y = 0; y < p.h; y++)
        for (int x = 0; x < p.w; x++)
            for (int c = 0; c < p.channels; c++) {
                int i = y / cell_h * columns + x / cell_w;
                int in_x = x % cell_w - GAP, in_y = y % cell_h - GAP;
                bool gap = in_x < 0 || in_y < 0 || i >= n;
                assert_int_equal(pixel(&p, x, y, c),
                                 gap ? GAP_GREY
                                     : byte_of(i, in_y / zoom, in_x / zoom, c));
            }
    free(p.pixels);
    assert_int_equal(names_in(""), 1);
}

static void grids_of_grey_and_of_colour_have_every_pixel_in_place(void **state)
{
    (void)state;
    check_grid(9, (gt_shape){28, 28, 1}, 3, 2);
    check_grid(6, (gt_shape){32, 32, 3}, 3, 2);
    check_grid(4, (gt_shape){64, 64, 3}, 2, 1);
    check_grid(1, (gt_shape){12, 12, 1}, 1, 5);
}

static void grids_that_are_not_full_or_not_square_are_right(void **state)
{
    (void)state;
    check_grid(7, (gt_shape){28, 28, 1}, 3, 2);
    check_grid(2, (gt_shape){28, 28, 3}, 5, 2);
    check_grid(5, (gt_shape){56, 80, 1}, 2, 1);
    check_grid(3, (gt_shape){30, 19, 3}, 2, 3);
}

static bool is_white(const picture *p, int x, int y)
{
    return pixel(p, x, y, 0) == 255 && pixel(p, x, y, 1) == 255 &&
           pixel(p, x, y, 2) == 255;
}

static bool is_grey(const picture *p, int x, int y)
{
    return !is_white(p, x, y) && pixel(p, x, y, 0) == pixel(p, x, y, 2);
}

static bool is_blue(const picture *p, int x, int y)
{
    return pixel(p, x, y, 2) > pixel(p, x, y, 0) + 50;
}

/* The reference spans -1 .. 1, so that a unit is 600 / 1.3 / 2 pixels. */
static void points_are_drawn_over_the_reference(void **state)
{
    (void)state;
    static const gt_real reference[] = {-1, -1, 1, 1};
    static const gt_real points[] = {0.5f, -0.5f, 40,     3,    NAN,
                                     0,    0,     -1e30f, 0.5f, INFINITY};
    assert_ok(gt_scatter_write(in_scratch("p.png"), points, 5, reference, 2));
    picture p = read_png("p.png", 3);
    assert_int_equal(p.w, SCATTER);
    assert_int_equal(p.h, SCATTER);
    const double unit = SCATTER / 1.3 / 2, middle = SCATTER / 2.0;
    int near = (int)(middle - unit), far = (int)(middle + unit);
    assert_true(is_grey(&p, near, far)); /* y goes up, rows go down */
    assert_true(is_grey(&p, far, near));
    assert_true(is_white(&p, near, near));
    assert_true(is_white(&p, far, far));
    assert_true(
        is_blue(&p, (int)(middle + unit / 2), (int)(middle + unit / 2)));
    int blue = 0;
    for (int y = 0; y < p.h; y++)
        for (int x = 0; x < p.w; x++)
            blue += is_blue(&p, x, y);
    assert_in_range(blue, 5, 25); /* one dot: the others are outside */
    free(p.pixels);
    assert_int_equal(names_in(""), 1);
}

static void points_without_a_spread_are_drawn_in_the_middle(void **state)
{
    (void)state;
    static const gt_real same[] = {7, -3, 7, -3}, none[] = {NAN, NAN};
    assert_ok(gt_scatter_write(in_scratch("p.png"), same, 2, NULL, 0));
    picture p = read_png("p.png", 3);
    assert_true(is_blue(&p, SCATTER / 2, SCATTER / 2));
    free(p.pixels);
    assert_ok(gt_scatter_write(in_scratch("p.png"), none, 1, NULL, 0));
    p = read_png("p.png", 3);
    for (int i = 0; i < SCATTER * SCATTER; i++)
        assert_true(is_white(&p, i % SCATTER, i / SCATTER));
    free(p.pixels);
}

static void a_picture_that_cannot_be_written_says_why(void **state)
{
    (void)state;
    static const uint8_t image[28 * 28];
    const gt_shape shape = {28, 28, 1};
    assert_fails(draw_bytes("none/p.png", image, 1, shape, 1), GT_ERR_IO,
                 in_scratch("none/p.png"));
    assert_says(strerror(ENOENT));
    assert_int_equal(mkdir(in_scratch("p.png"), 0777), 0);
    assert_fails(draw_bytes("p.png", image, 1, shape, 1), GT_ERR_IO,
                 in_scratch("p.png"));
    assert_says(strerror(EISDIR));
    assert_int_equal(names_in(""), 1);
}

static void a_full_disk_leaves_the_older_picture(void **state)
{
    (void)state;
    static uint8_t images[4][100 * 100];
    for (int i = 0; i < 4 * 100 * 100; i++) /* hard to compress */
        images[i / 10000][i % 10000] = (uint8_t)(i * 2654435761u >> 13);
    const gt_shape shape = {100, 100, 1};
    store_text("p.png", "old");
    limit_files(4096);
    gt_status status = draw_bytes("p.png", images[0], 4, shape, 2);
    limit_files(-1);
    assert_fails(status, GT_ERR_IO, in_scratch("p.png"));
    assert_says(strerror(EFBIG));
    assert_text("p.png", "old");
    assert_int_equal(names_in(""), 1);
}

/* Width and height of the picture of n images that are all zeros. */
static void check_size(size_t n, gt_shape s, int columns, int w, int h)
{
    uint8_t *images = calloc(n, gt_shape_size(s));
    assert_non_null(images);
    assert_ok(draw_bytes("p.png", images, n, s, columns));
    free(images);
    picture p = read_png("p.png", s.c == 3 ? 3 : 1);
    assert_int_equal(p.w, w);
    assert_int_equal(p.h, h);
    assert_int_equal(pixel(&p, GAP, GAP, 0), 0);
    assert_int_equal(pixel(&p, 0, 0, 0), GAP_GREY);
    free(p.pixels);
}

static void images_of_any_shape_have_a_picture(void **state)
{
    (void)state;
    check_size(64, (gt_shape){1, 504, 1}, 8, 8 * 506 + 2, 8 * 16 + 2);
    check_size(64, (gt_shape){504, 1, 1}, 8, 8 * 16 + 2, 8 * 506 + 2);
    check_size(9, (gt_shape){1, 16, 3}, 3, 3 * 450 + 2, 3 * 30 + 2);
    check_size(1, (gt_shape){1, 1, 1}, 1, 60, 60);
    check_size(2, (gt_shape){1, 4096, 1}, 2, 2 * 4098 + 2, 16 + 2);
    check_size(1000, (gt_shape){28, 28, 1}, 1000, 30002, 32);
    check_size(64, (gt_shape){1, 2000, 1}, 64, 64 * 502 + 2, 5);
    check_size(20000, (gt_shape){2, 2, 1}, 20000, 32768, 8);
}

static void a_picture_that_is_shrunk_shows_means(void **state)
{
    (void)state;
    const gt_shape s = {3, 2000, 1};
    uint8_t *images = calloc(20, gt_shape_size(s));
    assert_non_null(images);
    images[0] = 40; /* of the first 2 x 2 pixels */
    images[1] = 60;
    images[2001] = 101;
    images[4000] = 30; /* the third row has one row only */
    assert_ok(draw_bytes("p.png", images, 20, s, 20));
    free(images);
    picture p = read_png("p.png", 1);
    assert_int_equal(p.w, 20 * 1002 + 2);
    assert_int_equal(p.h, 2 + 2 + 2);
    assert_int_equal(pixel(&p, 2, 2, 0), 50);
    assert_int_equal(pixel(&p, 2, 3, 0), 15);
    assert_int_equal(pixel(&p, 3, 2, 0), 0);
    free(p.pixels);
}

static void a_column_of_a_grid_holds_one_label(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        int period, columns;
    } cases[] = {{64, 1, 8},   {64, 0, 8}, {64, 10, 10}, {100, 10, 10},
                 {64, 3, 9},   {64, 2, 8}, {20, 10, 10}, {64, 50, 50},
                 {64, 65, 8},  {5, 10, 3}, {1, 1, 1},    {10, 10, 10},
                 {200, 10, 20}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(gt_picture_columns(cases[i].n, cases[i].period,
                                            (gt_shape){28, 28, 1}, false),
                         cases[i].columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(grids_of_grey_and_of_colour_have_every_pixel_in_place),
        each(grids_that_are_not_full_or_not_square_are_right),
        each(points_are_drawn_over_the_reference),
        each(points_without_a_spread_are_drawn_in_the_middle),
        each(a_picture_that_cannot_be_written_says_why),
        each(a_full_disk_leaves_the_older_picture),
        each(images_of_any_shape_have_a_picture),
        each(a_picture_that_is_shrunk_shows_means),
        each(a_column_of_a_grid_holds_one_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
