/* Which dimension is what: told where it can be told, asked for where not. */
#include "data/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DIMS(...)                                                              \
    (const uint64_t[]){__VA_ARGS__},                                           \
        sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)

static void assert_is(const uint64_t *dims, size_t n_dims, gt_layout wanted,
                      gt_layout layout, gt_shape shape)
{
    gt_layout found = GT_LAYOUT_AUTO;
    gt_shape has = {0};
    if (gt_layout_choose("a", dims, (int)n_dims, wanted, (gt_shape){0}, &found,
                         &has) != GT_OK)
        fail_msg("%s", gt_message());
    assert_int_equal(found, layout);
    assert_true(gt_shape_equal(has, shape));
    uint64_t back[GT_LAYOUT_DIMS];
    assert_int_equal(gt_layout_dims(found, has, dims[0], back), n_dims);
    assert_memory_equal(back, dims, n_dims * sizeof *dims);
}

static void assert_refused(const uint64_t *dims, size_t n_dims,
                           gt_layout wanted, gt_status status, const char *part)
{
    gt_layout found = GT_LAYOUT_AUTO;
    gt_shape has = {0};
    assert_int_equal(gt_layout_choose("f.npy", dims, (int)n_dims, wanted,
                                      (gt_shape){0}, &found, &has),
                     status);
    if (!strstr(gt_message(), part) || !strstr(gt_message(), "f.npy: "))
        fail_msg("message '%s' lacks '%s'", gt_message(), part);
}

/* GT_LAYOUT_AUTO: it is refused. */
static gt_layout layout_for(gt_shape image, const uint64_t *dims)
{
    gt_layout found;
    gt_shape has;
    return gt_layout_choose("a", dims, 4, GT_LAYOUT_AUTO, image, &found,
                            &has) == GT_OK
               ? found
               : GT_LAYOUT_AUTO;
}

static void the_shape_that_a_model_works_at_decides(void **state)
{
    (void)state;
    const uint64_t cube[] = {9, 30, 20, 10}, thin[] = {9, 4, 6, 5};
    assert_int_equal(layout_for((gt_shape){20, 10, 1, 30}, cube),
                     GT_LAYOUT_NDHW);
    assert_int_equal(layout_for((gt_shape){30, 20, 10}, cube), GT_LAYOUT_NHWC);
    assert_int_equal(layout_for((gt_shape){20, 10, 30}, cube), GT_LAYOUT_NCHW);
    assert_int_equal(layout_for((gt_shape){7, 7, 7}, cube), GT_LAYOUT_AUTO);
    assert_int_equal(layout_for((gt_shape){6, 5, 1, 4}, thin), GT_LAYOUT_NDHW);
    assert_int_equal(layout_for((gt_shape){7, 7, 7}, thin), GT_LAYOUT_NCHW);
}

static void what_can_be_one_thing_alone_is_taken(void **state)
{
    (void)state;
    assert_is(DIMS(9, 5), 0, GT_LAYOUT_NV, (gt_shape){1, 1, 5});
    assert_is(DIMS(9, 5, 3), 0, GT_LAYOUT_NHW, (gt_shape){5, 3, 1});
    assert_is(DIMS(9, 5, 6, 3), 0, GT_LAYOUT_NHWC, (gt_shape){5, 6, 3});
    assert_is(DIMS(9, 5, 6, 1), 0, GT_LAYOUT_NHWC, (gt_shape){5, 6, 1});
    assert_is(DIMS(9, 4, 6, 5), 0, GT_LAYOUT_NCHW, (gt_shape){6, 5, 4});
    assert_is(DIMS(9, 7, 6, 5, 2), 0, GT_LAYOUT_NDHWC, (gt_shape){6, 5, 2, 7});
    assert_is(DIMS(9, 2, 6, 5, 7), 0, GT_LAYOUT_NCDHW, (gt_shape){5, 7, 2, 6});
    assert_is(DIMS(9, 1, 1, 1, 8), GT_LAYOUT_NDHWC, GT_LAYOUT_NDHWC,
              (gt_shape){1, 1, 8, 1});
}

