/* NumPy and raw files made by hand: every type and order, names that belong
 * together, and each way to be wrong. What NumPy itself writes is read where
 * python3-numpy is present. */
#include "base/log.h"
#include "data/columns.h"
#include "data/layout.h"
#include "npy_write.h"
#include "open_uri.h"
#include "read_one.h"
#include "scratch.h"

#include <math.h>

#define ANY GT_SHAPE_OF_SOURCE

static void put_npy(const char *name, int version, const char *dict,
                    const void *body, size_t n)
{
    uint8_t bytes[4096];
    assert_true(n + strlen(dict) + 128 <= sizeof bytes);
    store_bytes(name, bytes, make_npy(bytes, version, dict, body, n));
}

static const uint8_t counting[] = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
                                   21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                   32, 33, 34, 35, 36, 37, 38, 39, 40, 41};

/* 4 images of 2 x 3. */
static void put_images(const char *name)
{
    put_npy(name, 1, DICT("|u1", "False", "(4, 2, 3)"), counting, 24);
}

static gt_source *open_config(const gt_data_config *config, gt_split split)
{
    gt_source *source;
    if (gt_source_open(&source, config, split) != GT_OK)
        fail_msg("%s", gt_message());
    assert_non_null(source);
    return source;
}

static gt_source *open_file(const char *name, gt_shape shape)
{
    gt_data_config config = {.uri = (char *)in_scratch(name)};
    gt_source *source = open_config(&config, GT_SPLIT_TRAIN);
    if (!gt_shape_equal(source->shape, shape))
        fail_msg("%s is %dx%dx%d", name, source->shape.h, source->shape.w,
                 source->shape.c);
    return source;
}

static void assert_refused(const char *name, gt_status expected,
                           const char *part)
{
    gt_source *source;
    assert_fails(open_uri(&source, in_scratch(name), GT_SPLIT_TRAIN, ANY),
                 expected, part);
    assert_null(source);
    assert_says(name);
}

static void bytes_are_read_in_every_version(void **state)
{
    (void)state;
    for (int version = 1; version <= 3; version++) {
        put_npy("a.npy", version, DICT("|u1", "False", "(4, 2, 3)"), counting,
                24);
        gt_source *source = open_file("a.npy", (gt_shape){2, 3, 1});
        assert_int_equal(source->element, GT_ELEMENT_BYTES);
        assert_int_equal(source->count, 4);
        assert_int_equal(source->classes, 0);
        uint8_t rows[12];
        const uint64_t numbers[] = {3, 1};
        gt_source_rows to = {.bytes = rows};
        assert_ok(gt_source_read(source, numbers, 2, &to));
        assert_memory_equal(rows, counting + 18, 6);
        assert_memory_equal(rows + 6, counting + 6, 6);
        assert_int_equal(label_of(source, 0), -1);
        gt_source_close(source);
    }
}

static void assert_reals(const char *type, const char *bytes, size_t size,
                         double first, double second)
{
    char dict[128];
    snprintf(dict, sizeof dict, DICT("%s", "False", "(2, 1)"), type);
    put_npy("a.npy", 1, dict, bytes, size);
    gt_source *source = open_file("a.npy", (gt_shape){1, 1, 1});
    assert_int_equal(source->element, GT_ELEMENT_REALS);
    gt_real x[2];
    const uint64_t numbers[] = {0, 1};
    gt_source_rows to = {.reals = x};
    assert_ok(gt_source_read(source, numbers, 2, &to));
    if (x[0] != (gt_real)first || x[1] != (gt_real)second)
        fail_msg("%s: %g and %g", type, (double)x[0], (double)x[1]);
    gt_source_close(source);
}

static void all_types_of_numbers_are_read(void **state)
{
    (void)state;
    assert_reals("|i1", "\x7f\x80", 2, 127, -128);
    assert_reals("|b1", "\1\0", 2, 1, 0);
    assert_reals("<u2", "\1\2\xff\xff", 4, 513, 65535);
    assert_reals(">u2", "\1\2\xff\xff", 4, 258, 65535);
    assert_reals("<i2", "\xff\xff\0\x80", 4, -1, -32768);
    assert_reals(">i4", "\xff\xff\xff\xfe\0\0\1\0", 8, -2, 256);
    assert_reals("<u4", "\0\0\0\x80\1\0\0\0", 8, 2147483648.0, 1);
    assert_reals("<i8", "\xfe\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\1\0\0\0", 16,
                 -2, 4294967296.0);
    assert_reals(">u8", "\0\0\0\0\0\0\1\0\x80\0\0\0\0\0\0\0", 16, 256,
                 9223372036854775808.0);
    assert_reals("<f2", "\0\x3c\1\0", 4, 1, ldexp(1, -24));
    assert_reals(">f2", "\xc5\0\x7b\xff", 4, -5, 65504);
    assert_reals("<f4", "\0\0\x80\x3f\0\0\x20\xc1", 8, 1, -10);
    assert_reals(">f4", "\x3f\x80\0\0\xc1\x20\0\0", 8, 1, -10);
    assert_reals("<f8", "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\x24\xc0", 16, 1, -10);
    assert_reals(">f8", "\x3f\xf0\0\0\0\0\0\0\xc0\x24\0\0\0\0\0\0", 16, 1, -10);
}

