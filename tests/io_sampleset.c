/* Sample sets: what is appended is in the file, and HDF5's Image attributes
 * are there as other people's viewers look for them. */
#include "scratch.h"

#include "base/version.h"
#include "run/picture.h"
#include "run/sampleset.h"
#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5read.h"

#include <hdf5.h>
#include <math.h>

enum { N = 7, H = 3, W = 4 };

static gt_sampleset_info info_of(gt_shape shape, gt_range range)
{
    return (gt_sampleset_info){.shape = shape,
                               .range = range,
                               .count = N,
                               .source = "run/checkpoints/step-00000012.h5",
                               .step = 12,
                               .seed = 99};
}

static gt_h5 *opened(void)
{
    gt_h5 *f;
    assert_ok(gt_h5_open(&f, in_scratch("s.h5")));
    return f;
}

/* The value that stands for byte `i` of all, by the source's own scaling. */
static uint8_t byte_of(size_t i)
{
    return (uint8_t)(i * 5 + 3);
}

static gt_real value_of(size_t i, gt_range range)
{
    return range == GT_RANGE_UNIT ? (gt_real)byte_of(i) / 255
                                  : (gt_real)byte_of(i) / (gt_real)127.5 - 1;
}

/* Write N images in waves of 3, 3 and 1. */
static void store_images(gt_shape shape, gt_range range)
{
    gt_real values[N * H * W * 3];
    size_t size = gt_shape_size(shape);
    for (size_t i = 0; i < N * size; i++)
        values[i] = value_of(i, range);
    gt_sampleset_info info = info_of(shape, range);
    gt_sampleset *set;
    unlink(in_scratch("s.h5"));
    assert_ok(gt_sampleset_create(&set, in_scratch("s.h5"), &info));
    assert_ok(gt_sampleset_append(set, values, NULL, 3));
    assert_ok(gt_sampleset_append(set, values + 3 * size, NULL, 3));
    assert_ok(gt_sampleset_append(set, values + 6 * size, NULL, 1));
    assert_false(exists("s.h5"));
    assert_ok(gt_sampleset_commit(set));
    assert_int_equal(names_in(""), 1);
}

static void images_come_back(void **state)
{
    (void)state;
    static const gt_range ranges[] = {GT_RANGE_SYMMETRIC, GT_RANGE_UNIT};
    for (int r = 0; r < 2; r++)
        for (int c = 1; c <= 3; c += 2) {
            size_t dim[] = {N, H, W, (size_t)c};
            uint8_t pixels[N * H * W * 3];
            store_images((gt_shape){H, W, c}, ranges[r]);
            gt_h5 *f = opened();
            assert_ok(gt_h5_read(f, "/images", GT_H5_U8, 4, dim, pixels));
            for (size_t i = 0; i < (size_t)(N * H * W * c); i++)
                assert_int_equal(pixels[i], byte_of(i));
            assert_false(gt_h5_has(f, "/points") || gt_h5_has(f, "/latents"));
            gt_h5_close(f);
        }
}

static void assert_attribute(const char *object, const char *key,
                             const char *expected)
{
    gt_h5 *f = opened();
    char *text;
    assert_ok(gt_h5_get_text(f, object, key, &text));
    assert_string_equal(text, expected);
    free(text);
    gt_h5_close(f);
}

static void a_set_says_where_it_comes_from(void **state)
{
    (void)state;
    int64_t version, step, seed;
    store_images((gt_shape){H, W, 1}, GT_RANGE_UNIT);
    assert_attribute("/", "format", "gentrain samples");
    assert_attribute("/", "gentrain_version", GT_VERSION);
    assert_attribute("/", "source", "run/checkpoints/step-00000012.h5");
    gt_h5 *f = opened();
    assert_ok(gt_h5_get_int(f, "/", "format_version", &version));
    assert_ok(gt_h5_get_int(f, "/", "step", &step));
    assert_ok(gt_h5_get_int(f, "/", "seed", &seed));
    assert_int_equal(version, 1);
    assert_int_equal(step, 12);
    assert_int_equal(seed, 99);
    gt_h5_close(f);
}

