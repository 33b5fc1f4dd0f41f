/* Sample sets: what is appended is in the file, and HDF5's Image attributes
 * are there as other people's viewers look for them. */
#include "scratch.h"

#include "base/version.h"
#include "run/picture/picture.h"
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

static void append(gt_sampleset *set, int n, const gt_real *samples,
                   const gt_real *latents)
{
    assert_ok(
        gt_sampleset_append(set, &(gt_samples){.n = n, .x = samples}, latents));
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
    append(set, 3, values, NULL);
    append(set, 3, values + 3 * size, NULL);
    append(set, 1, values + 6 * size, NULL);
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
            assert_false(gt_h5_has(f, "/labels") ||
                         gt_h5_has(f, "/conditions"));
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
    info.reals = true;
    info.latent = (gt_shape){1, 1, 5};
    gt_sampleset *set;
    assert_ok(gt_sampleset_create(&set, in_scratch("s.h5"), &info));
    append(set, 2, points, latents);
    append(set, N - 2, points + 4, latents + 10);
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

/* Bytes of volumes and vectors: the depth first, no attributes of images. */
static void volumes_and_vectors_have_sets_of_their_own(void **state)
{
    (void)state;
    static const gt_shape shapes[] = {{2, 3, 1, 4}, {1, 1, 24}};
    static const char *const names[] = {"/volumes", "/vectors"};
    for (int s = 0; s < 2; s++) {
        gt_real values[N * 24];
        uint8_t bytes[N * 24];
        size_t dim[1 + GT_SHAPE_RANK] = {N};
        int rank = 1 + gt_shape_data_dims(shapes[s], dim + 1);
        for (size_t i = 0; i < N * 24; i++)
            values[i] = value_of(i, GT_RANGE_UNIT);
        gt_sampleset_info info = info_of(shapes[s], GT_RANGE_UNIT);
        info.latent = (gt_shape){1, 1, 2, 12};
        gt_sampleset *set;
        assert_ok(gt_sampleset_create(&set, in_scratch("s.h5"), &info));
        append(set, N, values, values);
        assert_ok(gt_sampleset_commit(set));
        gt_h5 *f = opened();
        assert_ok(gt_h5_read(f, names[s], GT_H5_U8, rank, dim, bytes));
        for (size_t i = 0; i < N * 24; i++)
            assert_int_equal(bytes[i], byte_of(i));
        char *text = NULL;
        assert_int_not_equal(gt_h5_get_text(f, names[s], "CLASS", &text),
                             GT_OK);
        assert_ok(gt_h5_read(f, "/latents", GT_H5_REAL, 5,
                             (size_t[]){N, 12, 1, 1, 2}, values));
        assert_false(gt_h5_has(f, "/images"));
        gt_h5_close(f);
    }
}

static void check_names(hid_t file)
{
    char names[2][5];
    hid_t a =
        H5Aopen_by_name(file, "/conditions", "names", H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = H5Aget_type(a), space = H5Aget_space(a);
    assert_int_equal(H5Sget_simple_extent_npoints(space), 2);
    assert_int_equal(H5Tget_size(type), sizeof names[0]);
    assert_true(H5Aread(a, type, names) >= 0);
    assert_memory_equal(names[0], "slant", 5);
    assert_memory_equal(names[1], "pen\0\0", 5);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(a);
}

static void labels_and_conditions_come_back_with_their_names(void **state)
{
    (void)state;
    char *words[] = {"slant", "pen"};
    gt_real pixels[N * H * W] = {0}, conditions[N * 2], conditions_back[N * 2];
    int labels[N], labels_back[N];
    int64_t classes;
    for (int i = 0; i < N; i++)
        labels[i] = 3 * i % 10;
    for (int i = 0; i < N * 2; i++)
        conditions[i] = (gt_real)cos(i);
    gt_sampleset_info info = info_of((gt_shape){H, W, 1}, GT_RANGE_UNIT);
    info.classes = 10;
    info.conditions = (gt_word_list){words, 2};
    gt_sampleset *set;
    unlink(in_scratch("s.h5"));
    assert_ok(gt_sampleset_create(&set, in_scratch("s.h5"), &info));
    for (int i = 0; i < N; i += 4) {
        gt_samples wave = {.n = N - i < 4 ? N - i : 4,
                           .x = pixels,
                           .labels = labels + i,
                           .conditions = conditions + 2 * i};
        assert_ok(gt_sampleset_append(set, &wave, NULL));
    }
    assert_ok(gt_sampleset_commit(set));
    gt_h5 *f = opened();
    assert_ok(
        gt_h5_read(f, "/labels", GT_H5_I32, 1, (size_t[]){N}, labels_back));
    assert_ok(gt_h5_read(f, "/conditions", GT_H5_REAL, 2, (size_t[]){N, 2},
                         conditions_back));
    assert_ok(gt_h5_get_int(f, "/labels", "classes", &classes));
    assert_memory_equal(labels_back, labels, sizeof labels);
    assert_memory_equal(conditions_back, conditions, sizeof conditions);
    assert_int_equal(classes, 10);
    gt_h5_close(f);
    hid_t file = H5Fopen(in_scratch("s.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    check_names(file);
    H5Fclose(file);
}

static void more_samples_than_were_announced_are_refused(void **state)
{
    (void)state;
    gt_real values[2 * N * 2] = {0};
    gt_sampleset_info info = info_of((gt_shape){1, 1, 2}, GT_RANGE_SYMMETRIC);
    info.reals = true;
    gt_sampleset *set;
    assert_ok(gt_sampleset_create(&set, in_scratch("s.h5"), &info));
    append(set, N, values, NULL);
    assert_fails(
        gt_sampleset_append(set, &(gt_samples){.n = 1, .x = values}, NULL),
        GT_ERR_IO, in_scratch("s.h5"));
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
        each(volumes_and_vectors_have_sets_of_their_own),
        each(points_and_latents_come_back_to_the_bit),
        each(labels_and_conditions_come_back_with_their_names),
        each(more_samples_than_were_announced_are_refused),
        each(a_set_that_cannot_be_written_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
