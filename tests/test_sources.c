/* URIs, and tests that every built-in source must pass: they go through the
 * table, so a new one is tested the day it is registered. */
#include "core/hash.h"
#include "data/columns.h"
#include "data/reader.h"
#include "open_uri.h"
#include "read_one.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const gt_shape image = {28, 28, 1}, colour = {20, 33, 3},
                      point = {1, 1, 2};

static gt_shape shape_for(const gt_source_type *type)
{
    return gt_shape_is_point(type->natural) ? point : image;
}

static void assert_refused(const char *uri, gt_shape want, gt_status expected,
                           const char *part)
{
    gt_source *source = (gt_source *)&source;
    gt_status status = open_uri(&source, uri, GT_SPLIT_TRAIN, want);
    assert_null(source);
    if (status != expected || !strstr(gt_message(), part))
        fail_msg("'%s': status %d, message '%s' lacks '%s'", uri, status,
                 gt_message(), part);
}

static gt_source *open_or_fail(const char *uri, gt_split split, gt_shape want)
{
    gt_source *source;
    if (open_uri(&source, uri, split, want) != GT_OK)
        fail_msg("%s", gt_message());
    return source;
}

static void wrong_names_are_refused_with_the_nearest(void **state)
{
    (void)state;
    const gt_status e = GT_ERR_CONFIG;
    assert_refused("", image, e, "empty");
    assert_refused("glyph", image, e, "did you mean 'glyphs'");
    assert_refused("glpyhs?seed=2", image, e, "did you mean 'glyphs'");
    assert_refused("shpaes", image, e, "one of: idx:PATH, ");
    assert_refused("idz:some/where", image, e, "did you mean 'idx'");
    assert_refused("png:some/where", image, e, "no source 'png'");
    assert_refused("glyphs:some/where", image, e, "takes no path");
    assert_refused("idx:", image, e, "path is missing");
    assert_refused("idx", image, e, "path is missing");
    assert_refused("idx?seed=1", image, e, "takes no parameters");
    assert_refused("idx:nowhere?seed=1", image, e, "takes no parameters");
    assert_refused("idx:nowhere", image, GT_ERR_IO, "nowhere: cannot open");
    assert_refused("./glyphs", image, GT_ERR_IO, "./glyphs: cannot open");
    assert_refused("no/such/folder", image, GT_ERR_IO, "no/such/folder");
    assert_refused("mnist-of-nobody", image, GT_ERR_IO, "mnist-of-nobody");
}

/* A folder called like a built-in source: both ways to say what is meant work.
 */
static void a_name_that_means_two_things_is_refused(void **state)
{
    (void)state;
    char here[512], scratch[] = "/tmp/gt_sources_XXXXXX";
    assert_non_null(getcwd(here, sizeof here));
    assert_non_null(mkdtemp(scratch));
    assert_int_equal(chdir(scratch), 0);
    for (int i = 0; i < gt_source_type_count; i++) {
        const gt_source_type *type = gt_source_types[i];
        if (!type->default_count)
            continue;
        char file[32], other[32];
        snprintf(file, sizeof file, "write ./%s for the file", type->name);
        snprintf(other, sizeof other, "%s?seed=1 for the built", type->name);
        gt_shape shape = shape_for(type);
        assert_int_equal(mkdir(type->name, 0700), 0);
        assert_refused(type->name, shape, GT_ERR_CONFIG, file);
        assert_refused(type->name, shape, GT_ERR_CONFIG, other);
        snprintf(other, sizeof other, "%s?seed=1", type->name);
        gt_source_close(open_or_fail(other, GT_SPLIT_TRAIN, shape));
        snprintf(other, sizeof other, "./%s", type->name);
        assert_refused(other, shape, GT_ERR_IO, "has no train-images");
        snprintf(other, sizeof other, "idx:%s", type->name);
        assert_refused(other, shape, GT_ERR_IO, "has no train-images");
        assert_int_equal(rmdir(type->name), 0);
        gt_source_close(open_or_fail(type->name, GT_SPLIT_TRAIN, shape));
    }
    assert_int_equal(mkdir("idx:here", 0700), 0);
    assert_refused("idx:here", image, GT_ERR_CONFIG, "write ./idx:here");
    assert_refused("./idx:here", image, GT_ERR_IO, "has no train-images");
    assert_int_equal(rmdir("idx:here"), 0);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(rmdir(scratch), 0);
}