/* 2 samples of 3 x 2 x 2: number s * 12 + e. */
static void both_orders_and_layouts_give_the_same_samples(void **state)
{
    (void)state;
    uint8_t body[24];
    for (int i = 0; i < 24; i++) /* in Fortran order s is the fastest */
        body[i] =
            (uint8_t)(i % 2 * 12 + i / 2 % 3 * 4 + i / 6 % 2 * 2 + i / 12);
    put_npy("f.npy", 1, DICT("|u1", "True", "(2, 3, 2, 2)"), body, 24);
    for (int i = 0; i < 24; i++) /* channels first: s, c, h, w */
        body[i] = (uint8_t)(i / 12 * 12 + i % 6 * 2 + i / 6 % 2);
    put_npy("first.npy", 1, DICT("|u1", "False", "(2, 2, 3, 2)"), body, 24);
    for (int i = 0; i < 2; i++) {
        gt_data_config config = {
            .uri = (char *)in_scratch(i ? "first.npy" : "f.npy"),
            .layout = i ? GT_LAYOUT_NCHW : GT_LAYOUT_NHWC};
        gt_source *source = open_config(&config, GT_SPLIT_TRAIN);
        assert_true(gt_shape_equal(source->shape, (gt_shape){3, 2, 2}));
        for (uint64_t s = 0; s < 2; s++) {
            uint8_t x[12];
            read_bytes(source, s, x);
            for (int e = 0; e < 12; e++)
                assert_int_equal(x[e], s * 12 + (uint64_t)e);
        }
        gt_source_close(source);
    }
    assert_refused("f.npy", GT_ERR_MISMATCH,
                   "2x3x2x2 may be read in several ways; set data.layout");
    gt_data_config config = {.uri = (char *)in_scratch("f.npy")};
    assert_true(gt_source_memory(&config) == 24);
}

/* Reals, channels first, of more than one piece: 9000 numbers each. */
static void large_samples_are_read_piece_by_piece(void **state)
{
    (void)state;
    enum { SIDE = 60, C = 3, SIZE = SIDE * SIDE * C };
    gt_data_config config = {.uri = (char *)"",
                             .image = {SIDE, SIDE, C},
                             .type = 5,
                             .layout = GT_LAYOUT_NCHW};
    static int16_t numbers[2 * SIZE];
    static gt_real x[SIZE];
    char uri[600];
    for (int i = 0; i < 2 * SIZE; i++)
        numbers[i] = (int16_t)(i - SIZE);
    store_bytes("a.bin", numbers, sizeof numbers);
    snprintf(uri, sizeof uri, "raw:%s", in_scratch("a.bin"));
    config.uri = uri;
    gt_source *source = open_config(&config, GT_SPLIT_TRAIN);
    assert_int_equal(source->count, 2);
    const uint64_t one = 1;
    gt_source_rows to = {.reals = x};
    assert_ok(gt_source_read(source, &one, 1, &to));
    for (int p = 0; p < SIDE * SIDE; p++)
        for (int c = 0; c < C; c++)
            assert_true(x[p * C + c] == c * SIDE * SIDE + p);
    gt_source_close(source);
}

static void names_say_what_belongs_together(void **state)
{
    (void)state;
    put_images("x_train.npy");
    put_npy("y_train.npy", 1, DICT("<i8", "False", "(4,)"),
            "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0",
            32);
    gt_source *source = open_file("x_train.npy", (gt_shape){2, 3, 1});
    assert_int_equal(source->classes, 6);
    assert_int_equal(label_of(source, 2), 5);
    gt_source_close(source);
    assert_ok(open_uri(&source, in_scratch("x_train.npy"), GT_SPLIT_TEST, ANY));
    assert_null(source);
    put_npy("x_test.npy", 1, DICT("|u1", "False", "(1, 2, 3)"), counting, 6);
    put_npy("y_test.npy", 1, DICT("|u1", "False", "(1, 1)"), "\3", 1);
    assert_ok(open_uri(&source, in_scratch("x_train.npy"), GT_SPLIT_TEST, ANY));
    assert_int_equal(source->count, 1);
    assert_int_equal(label_of(source, 0), 3);
    gt_source_close(source);
}

