/* Pictures of what is no image of bytes: numbers have colours and a scale,
 * volumes are cut, vectors are bars. Read back with libpng. */
#include "scratch.h"

#include "run/picture/picture.h"

#include <math.h>
#include <png.h>

enum { GAP = 2, WIDE_GAP = 12, PANEL_GAP = 4, GROUND = 225 };

typedef struct picture {
    int w, h;
    uint8_t *pixels; /* red, green, blue */
} picture;

static picture drawn(const gt_picture_values *values, int columns)
{
    size_t size;
    assert_ok(gt_picture_write(in_scratch("p.png"), values, columns));
    uint8_t *bytes = load_bytes("p.png", &size);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, bytes, size));
    image.format = PNG_FORMAT_RGB;
    picture p = {(int)image.width, (int)image.height,
                 malloc(PNG_IMAGE_SIZE(image))};
    assert_non_null(p.pixels);
    assert_true(png_image_finish_read(&image, NULL, p.pixels, 0, NULL));
    free(bytes);
    return p;
}

static void assert_colour(const picture *p, int x, int y, int r, int g, int b)
{
    assert_true(x >= 0 && y >= 0 && x < p->w && y < p->h);
    const uint8_t *at = p->pixels + 3 * (y * p->w + x);
    if (abs(at[0] - r) > 1 || abs(at[1] - g) > 1 || abs(at[2] - b) > 1)
        fail_msg("(%d, %d) is %d %d %d, not %d %d %d", x, y, at[0], at[1],
                 at[2], r, g, b);
}

/* The ends and the middle of the map, and NaN. */
static void numbers_have_the_colours_of_the_map(void **state)
{
    (void)state;
    const gt_real x[] = {-3, 0, 3, NAN};
    picture p =
        drawn(&(gt_picture_values){.n = 1, .shape = {2, 2, 1}, .reals = x}, 1);
    const int zoom = 28;
    assert_colour(&p, GAP, GAP, 68, 1, 84);
    assert_colour(&p, GAP + zoom, GAP, 33, 145, 140);
    assert_colour(&p, GAP, GAP + zoom, 253, 231, 37);
    assert_colour(&p, GAP + zoom, GAP + zoom, 220, 30, 30);
    assert_colour(&p, 0, 0, GROUND, GROUND, GROUND);
    /* The bar, at the right: the same ends. */
    int bar = GAP + 2 * zoom + GAP + 14;
    assert_colour(&p, bar, 17, 253, 231, 37);
    assert_colour(&p, bar, p.h - 18, 68, 1, 84);
    free(p.pixels);
}

/* What is far beyond all others does not make them one colour. */
static void a_few_large_numbers_do_not_hide_the_others(void **state)
{
    (void)state;
    enum { SIDE = 64, N = 4, COUNT = SIDE * SIDE * N };
    static gt_real x[COUNT];
    for (int i = 0; i < COUNT; i++)
        x[i] = (gt_real)(i % 101) / 100;
    x[0] = 1e6f;
    picture p = drawn(
        &(gt_picture_values){.n = N, .shape = {SIDE, SIDE, 1}, .reals = x}, 2);
    assert_colour(&p, GAP, GAP, 253, 231, 37);
    assert_colour(&p, GAP + 50, GAP, 33, 145, 140);
    assert_colour(&p, GAP + 37, GAP + 1, 68, 1, 84); /* 101 */
    free(p.pixels);
    x[0] = 1.4f; /* not so far: all numbers are told apart */
    p = drawn(
        &(gt_picture_values){.n = N, .shape = {SIDE, SIDE, 1}, .reals = x}, 2);
    assert_colour(&p, GAP, GAP, 253, 231, 37);
    assert_colour(&p, GAP + 70 - SIDE, GAP + 1, 33, 145, 140);
    free(p.pixels);
}

static void colours_of_numbers_go_from_black_to_white(void **state)
{
    (void)state;
    const gt_real x[] = {-1, 1, 0, 1, 1, -1};
    picture p =
        drawn(&(gt_picture_values){.n = 1, .shape = {1, 2, 3}, .reals = x}, 1);
    assert_colour(&p, GAP, GAP, 0, 255, 128);
    assert_colour(&p, GAP + 56, GAP, 255, 255, 0);
    free(p.pixels);
}

/* As pictures of 16 bits are: no scale is needed to see what they show. */
static void numbers_of_a_known_range_are_grey(void **state)
{
    (void)state;
    const gt_real x[] = {0, 65535, 32768, 13107};
    picture p = drawn(
        &(gt_picture_values){
            .n = 1, .shape = {2, 2, 1}, .reals = x, .low = 0, .high = 65535},
        1);
    assert_int_equal(p.w, p.h);
    assert_colour(&p, GAP, GAP, 0, 0, 0);
    assert_colour(&p, GAP + 28, GAP, 255, 255, 255);
    assert_colour(&p, GAP, GAP + 28, 128, 128, 128);
    assert_colour(&p, GAP + 28, GAP + 28, 51, 51, 51);
    free(p.pixels);
}