static void wrong_parameters_are_refused_with_what_is_allowed(void **state)
{
    (void)state;
    const gt_status e = GT_ERR_CONFIG;
    assert_refused("glyphs?", image, e, "no parameter ''");
    assert_refused("glyphs?sed=1", image, e, "did you mean 'seed'");
    assert_refused("glyphs?seeds=1", image, e, "count, test_count and seed");
    assert_refused("glyphs?tset_count=1", image, e,
                   "did you mean 'test_count'");
    assert_refused("glyphs?seed=1&count", image, e, "parameter count must");
    assert_refused("glyphs?count=", image, e, "not ''");
    assert_refused("glyphs?count=0", image, e, "from 1 to 1000000000");
    assert_refused("glyphs?count=1000000001", image, e, "from 1 to 1000");
    assert_refused("glyphs?count=-5", image, e, "not '-5'");
    assert_refused("glyphs?count=10k&seed=1", image, e, "not '10k'");
    assert_refused("glyphs?count=1.5", image, e, "not '1.5'");
    assert_refused("glyphs?seed= 1", image, e, "not ' 1'");
    assert_refused("glyphs?seed=18446744073709551616", image, e,
                   "to 18446744073709551615");
    assert_refused("glyphs?seed=1&", image, e, "no parameter ''");
    assert_refused("glyphs?seed=1&seed=2", image, e, "given twice");
}

static void shapes_that_cannot_be_made_are_refused(void **state)
{
    (void)state;
    assert_refused("glyphs", (gt_shape){7, 28, 1}, GT_ERR_MISMATCH, "7x28x1");
    assert_refused("shapes", (gt_shape){28, 28, 2}, GT_ERR_MISMATCH,
                   "1 or 3 channels");
    assert_refused("ring", image, GT_ERR_MISMATCH, "28x28x1");
    assert_refused("glyphs", (gt_shape){0, 28, 1}, GT_ERR_CONFIG, "0x28x1");
    assert_refused("glyphs", (gt_shape){28, 1 << 20, 1}, GT_ERR_CONFIG,
                   "28x1048576x1");
}

static void parameters_are_obeyed(void **state)
{
    (void)state;
    gt_source *source = open_or_fail("glyphs", GT_SPLIT_TRAIN, image);
    assert_int_equal(source->count, 60000);
    assert_int_equal(source->seed, 1);
    assert_true(source->endless);
    gt_source_close(source);

    const char *uri = "ring?seed=18446744073709551615&test_count=12&count=70";
    source = open_or_fail(uri, GT_SPLIT_TRAIN, point);
    assert_int_equal(source->count, 70);
    assert_true(source->seed == UINT64_MAX);
    assert_string_equal(source->uri, uri);
    gt_source_close(source);
    source = open_or_fail(uri, GT_SPLIT_TEST, point);
    assert_int_equal(source->count, 12);
    assert_false(source->endless);
    gt_source_close(source);

    source = open_or_fail("grid", GT_SPLIT_TEST, point);
    assert_int_equal(source->count, 10000);
    gt_source_close(source);
    source = (gt_source *)&source;
    assert_int_equal(
        open_uri(&source, "shapes?test_count=0", GT_SPLIT_TEST, image), GT_OK);
    assert_null(source);
}

/* Run `check` for each built-in source at each kind of shape it makes. */
static void for_each_builtin(void (*check)(const gt_source_type *, gt_shape))
{
    int checked = 0;
    for (int i = 0; i < gt_source_type_count; i++) {
        const gt_source_type *type = gt_source_types[i];
        assert_non_null(type->name);
        assert_non_null(type->help);
        if (!type->default_count)
            continue;
        check(type, shape_for(type));
        if (!gt_shape_is_point(type->natural))
            check(type, colour);
        checked++;
    }
    assert_true(checked >= 4);
}