static void labels_and_conditions_are_named_in_the_configuration(void **state)
{
    (void)state;
    const float heights[] = {0.5, -1, 2, 3};
    char *words[] = {(char *)"height.npy", (char *)"weight.npy"};
    gt_data_config config = {.labels = (char *)"kinds.npy",
                             .conditions = {words, 2}};
    put_images("a.npy");
    put_npy("kinds.npy", 1, DICT("<f4", "False", "(4,)"), heights + 0, 16);
    put_npy("height.npy", 1, DICT("<f4", "False", "(4,)"), heights, 16);
    put_npy("weight.npy", 1, DICT("|i1", "False", "(4, 1)"), "\1\2\3\4", 4);
    config.uri = (char *)in_scratch("a.npy");
    gt_source *source;
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT,
                 "kinds.npy: number 0 (counted from 0), 0.5, is no");
    put_npy("kinds.npy", 1, DICT("|u1", "False", "(4,)"), "\0\1\0\2", 4);
    source = open_config(&config, GT_SPLIT_TRAIN);
    assert_int_equal(source->n_conditions, 2);
    assert_int_equal(gt_column_find(source, "weight.npy"), 1);
    assert_int_equal(label_of(source, 3), 2);
    gt_real x[4];
    const uint64_t numbers[] = {1, 2};
    gt_source_rows to = {.conditions = x};
    assert_ok(gt_source_read(source, numbers, 2, &to));
    assert_true(x[0] == -1 && x[1] == 2 && x[2] == 2 && x[3] == 3);
    gt_source_close(source);

    put_npy("weight.npy", 1, DICT("|i1", "False", "(3,)"), "\1\2\3", 3);
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT, "holds 3 numbers of a condition, but");
    assert_says("holds 4 samples");
    words[1] = (char *)"none.npy";
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN), GT_ERR_IO,
                 "data.conditions: there is no file none.npy, neither beside");
}

static void labels_that_nothing_asks_for_are_left_out(void **state)
{
    (void)state;
    char warning[1024] = "";
    put_images("x.npy");
    put_npy("y.npy", 1, DICT("|u1", "False", "(3,)"), "\1\2\3", 3);
    gt_log_capture(warning, sizeof warning);
    gt_source *source = open_file("x.npy", (gt_shape){2, 3, 1});
    gt_log_capture(NULL, 0);
    assert_int_equal(source->classes, 0);
    assert_non_null(strstr(warning, "holds 3 labels"));
    assert_non_null(strstr(warning, "going on without labels"));
    gt_source_close(source);
    gt_data_config config = {.uri = (char *)in_scratch("x.npy"), .classes = 4};
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT, "holds 3 labels");
}

static void other_elements_are_refused_by_name(void **state)
{
    (void)state;
    static const char *const types[][2] = {
        {"|O", "an array of Python objects (|O)"},
        {"<c8", "an array of complex numbers (<c8)"},
        {"<U5", "an array of texts (<U5)"},
        {"|S3", "an array of texts (|S3)"},
        {"|V8", "records or raw bytes (|V8)"},
        {"<M8[ns]", "dates or times (<M8[ns])"},
        {"<f16", "a type that is not known (<f16)"},
        {"<f1", "a type that is not known"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char dict[128];
        snprintf(dict, sizeof dict, DICT("%s", "False", "(1, 2)"), types[i][0]);
        put_npy("a.npy", 1, dict, counting, 8);
        if (i < 6)
            assert_refused("a.npy", GT_ERR_FORMAT, types[i][1]);
        else
            assert_refused("a.npy", GT_ERR_FORMAT, "an array of ");
    }
    put_npy("a.npy", 1,
            "{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, "
            "'shape': (1,)}",
            counting, 8);
    assert_refused("a.npy", GT_ERR_FORMAT, "records of several fields");
}

static void damaged_headers_are_refused(void **state)
{
    (void)state;
    static const char *const dicts[] = {
        "",
        "{",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'shape': (1, 2)}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, -2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)} x",
        "{'descr': '<f4', 'descr': '<f4', 'shape': (1, 2)}",
        "{'descr: '<f4', 'fortran_order': False, 'shape': (1, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': "
        "(99999999999999999999, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': "
        "(4294967296, 4294967296)}",
    };
    for (size_t i = 0; i < sizeof dicts / sizeof *dicts; i++) {
        put_npy("a.npy", 1, dicts[i], counting, 8);
        assert_refused("a.npy", GT_ERR_FORMAT, "is damaged, or not one that");
    }
    put_npy("a.npy", 4, DICT("|u1", "False", "(1, 2)"), counting, 2);
    assert_refused("a.npy", GT_ERR_FORMAT, "version 4.0; 1 to 3 are known");
    put_npy("a.npy", 1, DICT("|u1", "False", "(1,)"), counting, 1);
    assert_refused("a.npy", GT_ERR_FORMAT, "an array of 1 dimension");
    put_npy("a.npy", 1, DICT("|u1", "False", "(0, 2, 2)"), counting, 0);
    assert_refused("a.npy", GT_ERR_FORMAT, "0x2x2 has no samples");
    put_npy("a.npy", 1, DICT("|u1", "False", "(1,1,1,1,1,1,1,1,1)"), "", 1);
    assert_refused("a.npy", GT_ERR_FORMAT, "more than 8 dimensions");
}