static void what_is_asked_for_is_taken(void **state)
{
    (void)state;
    assert_is(DIMS(9, 3, 6, 3), GT_LAYOUT_NHWC, GT_LAYOUT_NHWC,
              (gt_shape){3, 6, 3});
    assert_is(DIMS(9, 3, 6, 3), GT_LAYOUT_NCHW, GT_LAYOUT_NCHW,
              (gt_shape){6, 3, 3});
    assert_is(DIMS(9, 8, 6, 7), GT_LAYOUT_NCHW, GT_LAYOUT_NCHW,
              (gt_shape){6, 7, 8});
    assert_is(DIMS(9, 8, 6, 7), GT_LAYOUT_NDHW, GT_LAYOUT_NDHW,
              (gt_shape){6, 7, 1, 8});
}

static void several_possibilities_are_listed(void **state)
{
    (void)state;
    assert_refused(DIMS(9, 3, 6, 2), 0, GT_ERR_MISMATCH,
                   "an array of 9x3x6x2 may be read in several ways; set "
                   "data.layout to nhwc (samples of 3x6x2), nchw (samples of "
                   "6x2x3) or ndhw (samples of 3x6x2x1)");
    assert_refused(DIMS(9, 1, 8, 8, 3), 0, GT_ERR_MISMATCH,
                   "data.layout to ndhwc (samples of 1x8x8x3) or ncdhw "
                   "(samples of 8x8x3x1)");
    assert_refused(DIMS(9, 8, 8, 8), 0, GT_ERR_MISMATCH, "several ways");
    assert_refused(DIMS(9, 8, 8), GT_LAYOUT_NCHW, GT_ERR_MISMATCH,
                   "data.layout is nchw, but an array of 9x8x8 has 3 "
                   "dimensions; it can be nhw (samples of 8x8x1)");
}

static void arrays_of_no_samples_are_refused(void **state)
{
    (void)state;
    assert_refused(DIMS(9), 0, GT_ERR_FORMAT, "an array of 1 dimension;");
    assert_refused(DIMS(9, 1, 1, 1, 1, 1), 0, GT_ERR_FORMAT, "of 6 dimensions");
    assert_refused(DIMS(0, 8, 8), 0, GT_ERR_FORMAT, "0x8x8 has no samples");
    assert_refused(DIMS(9, 0, 8), 0, GT_ERR_FORMAT, "must be 1 to 16384");
    assert_refused(DIMS(9, 8, UINT64_C(1) << 33), 0, GT_ERR_FORMAT,
                   "9x8x8589934592; each side");
}

static void channels_go_last_and_back(void **state)
{
    (void)state;
    /* 2 channels of 1 x 3 */
    static const uint8_t first[] = {1, 2, 3, 4, 5, 6},
                         last[] = {1, 4, 2, 5, 3, 6};
    const gt_shape shape = {1, 3, 2};
    uint8_t out[6];
    gt_layout_to_sample(GT_LAYOUT_NCHW, shape, 1, first, out);
    assert_memory_equal(out, last, 6);
    gt_layout_from_sample(GT_LAYOUT_NCHW, shape, 1, last, out);
    assert_memory_equal(out, first, 6);
    gt_layout_to_sample(GT_LAYOUT_NHWC, shape, 1, first, out);
    assert_memory_equal(out, first, 6);
    for (size_t size = 2; size <= 8; size *= 2) {
        uint64_t wide[6] = {0}, there[6], back[6];
        for (size_t i = 0; i < 6 * size; i++)
            ((uint8_t *)wide)[i] = (uint8_t)(7 * i);
        gt_layout_to_sample(GT_LAYOUT_NCHW, shape, size, wide, there);
        assert_memory_equal((uint8_t *)there + size, (uint8_t *)wide + 3 * size,
                            size);
        gt_layout_from_sample(GT_LAYOUT_NCHW, shape, size, there, back);
        assert_memory_equal(back, wide, 6 * size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shape_that_a_model_works_at_decides),
        cmocka_unit_test(what_can_be_one_thing_alone_is_taken),
        cmocka_unit_test(what_is_asked_for_is_taken),
        cmocka_unit_test(several_possibilities_are_listed),
        cmocka_unit_test(arrays_of_no_samples_are_refused),
        cmocka_unit_test(channels_go_last_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