static bool same(const gt_real *a, const gt_real *b, size_t n)
{
    return !memcmp(a, b, n * sizeof *a);
}

enum { ROOM = 20 * 33 * 3 };

static void check_numbers(const gt_source_type *type, gt_shape shape)
{
    char uri[64];
    size_t n = gt_shape_size(shape);
    gt_real a[ROOM], b[ROOM], c[ROOM];
    gt_source *one = open_or_fail(type->name, GT_SPLIT_TRAIN, shape);
    gt_source *two = open_or_fail(type->name, GT_SPLIT_TRAIN, shape);
    gt_source *test = open_or_fail(type->name, GT_SPLIT_TEST, shape);
    snprintf(uri, sizeof uri, "%s?seed=2", type->name);
    gt_source *other = open_or_fail(uri, GT_SPLIT_TRAIN, shape);
    for (uint64_t i = 0; i < 40; i++) {
        uint64_t number = i * 7919;
        read_one(one, number, GT_RANGE_UNIT, a);
        read_one(two, 39 - i, GT_RANGE_UNIT, c);
        read_one(two, number, GT_RANGE_UNIT, b);
        assert_true(same(a, b, n));
        read_one(test, number, GT_RANGE_UNIT, b);
        assert_false(same(a, b, n));
        read_one(other, number, GT_RANGE_UNIT, b);
        assert_false(same(a, b, n));
        read_one(one, number + (uint64_t)one->classes, GT_RANGE_UNIT, b);
        assert_false(same(a, b, n));
    }
    gt_source_close(one);
    gt_source_close(two);
    gt_source_close(test);
    gt_source_close(other);
}

static void samples_depend_on_number_seed_and_split_alone(void **state)
{
    (void)state;
    for_each_builtin(check_numbers);
}

/* In no epoch does a training sample have the address of a test sample, and
 * both fit the 48 bits that rng.h has for them. */
static void check_addresses(const gt_source_type *type, gt_shape shape)
{
    gt_source *train = open_or_fail(type->name, GT_SPLIT_TRAIN, shape);
    gt_source *test = open_or_fail(type->name, GT_SPLIT_TEST, shape);
    uint64_t million_epochs = train->first + 1000000 * train->count;
    assert_true(million_epochs <= test->first);
    assert_true(test->first + test->count <= UINT64_C(1) << 48);
    gt_source_close(train);
    gt_source_close(test);
}

static void splits_have_separate_addresses(void **state)
{
    (void)state;
    for_each_builtin(check_addresses);
}

static void check_balance(const gt_source_type *type, gt_shape shape)
{
    gt_source *source = open_or_fail(type->name, GT_SPLIT_TRAIN, shape);
    uint64_t hits[64] = {0};
    assert_in_range(source->classes, 1, 64);
    for (uint64_t i = 0; i < source->count; i++) {
        int label = label_of(source, source->count * 3 + i);
        assert_true(label >= 0 && label < source->classes);
        hits[label]++;
    }
    for (int i = 0; i < source->classes; i++) {
        uint64_t even = source->count / (uint64_t)source->classes;
        assert_in_range(hits[i], even, even + 1);
    }
    gt_source_close(source);
}

static void classes_are_balanced_in_every_epoch(void **state)
{
    (void)state;
    for_each_builtin(check_balance);
}

/* Images are neither blank nor one of two values, and both scales of the same
 * bytes agree. */
static void check_range(const gt_source_type *type, gt_shape shape)
{
    size_t n = gt_shape_size(shape);
    gt_real unit[ROOM], symmetric[ROOM];
    uint8_t bytes[ROOM];
    gt_source *source = open_or_fail(type->name, GT_SPLIT_TRAIN, shape);
    for (uint64_t number = 0; number < 50; number++) {
        read_one(source, number, GT_RANGE_UNIT, unit);
        read_one(source, number, GT_RANGE_SYMMETRIC, symmetric);
        if (source->element == GT_ELEMENT_REALS) {
            assert_true(same(unit, symmetric, n));
            continue;
        }
        read_bytes(source, number, bytes);
        bool seen[256] = {false};
        int values = 0, bright = 0;
        for (size_t i = 0; i < n; i++) {
            assert_true(unit[i] == (gt_real)bytes[i] / 255);
            assert_true(symmetric[i] == (gt_real)bytes[i] / (gt_real)127.5 - 1);
            values += !seen[bytes[i]];
            seen[bytes[i]] = true;
            bright += bytes[i] > 150;
        }
        assert_true(values > 10);
        assert_true(bright > 0 && bright < (int)n * 9 / 10);
    }
    gt_source_close(source);
}