static void wherever_a_file_is_cut_it_is_refused(void **state)
{
    (void)state;
    size_t n;
    put_images("a.npy");
    uint8_t *bytes = load_bytes("a.npy", &n);
    for (size_t cut = 0; cut < n; cut++) {
        gt_source *source;
        char uri[600];
        store_bytes("a.npy", bytes, cut);
        snprintf(uri, sizeof uri, "npy:%s", in_scratch("a.npy"));
        assert_int_equal(open_uri(&source, uri, GT_SPLIT_TRAIN, ANY),
                         GT_ERR_FORMAT);
        assert_null(source);
    }
    store_bytes("a.npy", bytes, n - 1);
    assert_refused("a.npy", GT_ERR_FORMAT,
                   "the header says 4x2x3 of uint8, 24 bytes, but only 23 "
                   "follow; the file is cut off");
    bytes[n] = 7;
    store_bytes("a.npy", bytes, n + 1);
    assert_refused("a.npy", GT_ERR_FORMAT, "24 bytes, but 25 follow");
    free(bytes);
}

/* A file that shrinks while it is open fails by sample, not by a signal. */
static void a_file_that_becomes_shorter_is_an_error(void **state)
{
    (void)state;
    put_images("a.npy");
    gt_source *source = open_file("a.npy", (gt_shape){2, 3, 1});
    size_t n;
    uint8_t *bytes = load_bytes("a.npy", &n), x[6];
    assert_int_equal(truncate(in_scratch("a.npy"), (off_t)n - 1), 0);
    free(bytes);
    const uint64_t last = 3;
    gt_source_rows to = {.bytes = x};
    assert_fails(gt_source_read(source, &last, 1, &to), GT_ERR_FORMAT,
                 "has become shorter");
    read_bytes(source, 2, x);
    gt_source_close(source);
}

static void raw_files_need_a_shape_and_whole_samples(void **state)
{
    (void)state;
    char uri[600];
    gt_data_config config = {.uri = uri, .skip_bytes = 2};
    gt_source *source;
    snprintf(uri, sizeof uri, "raw:%s", in_scratch("a.bin"));
    store_bytes("a.bin", counting, 26);
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_CONFIG, "set data.image to [height, width, channels]");
    config.image = (gt_shape){2, 2, 3};
    source = open_config(&config, GT_SPLIT_TRAIN);
    assert_int_equal(source->count, 2);
    uint8_t x[12];
    read_bytes(source, 1, x);
    assert_memory_equal(x, counting + 14, 12);
    gt_source_close(source);
    config.skip_bytes = 1;
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT,
                 "25 bytes are no whole number of samples: 2x2x3 of uint8 take "
                 "12 each, and 1 are left over");
    config.skip_bytes = 26;
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT, "there are no samples");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(bytes_are_read_in_every_version),
        each(all_types_of_numbers_are_read),
        each(both_orders_and_layouts_give_the_same_samples),
        each(large_samples_are_read_piece_by_piece),
        each(names_say_what_belongs_together),
        each(labels_and_conditions_are_named_in_the_configuration),
        each(labels_that_nothing_asks_for_are_left_out),
        each(other_elements_are_refused_by_name),
        each(damaged_headers_are_refused),
        each(wherever_a_file_is_cut_it_is_refused),
        each(a_file_that_becomes_shorter_is_an_error),
        each(raw_files_need_a_shape_and_whole_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