static bool has_attribute(const char *key)
{
    hid_t file = H5Fopen(in_scratch("s.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    bool has = H5Aexists_by_name(file, "/images", key, H5P_DEFAULT) > 0;
    H5Fclose(file);
    return has;
}

static void images_carry_the_attributes_of_the_image_specification(void **state)
{
    (void)state;
    store_images((gt_shape){H, W, 1}, GT_RANGE_UNIT);
    assert_attribute("/images", "CLASS", "IMAGE");
    assert_attribute("/images", "IMAGE_VERSION", "1.2");
    assert_attribute("/images", "IMAGE_SUBCLASS", "IMAGE_GRAYSCALE");
    assert_false(has_attribute("INTERLACE_MODE"));
    store_images((gt_shape){H, W, 3}, GT_RANGE_UNIT);
    assert_attribute("/images", "CLASS", "IMAGE");
    assert_attribute("/images", "IMAGE_VERSION", "1.2");
    assert_attribute("/images", "IMAGE_SUBCLASS", "IMAGE_TRUECOLOR");
    assert_attribute("/images", "INTERLACE_MODE", "INTERLACE_PIXEL");

    uint8_t range[2] = {9, 9};
    hid_t file = H5Fopen(in_scratch("s.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t a = H5Aopen_by_name(file, "/images", "IMAGE_MINMAXRANGE", H5P_DEFAULT,
                              H5P_DEFAULT);
    hid_t space = H5Aget_space(a);
    assert_int_equal(H5Sget_simple_extent_npoints(space), 2);
    assert_true(H5Aread(a, H5T_NATIVE_UINT8, range) >= 0);
    assert_int_equal(range[0], 0);
    assert_int_equal(range[1], 255);
    H5Sclose(space);
    H5Aclose(a);
    H5Fclose(file);
}

static void points_and_latents_come_back_to_the_bit(void **state)
{
    (void)state;
    gt_real points[N * 2], latents[N * 5], points_back[N * 2],
        latents_back[N * 5];
    for (int i = 0; i < N * 5; i++)
        latents[i] = (gt_real)sin(i);
    for (int i = 0; i < N * 2; i++)
        points[i] = (gt_real)(1000 * cos(i));
    gt_sampleset_info info = info_of((gt_shape){1, 1, 2}, GT_RANGE_SYMMETRIC);
    info.points = true;
    info.latent = (gt_shape){1, 1, 5};
    gt_sampleset *set;
    assert_ok(gt_sampleset_create(&set, in_scratch("s.h5"), &info));
    assert_ok(gt_sampleset_append(set, points, latents, 2));
    assert_ok(gt_sampleset_append(set, points + 4, latents + 10, N - 2));
    assert_ok(gt_sampleset_commit(set));
    gt_h5 *f = opened();
    assert_ok(
        gt_h5_read(f, "/points", GT_H5_REAL, 2, (size_t[]){N, 2}, points_back));
    assert_ok(gt_h5_read(f, "/latents", GT_H5_REAL, 4, (size_t[]){N, 1, 1, 5},
                         latents_back));
    assert_memory_equal(points_back, points, sizeof points);
    assert_memory_equal(latents_back, latents, sizeof latents);
    assert_false(gt_h5_has(f, "/images"));
    gt_h5_close(f);
}

static void more_samples_than_were_announced_are_refused(void **state)
{
    (void)state;
    gt_real values[2 * N * 2] = {0};
    gt_sampleset_info info = info_of((gt_shape){1, 1, 2}, GT_RANGE_SYMMETRIC);
    info.points = true;
    gt_sampleset *set;
    assert_ok(gt_sampleset_create(&set, in_scratch("s.h5"), &info));
    assert_ok(gt_sampleset_append(set, values, NULL, N));
    assert_fails(gt_sampleset_append(set, values, NULL, 1), GT_ERR_IO,
                 in_scratch("s.h5"));
    gt_sampleset_discard(set);
    assert_int_equal(names_in(""), 0);
    gt_sampleset_discard(NULL);
}

static void a_set_that_cannot_be_written_is_refused_at_once(void **state)
{
    (void)state;
    gt_sampleset_info info = info_of((gt_shape){H, W, 1}, GT_RANGE_UNIT);
    gt_sampleset *set;
    assert_fails(gt_sampleset_create(&set, in_scratch("none/s.h5"), &info),
                 GT_ERR_IO, in_scratch("none/s.h5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(images_come_back),
        each(a_set_says_where_it_comes_from),
        each(images_carry_the_attributes_of_the_image_specification),
        each(points_and_latents_come_back_to_the_bit),
        each(more_samples_than_were_announced_are_refused),
        each(a_set_that_cannot_be_written_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