static void reading_scales_bytes_and_leaves_points_alone(void **state)
{
    (void)state;
    for_each_builtin(check_range);
}

/* Reading stays within the sample, at sizes around the block of the scaling
 * loop and at both ends of the allowed range of sides. */
static void any_size_is_drawn_within_its_bounds(void **state)
{
    (void)state;
    const gt_shape sizes[] = {{8, 8, 1},    {8, 8, 3},    {8, 32, 1},
                              {32, 8, 3},   {9, 57, 1},   {257, 9, 1},
                              {300, 31, 3}, {128, 128, 1}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = gt_shape_size(sizes[i]);
        gt_real *x = malloc((n + 1) * sizeof *x);
        assert_non_null(x);
        for (int s = 0; s < 2; s++) {
            gt_source *source =
                open_or_fail(s ? "shapes" : "glyphs", GT_SPLIT_TRAIN, sizes[i]);
            for (uint64_t number = 0; number < 30; number++) {
                x[n] = 42;
                read_one(source, number, GT_RANGE_SYMMETRIC, x);
                assert_true(x[n] == 42);
                for (size_t j = 0; j < n; j++)
                    assert_true(x[j] >= -1 && x[j] <= 1);
            }
            gt_source_close(source);
        }
        free(x);
    }
}

/* A training whose fingerprint is known needs the same images, however they are
 * drawn: below, at and above the pixels of a row that are drawn at once. The
 * hashes are those of the first release, which drew pixel by pixel. */
static void images_are_the_same_to_the_bit(void **state)
{
    (void)state;
    enum { SAMPLES = 64 };
    const struct {
        const char *uri;
        gt_shape shape;
        uint64_t hash;
    } known[] = {{"glyphs", {28, 28, 1}, 0xfa1f4897ecaa4ba4},
                 {"glyphs", {9, 8, 3}, 0x79b5c0901602f92c},
                 {"glyphs?seed=7", {64, 17, 1}, 0xa1a48360744e3343},
                 {"glyphs", {100, 101, 3}, 0xa9c7c3790716062c},
                 {"shapes", {64, 64, 3}, 0x30ec038b6d364c9a},
                 {"shapes", {8, 9, 1}, 0xa4b1624e91ae113a},
                 {"shapes?seed=7", {17, 129, 3}, 0x8aa1b9a97a2b91e9},
                 {"shapes", {100, 100, 3}, 0x386ced20500081af}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t size = gt_shape_size(known[i].shape);
        uint8_t *bytes = malloc(SAMPLES * size);
        assert_non_null(bytes);
        uint64_t numbers[SAMPLES];
        for (int k = 0; k < SAMPLES; k++)
            numbers[k] = (uint64_t)k;
        gt_source *source =
            open_or_fail(known[i].uri, GT_SPLIT_TRAIN, known[i].shape);
        gt_source_rows rows = {.bytes = bytes};
        assert_int_equal(gt_source_read(source, numbers, SAMPLES, &rows),
                         GT_OK);
        gt_hash *hash = gt_hash_new();
        assert_non_null(hash);
        gt_hash_add(hash, bytes, SAMPLES * size);
        assert_int_equal(gt_hash_value(hash), known[i].hash);
        gt_hash_free(hash);
        gt_source_close(source);
        free(bytes);
    }
}

