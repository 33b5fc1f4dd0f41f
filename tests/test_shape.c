/* Shapes: what {h, w, c} leaves out is an image, and what people read. */
#include "core/tensor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const gt_shape image = {28, 20, 3}, volume = {28, 20, 3, 12},
                      slice = {28, 20, 3, 1}, point = {1, 1, 2},
                      vector = {1, 1, 96}, column = {1, 1, 2, 5};

static void sizes_count_slices(void **state)
{
    (void)state;
    assert_int_equal(gt_shape_size(image), 28 * 20 * 3);
    assert_int_equal(gt_shape_positions(image), 28 * 20);
    assert_int_equal(gt_shape_size(volume), 12 * 28 * 20 * 3);
    assert_int_equal(gt_shape_positions(volume), 12 * 28 * 20);
    assert_int_equal(gt_shape_size(slice), gt_shape_size(image));
    assert_int_equal(gt_shape_size((gt_shape){0, 0, 0}), 0);
}

static void an_image_is_no_volume_of_one_slice(void **state)
{
    (void)state;
    assert_true(gt_shape_equal(volume, (gt_shape){28, 20, 3, 12}));
    assert_false(gt_shape_equal(volume, (gt_shape){28, 20, 3, 11}));
    assert_false(gt_shape_equal(slice, image));
    assert_false(gt_shape_is_volume(image));
    assert_true(gt_shape_is_volume(slice));
    assert_true(gt_shape_is_flat(vector) && gt_shape_is_vector(vector));
    assert_true(gt_shape_is_point(point) && !gt_shape_is_vector(point));
    assert_false(gt_shape_is_flat(column) || gt_shape_is_point(column));
}

static void check_words(gt_shape s, const char *noun, const char *text,
                        const char *of_data, const char *list)
{
    char got[GT_SHAPE_TEXT];
    assert_string_equal(gt_shape_noun(s), noun);
    assert_string_equal(gt_shape_text(s, got), text);
    assert_string_equal(gt_shape_of_data(s, got), of_data);
    assert_string_equal(gt_shape_list(s, got), list);
}

static void shapes_have_words(void **state)
{
    (void)state;
    check_words(image, "images", "28x20x3", "28x20x3", "[28, 20, 3]");
    check_words(volume, "volumes", "12x28x20x3", "12x28x20x3",
                "[12, 28, 20, 3]");
    check_words(slice, "volumes", "1x28x20x3", "1x28x20x3", "[1, 28, 20, 3]");
    check_words(point, "points", "2", "2 numbers", "[1, 1, 2]");
    check_words(vector, "vectors", "96", "96 numbers", "[1, 1, 96]");
    check_words(column, "volumes", "5x1x1x2", "5x1x1x2", "[5, 1, 1, 2]");
    const int most = 2147483647;
    char got[GT_SHAPE_TEXT];
    gt_shape_list((gt_shape){most, most, most, most}, got);
    assert_string_equal(got,
                        "[2147483647, 2147483647, 2147483647, 2147483647]");
}

static void check_dims(int rank, const size_t *dim, int wanted,
                       const size_t *want)
{
    assert_int_equal(rank, wanted);
    assert_memory_equal(dim, want, (size_t)rank * sizeof *dim);
}

static void data_sets_have_the_depth_first(void **state)
{
    (void)state;
    size_t d[GT_SHAPE_RANK];
    check_dims(gt_shape_dims(image, d), d, 3, (size_t[]){28, 20, 3});
    check_dims(gt_shape_dims(volume, d), d, 4, (size_t[]){12, 28, 20, 3});
    check_dims(gt_shape_dims(vector, d), d, 3, (size_t[]){1, 1, 96});
    check_dims(gt_shape_data_dims(image, d), d, 3, (size_t[]){28, 20, 3});
    check_dims(gt_shape_data_dims(column, d), d, 4, (size_t[]){5, 1, 1, 2});
    check_dims(gt_shape_data_dims(vector, d), d, 1, (size_t[]){96});
    check_dims(gt_shape_data_dims(point, d), d, 1, (size_t[]){2});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_count_slices),
        cmocka_unit_test(an_image_is_no_volume_of_one_slice),
        cmocka_unit_test(shapes_have_words),
        cmocka_unit_test(data_sets_have_the_depth_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