/* Samples that are all the same, or no numbers at all. */
static void numbers_without_a_range_have_a_picture(void **state)
{
    (void)state;
    const gt_real same[] = {5, 5, 5, 5}, none[] = {NAN, NAN, INFINITY, NAN};
    picture p = drawn(
        &(gt_picture_values){.n = 1, .shape = {2, 2, 1}, .reals = same}, 1);
    assert_colour(&p, GAP, GAP, 33, 145, 140);
    free(p.pixels);
    p = drawn(&(gt_picture_values){.n = 1, .shape = {2, 2, 1}, .reals = none},
              1);
    assert_colour(&p, GAP, GAP, 220, 30, 30);
    free(p.pixels);
}

/* --- Volumes. */

enum { D = 5, H = 4, W = 3, CHANNELS = 2 };

static int voxel(int d, int h, int w, int c)
{
    return (d * 41 + h * 13 + w * 5 + c * 97) % 256;
}

static void volumes_are_cut_in_the_middle(void **state)
{
    (void)state;
    uint8_t bytes[D * H * W * CHANNELS], *to = bytes;
    for (int d = 0; d < D; d++)
        for (int h = 0; h < H; h++)
            for (int w = 0; w < W; w++)
                for (int c = 0; c < CHANNELS; c++)
                    *to++ = (uint8_t)voxel(d, h, w, c);
    picture p = drawn(&(gt_picture_values){.n = 1,
                                           .shape = {H, W, CHANNELS, D},
                                           .bytes = bytes},
                      1);
    const int zoom = 19; /* the axial slice is 3 wide, 19 x 3 = 57 */
    int second = WIDE_GAP + W * zoom + PANEL_GAP,
        third = second + W * zoom + PANEL_GAP;
    assert_int_equal(p.w, third + H * zoom + WIDE_GAP);
    assert_int_equal(p.h, 2 * WIDE_GAP + CHANNELS * D * zoom + PANEL_GAP);
    for (int c = 0; c < CHANNELS; c++) {
        int top = WIDE_GAP + c * (D * zoom + PANEL_GAP);
        for (int i = 0; i < H * W; i++) {
            int v = voxel(D / 2, i / W, i % W, c);
            assert_colour(&p, WIDE_GAP + i % W * zoom, top + i / W * zoom, v, v,
                          v);
        }
        for (int i = 0; i < D * W; i++) {
            int v = voxel(i / W, H / 2, i % W, c);
            assert_colour(&p, second + i % W * zoom, top + i / W * zoom, v, v,
                          v);
        }
        for (int i = 0; i < D * H; i++) {
            int v = voxel(i / H, i % H, W / 2, c);
            assert_colour(&p, third + i % H * zoom, top + i / H * zoom, v, v,
                          v);
        }
    }
    free(p.pixels);
}

/* --- Channels. */

static void two_channels_stand_side_by_side(void **state)
{
    (void)state;
    const uint8_t bytes[] = {10, 200, 30, 220};
    picture p = drawn(
        &(gt_picture_values){.n = 1, .shape = {2, 1, 2}, .bytes = bytes}, 1);
    int right = p.w - WIDE_GAP - 1;
    assert_colour(&p, WIDE_GAP, WIDE_GAP, 10, 10, 10);
    assert_colour(&p, right, WIDE_GAP, 200, 200, 200);
    assert_colour(&p, WIDE_GAP, p.h - WIDE_GAP - 1, 30, 30, 30);
    assert_colour(&p, right, p.h - WIDE_GAP - 1, 220, 220, 220);
    free(p.pixels);
}

static void alpha_lets_the_ground_through(void **state)
{
    (void)state;
    const uint8_t bytes[] = {200, 100, 50, 255, 200, 100, 50, 0};
    picture p = drawn(
        &(gt_picture_values){.n = 1, .shape = {1, 2, 4}, .bytes = bytes}, 1);
    assert_colour(&p, GAP, GAP, 200, 100, 50);
    assert_colour(&p, p.w - GAP - 1, GAP, 102, 102, 102);
    free(p.pixels);
}

static void what_pictures_leave_out_is_known_before(void **state)
{
    (void)state;
    char text[GT_PICTURE_NOTE];
    assert_string_equal(gt_picture_note((gt_shape){8, 8, 3}, false, text), "");
    assert_string_equal(gt_picture_note((gt_shape){8, 8, 16}, true, text), "");
    assert_string_equal(gt_picture_note((gt_shape){1, 1, 99}, true, text), "");
    assert_string_equal(gt_picture_note((gt_shape){8, 8, 64}, true, text),
                        "the first 16 of 64 channels");
    assert_string_equal(gt_picture_note((gt_shape){8, 8, 1, 3}, true, text),
                        "the three middle slices of each volume");
    assert_string_equal(
        gt_picture_note((gt_shape){8, 8, 20, 3}, false, text),
        "the three middle slices of each volume, of the first 16 of 20 "
        "channels");
}

/* --- Vectors. */

enum { FIELD = 96, VALUES = 8, BAR = 32 };