/* Samples lie around their mode with the stated spread. */
static void assert_spread(const char *uri, double sigma,
                          void (*mode)(int, double[2]))
{
    enum { SAMPLES = 20000 };
    gt_source *source = open_or_fail(uri, GT_SPLIT_TRAIN, point);
    double square = 0;
    for (uint64_t i = 0; i < SAMPLES; i++) {
        gt_real x[2];
        double centre[2];
        read_one(source, i, GT_RANGE_SYMMETRIC, x);
        mode(label_of(source, i), centre);
        double dx = x[0] - centre[0], dy = x[1] - centre[1];
        assert_true(hypot(dx, dy) < 6 * sigma);
        square += dx * dx + dy * dy;
    }
    double ratio = square / (2.0 * SAMPLES * sigma * sigma);
    assert_true(fabs(ratio - 1) < 4 / sqrt(SAMPLES));
    gt_source_close(source);
}

static void ring_mode(int k, double at[2])
{
    at[0] = cos(k * atan(1));
    at[1] = sin(k * atan(1));
}

static void grid_mode(int k, double at[2])
{
    at[0] = k % 5 * 2 - 4;
    at[1] = k / 5 * 2 - 4;
}

static void points_spread_around_their_modes(void **state)
{
    (void)state;
    assert_spread("ring", 0.01, ring_mode);
    assert_spread("grid", 0.05, grid_mode);
}

/* A glyph's class can be told from its pixels: means of 200 glyphs a class are
 * enough for a nearest-mean classifier to beat chance by far. */
static void glyphs_look_like_their_labels(void **state)
{
    (void)state;
    enum { EACH = 200, D = 784 };
    static double mean[10][D];
    gt_real x[D];
    gt_source *source = open_or_fail("glyphs", GT_SPLIT_TRAIN, image);
    for (uint64_t i = 0; i < 10 * EACH; i++) {
        read_one(source, i, GT_RANGE_UNIT, x);
        double *m = mean[label_of(source, i)];
        for (int j = 0; j < D; j++)
            m[j] += x[j] / EACH;
    }
    int right = 0;
    for (uint64_t i = 10 * EACH; i < 11 * EACH; i++) {
        double least = INFINITY;
        int nearest = -1;
        read_one(source, i, GT_RANGE_UNIT, x);
        for (int k = 0; k < 10; k++) {
            double d = 0;
            for (int j = 0; j < D; j++)
                d += (x[j] - mean[k][j]) * (x[j] - mean[k][j]);
            if (d < least) {
                least = d;
                nearest = k;
            }
        }
        right += nearest == label_of(source, i);
    }
    gt_source_close(source);
    assert_true(right > EACH / 2);
}

/* Row i of what is asked for is sample numbers[i], whatever else is asked for.
 */
static void check_many(const gt_source_type *type, gt_shape shape)
{
    enum { N = 70 };
    size_t size = gt_shape_size(shape);
    gt_source *source = open_or_fail(type->name, GT_SPLIT_TRAIN, shape);
    gt_reader reader;
    gt_sample_buffer buffer;
    uint64_t numbers[N];
    gt_real *x = malloc(size * sizeof *x), columns[16];
    assert_non_null(x);
    assert_in_range(source->n_conditions, 0, 16);
    for (int i = 0; i < N; i++)
        numbers[i] = (uint64_t)(i * 7919 % 101);
    assert_int_equal(gt_reader_open(&reader, source, NULL), GT_OK);
    assert_int_equal(gt_sample_buffer_new(&buffer, &reader, N), GT_OK);
    assert_int_equal(gt_reader_read(&reader, numbers, N, &buffer.rows), GT_OK);
    for (int i = 0; i < N; i++) {
        gt_samples got = gt_sample_buffer_view(&buffer, (size_t)i, 1);
        gt_source_rows rows = {.conditions = columns};
        read_one(source, numbers[i], GT_RANGE_SYMMETRIC, x);
        assert_memory_equal(got.x, x, size * sizeof *x);
        assert_int_equal(got.labels[0], label_of(source, numbers[i]));
        assert_int_equal(type->read(source, &numbers[i], 1, &rows), GT_OK);
        for (int c = 0; c < source->n_conditions; c++)
            assert_true(got.conditions[c] == columns[c]);
    }
    gt_sample_buffer_free(&buffer);
    gt_reader_close(&reader);
    gt_source_close(source);
    free(x);
}

