/* HDF5 files as data: what is taken of a file, how it is turned, what comes
 * with it, and each way to be refused. */
#include "base/log.h"
#include "data/columns.h"
#include "data/layout.h"
#include "data/reader.h"
#include "open_uri.h"
#include "read_one.h"
#include "scratch.h"

#include <hdf5.h>
#include <math.h>

#define ANY GT_SHAPE_OF_SOURCE
#define DIMS(...)                                                              \
    (int)(sizeof((hsize_t[]){__VA_ARGS__}) / sizeof(hsize_t)),                 \
        (const hsize_t[])                                                      \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

static hid_t open_or_make(const char *file)
{
    return exists(file) ? H5Fopen(in_scratch(file), H5F_ACC_RDWR, H5P_DEFAULT)
                        : H5Fcreate(in_scratch(file), H5F_ACC_EXCL, H5P_DEFAULT,
                                    H5P_DEFAULT);
}

/* Add a data set; with gzip in chunks of `chunk` rows where that is above 0. */
static void put_packed(const char *file, const char *name, hid_t type,
                       const void *data, hsize_t chunk, int rank,
                       const hsize_t *dims)
{
    hsize_t chunks[8] = {chunk};
    hid_t f = open_or_make(file), space = H5Screate_simple(rank, dims, NULL);
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    for (int i = 1; i < rank; i++)
        chunks[i] = dims[i];
    if (chunk) {
        H5Pset_chunk(properties, rank, chunks);
        H5Pset_shuffle(properties);
        H5Pset_deflate(properties, 1);
    }
    hid_t set =
        H5Dcreate2(f, name, type, space, links, properties, H5P_DEFAULT);
    assert_true(set >= 0);
    assert_true(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(set);
    H5Pclose(properties);
    H5Pclose(links);
    H5Sclose(space);
    H5Fclose(f);
}

static void put(const char *file, const char *name, hid_t type,
                const void *data, int rank, const hsize_t *dims)
{
    put_packed(file, name, type, data, 0, rank, dims);
}

/* 0, 1, 2, ... */
static uint8_t counting[256];
static const int64_t labels[] = {2, 0, 1, 2};
static const float energies[] = {1, 10, 100, 1000};

static int set_up(void **state)
{
    for (int i = 0; i < 256; i++)
        counting[i] = (uint8_t)i;
    return make_scratch(state);
}

static gt_source *open_config(const gt_data_config *config, gt_split split)
{
    gt_source *source;
    if (gt_source_open(&source, config, split) != GT_OK)
        fail_msg("%s", gt_message());
    return source;
}

static gt_source *open_file(const char *uri)
{
    gt_source *source;
    assert_ok(open_uri(&source, uri, GT_SPLIT_TRAIN, ANY));
    return source;
}

static void assert_shape(const gt_source *source, int h, int w, int c, int d)
{
    if (!gt_shape_equal(source->shape, (gt_shape){h, w, c, d})) {
        char text[GT_SHAPE_TEXT];
        fail_msg("the shape is %s", gt_shape_text(source->shape, text));
    }
}

/* Say what classes are called, by texts of one length or, as h5py does, each of
 * its own. */
static void name_classes(const char *file, bool vary)
{
    static char fixed[3][8] = {"cat", "", "a ship"};
    static const char *const each[] = {"cat", "", "a ship"};
    hid_t f = open_or_make(file), type = H5Tcopy(H5T_C_S1);
    hid_t set = H5Dopen2(f, "labels", H5P_DEFAULT);
    hid_t space = H5Screate_simple(DIMS(3), NULL);
    H5Tset_size(type, vary ? H5T_VARIABLE : sizeof fixed[0]);
    hid_t names =
        H5Acreate2(set, "names", type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(
        H5Awrite(names, type, vary ? (const void *)each : (void *)fixed) >= 0);
    H5Aclose(names);
    H5Sclose(space);
    H5Dclose(set);
    H5Tclose(type);
    H5Fclose(f);
}

/* 4 images of 2 x 3 with labels and a condition. */
static void put_images(const char *file)
{
    put(file, "images", H5T_STD_U8LE, counting, DIMS(4, 2, 3));
    put(file, "labels", H5T_STD_I64LE, labels, DIMS(4));
    put(file, "energy", H5T_IEEE_F32LE, energies, DIMS(4, 1));
}

static void images_come_with_labels_and_conditions(void **state)
{
    (void)state;
    put_images("a.h5");
    gt_source *source = open_file(in_scratch("a.h5"));
    assert_shape(source, 2, 3, 1, 0);
    assert_int_equal(source->count, 4);
    assert_int_equal(source->element, GT_ELEMENT_BYTES);
    assert_int_equal(source->classes, 3);
    assert_int_equal(source->n_conditions, 1);
    assert_string_equal(source->conditions[0].name, "/energy");
    const uint64_t numbers[] = {3, 0};
    uint8_t bytes[12];
    int given[2];
    gt_real energy[2];
    gt_source_rows rows = {
        .bytes = bytes, .labels = given, .conditions = energy};
    assert_ok(gt_source_read(source, numbers, 2, &rows));
    assert_memory_equal(bytes, counting + 18, 6);
    assert_memory_equal(bytes + 6, counting, 6);
    assert_int_equal(given[0], 2);
    assert_int_equal(given[1], 2);
    assert_true(energy[0] == 1000 && energy[1] == 1);
    gt_source_close(source);
}

static void classes_have_names_of_one_length_or_of_any(void **state)
{
    (void)state;
    for (int vary = 0; vary < 2; vary++) {
        const char *file = vary ? "vary.h5" : "fixed.h5";
        put_images(file);
        name_classes(file, vary);
        gt_source *source = open_file(in_scratch(file));
        assert_non_null(source->class_names);
        assert_string_equal(source->class_names[0], "cat");
        assert_string_equal(source->class_names[1], "");
        assert_string_equal(source->class_names[2], "a ship");
        gt_source_close(source);
    }
}

static void channels_first_are_turned(void **state)
{
    (void)state;
    for (hsize_t chunk = 0; chunk < 3; chunk += 2) {
        const char *file = chunk ? "packed.h5" : "plain.h5";
        put_packed(file, "x", H5T_STD_U8LE, counting, chunk, DIMS(3, 2, 5, 6));
        gt_source *source = open_file(in_scratch(file));
        assert_shape(source, 5, 6, 2, 0);
        assert_true(source->packed == (chunk > 0));
        uint8_t bytes[60];
        read_bytes(source, 1, bytes);
        for (int i = 0; i < 30; i++) {
            assert_int_equal(bytes[2 * i], 60 + i);
            assert_int_equal(bytes[2 * i + 1], 90 + i);
        }
        gt_source_close(source);
    }
}

static void volumes_with_channels_first_are_turned(void **state)
{
    (void)state;
    for (hsize_t chunk = 0; chunk < 3; chunk += 2) {
        const char *file = chunk ? "packed.h5" : "plain.h5";
        put_packed(file, "x", H5T_STD_U8LE, counting, chunk,
                   DIMS(2, 2, 5, 2, 6));
        gt_source *source = open_file(in_scratch(file));
        assert_shape(source, 2, 6, 2, 5);
        uint8_t bytes[120];
        read_bytes(source, 1, bytes);
        for (int i = 0; i < 60; i++) {
            assert_int_equal(bytes[2 * i], 120 + i);
            assert_int_equal(bytes[2 * i + 1], 180 + i);
        }
        gt_source_close(source);
    }
}

static void flat_vectors_and_volumes_are_samples(void **state)
{
    (void)state;
    static float reals[240];
    for (int i = 0; i < 240; i++)
        reals[i] = (float)i / 4;
    put("v.h5", "x", H5T_NATIVE_FLOAT, reals, DIMS(8, 30));
    gt_source *source = open_file(in_scratch("v.h5"));
    assert_shape(source, 1, 1, 30, 0);
    assert_int_equal(source->element, GT_ELEMENT_REALS);
    gt_real row[120];
    read_one(source, 7, GT_RANGE_UNIT, row);
    assert_true(row[0] == reals[210] && row[29] == reals[239]);
    gt_source_close(source);

    put("d.h5", "x", H5T_NATIVE_FLOAT, reals, DIMS(2, 5, 6, 4, 1));
    source = open_file(in_scratch("d.h5"));
    assert_shape(source, 6, 4, 1, 5);
    read_one(source, 1, GT_RANGE_UNIT, row);
    assert_true(row[0] == reals[120] && row[119] == reals[239]);
    gt_source_close(source);

    put("four.h5", "x", H5T_NATIVE_FLOAT, reals, DIMS(2, 5, 6, 4));
    gt_data_config config = {.uri = (char *)in_scratch("four.h5"),
                             .layout = GT_LAYOUT_NDHW};
    source = open_config(&config, GT_SPLIT_TRAIN);
    assert_shape(source, 6, 4, 1, 5);
    gt_source_close(source);
    put("both.h5", "x", H5T_NATIVE_FLOAT, reals, DIMS(2, 3, 10, 4));
    assert_fails(open_uri(&source, in_scratch("both.h5"), GT_SPLIT_TRAIN, ANY),
                 GT_ERR_MISMATCH, "set data.layout to");
}

static void held_out_samples_have_the_word_test(void **state)
{
    (void)state;
    put("a.h5", "x_train", H5T_STD_U8LE, counting, DIMS(4, 2, 3));
    put("a.h5", "y_train", H5T_STD_I64LE, labels, DIMS(4));
    put("a.h5", "x_test", H5T_STD_U8LE, counting + 50, DIMS(2, 2, 3));
    put("a.h5", "y_test", H5T_STD_I64LE, labels + 2, DIMS(2));
    gt_source *source;
    assert_ok(open_uri(&source, in_scratch("a.h5"), GT_SPLIT_TEST, ANY));
    assert_int_equal(source->count, 2);
    uint8_t bytes[6];
    read_bytes(source, 1, bytes);
    assert_memory_equal(bytes, counting + 56, 6);
    assert_int_equal(label_of(source, 0), 1);
    gt_source_close(source);

    put("b.h5", "/train/images", H5T_STD_U8LE, counting, DIMS(4, 2, 3));
    put("b.h5", "/test/images", H5T_STD_U8LE, counting, DIMS(1, 2, 3));
    char uri[600];
    snprintf(uri, sizeof uri, "%s:/train/images", in_scratch("b.h5"));
    assert_ok(open_uri(&source, uri, GT_SPLIT_TEST, ANY));
    assert_int_equal(source->count, 1);
    gt_source_close(source);

    put_images("c.h5");
    assert_ok(open_uri(&source, in_scratch("c.h5"), GT_SPLIT_TEST, ANY));
    assert_null(source);
}

static void files_are_joined_in_the_order_of_their_bytes(void **state)
{
    (void)state;
    static const char *const files[] = {"run-10.h5", "run-9.h5", "run-B.h5",
                                        "run-a.h5"};
    for (int i = 3; i >= 0; i--)
        put(files[i], "x", H5T_STD_U8LE, counting + 50 * i, DIMS(2, 2, 3));
    char uri[2000];
    snprintf(uri, sizeof uri, "hdf5:%s", in_scratch("run-*.h5"));
    gt_source *source = open_file(uri);
    assert_int_equal(source->count, 8);
    uint8_t bytes[48];
    const uint64_t numbers[] = {0, 1, 2, 7, 6, 3, 4, 5};
    gt_source_rows rows = {.bytes = bytes};
    assert_ok(gt_source_read(source, numbers, 8, &rows));
    for (int i = 0; i < 8; i++)
        assert_int_equal(bytes[6 * i],
                         50 * (numbers[i] / 2) + 6 * (numbers[i] % 2));
    gt_source_close(source);

    snprintf(uri, sizeof uri, "hdf5:%s:/x", in_scratch("run-?.h5"));
    source = open_file(uri);
    assert_int_equal(source->count, 6);
    gt_source_close(source);

    snprintf(uri, sizeof uri, "%s,%s:/x", in_scratch("run-a.h5"),
             in_scratch("run-9.h5"));
    source = open_file(uri);
    assert_int_equal(source->count, 4);
    read_bytes(source, 0, bytes);
    assert_int_equal(bytes[0], 150);
    gt_source_close(source);

    put("other.h5", "x", H5T_STD_U8LE, counting, DIMS(2, 3, 2));
    snprintf(uri, sizeof uri, "%s,%s", in_scratch("run-a.h5"),
             in_scratch("other.h5"));
    assert_fails(open_uri(&source, uri, GT_SPLIT_TRAIN, ANY), GT_ERR_MISMATCH,
                 "/x is 2x2x3 of uint8 in ");
    assert_says("run-a.h5, but 2x3x2 of uint8 in ");
    assert_says("other.h5; files that are read together");
}

static gt_data_config configure(const char *file)
{
    return (gt_data_config){.uri = (char *)in_scratch(file)};
}

static void assert_refused(const gt_data_config *config, gt_status status,
                           const char *part)
{
    gt_source *source;
    assert_fails(gt_source_open(&source, config, GT_SPLIT_TRAIN), status, part);
}

static void one_of_several_is_asked_for(void **state)
{
    (void)state;
    put("a.h5", "left", H5T_STD_U8LE, counting, DIMS(4, 2, 3));
    put("a.h5", "right", H5T_STD_U8LE, counting, DIMS(4, 3, 3));
    gt_data_config config = configure("a.h5");
    assert_refused(&config, GT_ERR_MISMATCH,
                   "several data sets may be the samples: /left (4x2x3 of "
                   "uint8), /right (4x3x3 of uint8); choose one as in ");
    config.image = (gt_shape){3, 3, 1, 0}; /* which one of them has */
    gt_source *source = open_config(&config, GT_SPLIT_TRAIN);
    gt_source_close(source);
    put("b.h5", "single", H5T_IEEE_F32LE, energies, DIMS(4));
    config = configure("b.h5");
    assert_refused(&config, GT_ERR_FORMAT, "no data set can be samples");
    assert_says("there is: /single (4 of float32)");
    char uri[600];
    snprintf(uri, sizeof uri, "%s:/nothing", in_scratch("a.h5"));
    config.uri = uri;
    assert_refused(&config, GT_ERR_MISMATCH,
                   "has no data set /nothing; there is: /left (4x2x3");
}

static void labels_may_be_one_hot_or_no_labels(void **state)
{
    (void)state;
    static const uint8_t hot[] = {0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    static const float halves[] = {0, 1, (float)1.5, 2};
    put_images("a.h5");
    put("a.h5", "hot", H5T_STD_U8LE, hot, DIMS(4, 3));
    put("a.h5", "halves", H5T_IEEE_F32LE, halves, DIMS(4));
    put("a.h5", "few", H5T_IEEE_F32LE, halves, DIMS(3));
    gt_data_config config = configure("a.h5");
    config.labels = (char[]){"hot"};
    gt_source *source = open_config(&config, GT_SPLIT_TRAIN);
    assert_int_equal(source->classes, 3);
    for (int i = 0; i < 4; i++)
        assert_int_equal(label_of(source, (uint64_t)i), labels[i]);
    gt_source_close(source);
    config.labels = (char[]){"/halves"};
    assert_refused(&config, GT_ERR_FORMAT,
                   "data set /halves: row 2, 1.5, is no label");
    config.labels = (char[]){"/few"};
    assert_refused(&config, GT_ERR_MISMATCH,
                   "/few has 3 rows, but /images has 4");
    config.labels = (char[]){"/nothing"};
    assert_refused(&config, GT_ERR_MISMATCH, "data.labels: ");

    static const int64_t negative[] = {0, -1, 2, 2};
    put("b.h5", "images", H5T_STD_U8LE, counting, DIMS(4, 2, 3));
    put("b.h5", "labels", H5T_STD_I64LE, negative, DIMS(4));
    char warning[500] = "";
    gt_log_capture(warning, sizeof warning);
    source = open_file(in_scratch("b.h5"));
    gt_log_capture(NULL, 0);
    assert_non_null(strstr(warning, "going on without labels"));
    assert_int_equal(source->classes, 0);
    assert_int_equal(label_of(source, 0), -1);
    gt_source_close(source);
    config = configure("b.h5");
    config.classes = 3;
    assert_refused(&config, GT_ERR_FORMAT, "row 1, -1, is no label");
}

static void what_has_other_rows_does_not_belong_to_the_samples(void **state)
{
    (void)state;
    put("a.h5", "images", H5T_STD_U8LE, counting, DIMS(4, 2, 3));
    put("a.h5", "labels", H5T_STD_I64LE, labels, DIMS(3));
    gt_data_config config = configure("a.h5");
    char warning[500] = "";
    gt_log_capture(warning, sizeof warning);
    gt_source *source = open_config(&config, GT_SPLIT_TRAIN);
    gt_log_capture(NULL, 0);
    assert_non_null(strstr(warning, "/labels has 3 rows, but /images has 4"));
    assert_int_equal(source->classes, 0);
    gt_source_close(source);
    config.classes = 3;
    assert_refused(&config, GT_ERR_MISMATCH,
                   "/labels has 3 rows, but /images has 4");

    put("b.h5", "images", H5T_STD_U8LE, counting, DIMS(4, 2, 3));
    put("b.h5", "energy", H5T_IEEE_F32LE, energies, DIMS(3));
    config = configure("b.h5");
    config.conditions =
        (gt_word_list){.count = 1, .words = (char *[]){"energy"}};
    assert_refused(&config, GT_ERR_MISMATCH,
                   "/energy has 3 rows, but /images has 4");

    put("c.h5", "images", H5T_STD_U8LE, counting, DIMS(0, 2, 3));
    config = configure("c.h5");
    assert_refused(&config, GT_ERR_FORMAT, "there are no samples: data set ");
    char uri[600];
    snprintf(uri, sizeof uri, "%s:/images", in_scratch("c.h5"));
    config.uri = uri;
    assert_refused(&config, GT_ERR_FORMAT, "has no samples");
}

static void columns_are_named_by_paths_and_indices(void **state)
{
    (void)state;
    static const float theta[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    put_images("a.h5");
    put("a.h5", "theta", H5T_IEEE_F32LE, theta, DIMS(4, 3));
    gt_data_config config = configure("a.h5");
    config.conditions =
        (gt_word_list){.count = 2, .words = (char *[]){"theta[2]", "/energy"}};
    gt_source *source = open_config(&config, GT_SPLIT_TRAIN);
    assert_int_equal(source->n_conditions, 4);
    int column = gt_column_find(source, "theta[2]");
    assert_true(column >= 0);
    gt_real row[4];
    gt_source_rows rows = {.conditions = row};
    assert_ok(gt_source_read(source, &(uint64_t){1}, 1, &rows));
    assert_true(row[column] == 5);
    gt_source_close(source);

    config.conditions.words[0] = "/theta";
    assert_refused(&config, GT_ERR_MISMATCH, "/theta of ");
    assert_says(
        "has 3 columns; write those that the model is told: conditions: "
        "[\"/theta[0]\", \"/theta[1]\", \"/theta[2]\"]");
    config.conditions.words[0] = "/theta[3]";
    assert_refused(&config, GT_ERR_MISMATCH, "has 3 columns, counted from 0");
    config.conditions.words[0] = "/beta";
    assert_refused(&config, GT_ERR_MISMATCH, "has no data set /beta");
}

static void nan_stops_or_is_skipped(void **state)
{
    (void)state;
    static float reals[24];
    for (int i = 0; i < 24; i++)
        reals[i] = (float)i;
    reals[13] = NAN;
    reals[15] = INFINITY;
    put("a.h5", "x", H5T_NATIVE_FLOAT, reals, DIMS(4, 2, 3));
    gt_data_config config = configure("a.h5");
    gt_source *source = open_config(&config, GT_SPLIT_TRAIN);
    gt_reader reader;
    gt_real out[24];
    gt_sample_rows rows = {.x = out};
    const uint64_t numbers[] = {0, 1, 2, 3};
    assert_ok(gt_reader_open(&reader, source, &config));
    assert_fails(gt_reader_read(&reader, numbers, 4, &rows), GT_ERR_NUMERIC,
                 "sample 2 cannot be used: 2 of its 6 values are NaN or "
                 "infinite, the first is number 1");
    gt_reader_close(&reader);

    config.on_nan = GT_DATA_NAN_SKIP;
    assert_ok(gt_reader_open(&reader, source, &config));
    assert_ok(gt_reader_read(&reader, numbers, 4, &rows));
    assert_true(out[12] == out[18] && reader.skipped == 1);
    gt_reader_close(&reader);
    gt_source_close(source);

    config.on_nan = GT_DATA_NAN_KEEP;
    source = open_config(&config, GT_SPLIT_TRAIN);
    assert_ok(gt_reader_open(&reader, source, &config));
    assert_ok(gt_reader_read(&reader, numbers, 4, &rows));
    assert_true(isnan(out[13]));
    gt_reader_close(&reader);
    gt_source_close(source);
}

/* A few damaged bytes anywhere: an error or none, and no crash. */
static void damage_is_survived(void **state)
{
    (void)state;
    put_images("a.h5");
    put_packed("a.h5", "deep/p", H5T_STD_U8LE, counting, 2, DIMS(9, 4, 4));
    size_t size;
    uint8_t *bytes = load_bytes("a.h5", &size);
    char uri[600];
    snprintf(uri, sizeof uri, "%s:/deep/p", in_scratch("a.h5"));
    for (size_t i = 0; i < 60; i++) {
        size_t at = i * (size - 4) / 60;
        uint8_t was = bytes[at];
        bytes[at] ^= 0xff;
        store_bytes("a.h5", bytes, size);
        gt_source *source = NULL;
        uint8_t rows[9 * 16];
        if (open_uri(&source, uri, GT_SPLIT_TRAIN, ANY) == GT_OK &&
            source->element == GT_ELEMENT_BYTES &&
            gt_shape_size(source->shape) == 16)
            for (uint64_t n = 0; n < source->count && n < 9; n++) {
                gt_source_rows to = {.bytes = rows};
                gt_source_read(source, &n, 1, &to);
            }
        gt_source_close(source);
        bytes[at] = was;
    }
    free(bytes);
}

int main(void)
{
#define with_numbers(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, remove_scratch)
    const struct CMUnitTest tests[] = {
        with_numbers(images_come_with_labels_and_conditions),
        with_numbers(classes_have_names_of_one_length_or_of_any),
        with_numbers(channels_first_are_turned),
        with_numbers(volumes_with_channels_first_are_turned),
        with_numbers(flat_vectors_and_volumes_are_samples),
        with_numbers(held_out_samples_have_the_word_test),
        with_numbers(files_are_joined_in_the_order_of_their_bytes),
        with_numbers(one_of_several_is_asked_for),
        with_numbers(labels_may_be_one_hot_or_no_labels),
        with_numbers(what_has_other_rows_does_not_belong_to_the_samples),
        with_numbers(columns_are_named_by_paths_and_indices),
        with_numbers(nan_stops_or_is_skipped),
        with_numbers(damage_is_survived),
    };
    gt_log_setup(true, GT_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