/* Rows of a bar's colour in the column of value i of the first field. */
static int height_of(const picture *p, int left, int i, int *top)
{
    int n = 0;
    for (int y = 0; y < p->h; y++) {
        const uint8_t *at =
            p->pixels + 3 * (y * p->w + left + i * BAR + BAR / 2);
        bool blue = at[0] == 20 && at[1] == 80 && at[2] == 180;
        if (blue && n++ == 0)
            *top = y;
    }
    return n;
}

static void values_of_a_vector_are_bars_around_zero(void **state)
{
    (void)state;
    const gt_real x[VALUES] = {0, 1, 2, 3, -1, 0.5f, 3, NAN};
    picture p = drawn(
        &(gt_picture_values){.n = 1, .shape = {1, 1, VALUES}, .reals = x}, 1);
    int left = p.w - 12 - 8 - VALUES * BAR, top = 0, highest = 0;
    assert_int_equal(height_of(&p, left, 0, &top), 0);
    assert_in_range(height_of(&p, left, 3, &highest), 71, 73); /* of 96 */
    assert_in_range(height_of(&p, left, 1, &top), 24, 26);
    assert_in_range(top - highest, 46, 49);
    assert_in_range(height_of(&p, left, 4, &top), 24, 26);
    assert_in_range(top - highest, 70, 73); /* below 0 */
    assert_int_equal(height_of(&p, left, 6, &top),
                     height_of(&p, left, 3, &top));
    assert_colour(&p, left + 7 * BAR, highest + 50, 220, 30, 30);
    free(p.pixels);
}

static void energies_are_bars_of_their_logarithms(void **state)
{
    (void)state;
    const gt_real x[VALUES] = {0, 1, 10, 20, 1e5f, 1000, 1, 1};
    picture p = drawn(
        &(gt_picture_values){.n = 1, .shape = {1, 1, VALUES}, .reals = x}, 1);
    int left = p.w - 12 - 8 - VALUES * BAR, top = 0;
    assert_int_equal(height_of(&p, left, 0, &top), 0);
    assert_int_equal(height_of(&p, left, 1, &top), 0);
    assert_in_range(height_of(&p, left, 2, &top), 19, 21); /* of 96 */
    assert_in_range(height_of(&p, left, 5, &top), 57, 59);
    assert_in_range(height_of(&p, left, 4, &top), 95, 96);
    free(p.pixels);
}

/* More values than pixels: none is lost. */
static void the_peak_of_a_long_vector_is_seen(void **state)
{
    (void)state;
    static uint8_t bytes[5000];
    bytes[1234] = 255;
    picture p = drawn(
        &(gt_picture_values){.n = 1, .shape = {1, 1, 5000}, .bytes = bytes}, 1);
    int blue = 0;
    for (int i = 0; i < p.w * p.h; i++)
        blue += p.pixels[3 * i] == 20 && p.pixels[3 * i + 2] == 180;
    assert_int_equal(blue, FIELD);
    free(p.pixels);
}

/* --- Layout. */

static void pictures_are_about_square(void **state)
{
    (void)state;
    static const gt_shape shapes[] = {
        {8, 200, 1}, {200, 8, 1},  {28, 28, 1}, {64, 64, 3}, {28, 28, 1, 12},
        {1, 1, 50},  {1, 1, 1000}, {16, 16, 5}, {30, 90, 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        enum { COUNT = 40 };
        gt_real *x = calloc(COUNT, gt_shape_size(shapes[i]) * sizeof *x);
        assert_non_null(x);
        picture p = drawn(
            &(gt_picture_values){.n = COUNT, .shape = shapes[i], .reals = x},
            gt_picture_columns(COUNT, 1, shapes[i], true));
        free(x);
        free(p.pixels);
        double ratio = (double)p.w / p.h;
        if (ratio > 2.3 || ratio < 1 / 2.3 || p.w < 280 || p.h < 280)
            fail_msg("shape %zu: %d x %d", i, p.w, p.h);
    }
}

static void a_very_long_vector_is_not_too_wide(void **state)
{
    (void)state;
    gt_real *x = calloc(130, 3 * sizeof *x);
    assert_non_null(x);
    picture p = drawn(
        &(gt_picture_values){.n = 130, .shape = {1, 1, 3}, .reals = x}, 2000);
    assert_in_range(p.w, 30000, 32768);
    free(p.pixels);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(numbers_have_the_colours_of_the_map),
        each(a_few_large_numbers_do_not_hide_the_others),
        each(colours_of_numbers_go_from_black_to_white),
        each(numbers_of_a_known_range_are_grey),
        each(numbers_without_a_range_have_a_picture),
        each(volumes_are_cut_in_the_middle),
        each(two_channels_stand_side_by_side),
        each(alpha_lets_the_ground_through),
        each(what_pictures_leave_out_is_known_before),
        each(values_of_a_vector_are_bars_around_zero),
        each(energies_are_bars_of_their_logarithms),
        each(the_peak_of_a_long_vector_is_seen),
        each(pictures_are_about_square),
        each(a_very_long_vector_is_not_too_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