static void reading_many_at_once_equals_reading_each(void **state)
{
    (void)state;
    for_each_builtin(check_many);
}

/* The last two numbers of a column's help are its least and its most. */
static void documented_range(const char *help, double range[2])
{
    int found = 0;
    for (const char *at = help; *at; at++) {
        char *end;
        double value = strtod(at, &end);
        if (end == at || (at > help && at[-1] != ' '))
            continue;
        range[0] = found ? range[1] : value;
        range[1] = value;
        found++;
        at = end - 1;
    }
    assert_true(found >= 2);
}

static void check_ranges(const gt_source_type *type, gt_shape shape)
{
    enum { N = 3000 };
    static gt_real columns[N][16];
    gt_source *source = open_or_fail(type->name, GT_SPLIT_TRAIN, shape);
    static uint64_t numbers[N];
    for (int i = 0; i < N; i++)
        numbers[i] = (uint64_t)i;
    gt_source_rows rows = {.conditions = &columns[0][0]};
    assert_int_equal(type->read(source, numbers, N, &rows), GT_OK);
    for (int c = 0; c < source->n_conditions; c++) {
        const gt_condition *condition = &source->conditions[c];
        double range[2] = {0}, least = INFINITY, most = -INFINITY;
        if (!strcmp(condition->name, "hue"))
            continue; /* the last number is that of channels */
        documented_range(condition->help, range);
        assert_int_equal(gt_column_find(source, condition->name), c);
        for (int i = 0; i < N; i++) {
            double value =
                (double)(&columns[0][0])[i * source->n_conditions + c];
            least = fmin(least, value);
            most = fmax(most, value);
        }
        double width = range[1] - range[0];
        if (least < range[0] - 1e-6 || most > range[1] + 1e-6 ||
            most - least < 0.8 * width)
            fail_msg("%s: %s is %g to %g, but documented as %g to %g",
                     type->name, condition->name, least, most, range[0],
                     range[1]);
    }
    gt_source_close(source);
}

static void conditions_fill_their_documented_ranges(void **state)
{
    (void)state;
    for_each_builtin(check_ranges);
}

/* Mean of pixels of the samples in which the column is high, less that of those
 * in which it is low, weighted by `weight`. */
static double effect(const char *uri, const char *name,
                     double (*look)(const gt_real *x))
{
    enum { N = 600 };
    gt_source *source = open_or_fail(uri, GT_SPLIT_TRAIN, image);
    char *word = (char *)(uintptr_t)name;
    gt_data_config told = {.range = GT_RANGE_UNIT,
                           .conditions = {.words = &word, .count = 1}};
    gt_reader reader;
    gt_sample_buffer buffer;
    double mean = 0, sum[2] = {0};
    int n[2] = {0};
    assert_int_equal(gt_reader_open(&reader, source, &told), GT_OK);
    assert_int_equal(gt_sample_buffer_new(&buffer, &reader, N), GT_OK);
    assert_null(buffer.rows.labels);
    assert_int_equal(gt_sample_buffer_fill(&buffer, &reader, 0, N), GT_OK);
    for (int i = 0; i < N; i++)
        mean += (double)buffer.rows.conditions[i] / N;
    for (int i = 0; i < N; i++) {
        int high = (double)buffer.rows.conditions[i] > mean;
        sum[high] += look(buffer.rows.x + (ptrdiff_t)i * 784);
        n[high]++;
    }
    gt_sample_buffer_free(&buffer);
    gt_reader_close(&reader);
    gt_source_close(source);
    return sum[1] / n[1] - sum[0] / n[0];
}

static double brightness(const gt_real *x)
{
    double sum = 0;
    for (int i = 0; i < 784; i++)
        sum += x[i] / 784;
    return sum;
}

static double centre_of(const gt_real *x, bool vertical)
{
    double sum = 0, at = 0;
    for (int i = 0; i < 784; i++) {
        sum += x[i];
        at += x[i] * (vertical ? i / 28 : i % 28);
    }
    return at / sum;
}

static double centre_x(const gt_real *x)
{
    return centre_of(x, false);
}

static double centre_y(const gt_real *x)
{
    return centre_of(x, true);
}

/* How much further right the ink of the upper half is than that of the lower.
 */
static double lean(const gt_real *x)
{
    double sum[2] = {0}, at[2] = {0};
    for (int i = 0; i < 784; i++) {
        sum[i / 392] += x[i];
        at[i / 392] += x[i] * (i % 28);
    }
    return at[0] / sum[0] - at[1] / sum[1];
}

static void conditions_say_what_the_image_shows(void **state)
{
    (void)state;
    assert_true(effect("glyphs", "thickness", brightness) > 0.02);
    assert_true(effect("glyphs", "size", brightness) > 0.01);
    assert_true(effect("glyphs", "slant", lean) > 1);
    assert_true(effect("glyphs", "turn", lean) > 0.5);
    assert_true(effect("glyphs", "x", centre_x) > 0.5);
    assert_true(effect("glyphs", "y", centre_y) > 0.5);
    assert_true(effect("shapes", "x", centre_x) > 0.2);
    assert_true(effect("shapes", "y", centre_y) > 0.2);
    assert_true(effect("shapes", "size", brightness) > 0.02);
}

static void refuse_columns(const char *uri, int64_t classes, char *first,
                           char *second, const char *part)
{
    char *words[] = {first, second};
    gt_data_config told = {.classes = classes,
                           .conditions = {.words = words,
                                          .count = second  ? 2
                                                   : first ? 1
                                                           : 0}};
    gt_source *source = open_or_fail(uri, GT_SPLIT_TRAIN, GT_SHAPE_OF_SOURCE);
    gt_reader reader;
    assert_int_equal(gt_columns_check(source, &told), GT_ERR_MISMATCH);
    if (!strstr(gt_message(), part))
        fail_msg("message '%s' lacks '%s'", gt_message(), part);
    assert_int_equal(gt_reader_open(&reader, source, &told), GT_ERR_MISMATCH);
    gt_source_close(source);
}

static void what_the_data_lack_is_refused_with_what_there_is(void **state)
{
    (void)state;
    char slant[] = "slant", slnat[] = "slnat", size[] = "size";
    refuse_columns("glyphs", 9, NULL, NULL, "labels from 0 to 9");
    refuse_columns("glyphs", 9, NULL, NULL, "set it to 10");
    refuse_columns("glyphs", 0, slnat, NULL, "did you mean 'slant'");
    refuse_columns("glyphs", 10, size, slnat, "slant, thickness, size, aspect");
    refuse_columns("ring", 8, slant, NULL, "it has: none");

    gt_source *source = open_or_fail("glyphs", GT_SPLIT_TEST, image);
    assert_int_equal(gt_columns_check(source, &(gt_data_config){.classes = 12}),
                     GT_OK);
    source->classes = 0;
    assert_int_equal(gt_columns_check(source, &(gt_data_config){.classes = 12}),
                     GT_ERR_MISMATCH);
    assert_non_null(strstr(gt_message(), "has no labels"));
    gt_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_names_are_refused_with_the_nearest),
        cmocka_unit_test(a_name_that_means_two_things_is_refused),
        cmocka_unit_test(wrong_parameters_are_refused_with_what_is_allowed),
        cmocka_unit_test(shapes_that_cannot_be_made_are_refused),
        cmocka_unit_test(parameters_are_obeyed),
        cmocka_unit_test(samples_depend_on_number_seed_and_split_alone),
        cmocka_unit_test(splits_have_separate_addresses),
        cmocka_unit_test(classes_are_balanced_in_every_epoch),
        cmocka_unit_test(reading_scales_bytes_and_leaves_points_alone),
        cmocka_unit_test(any_size_is_drawn_within_its_bounds),
        cmocka_unit_test(images_are_the_same_to_the_bit),
        cmocka_unit_test(points_spread_around_their_modes),
        cmocka_unit_test(glyphs_look_like_their_labels),
        cmocka_unit_test(reading_many_at_once_equals_reading_each),
        cmocka_unit_test(conditions_fill_their_documented_ranges),
        cmocka_unit_test(conditions_say_what_the_image_shows),
        cmocka_unit_test(what_the_data_lack_is_refused_with_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
