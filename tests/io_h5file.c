/* What is put into an HDF5 file comes back, and looks in the file as h5file.h
 * says, which HDF5 itself is asked about. */
#include "scratch.h"

#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5read.h"
#include "store/h5write.h"

#include <fcntl.h>
#include <float.h>
#include <hdf5.h>
#include <math.h>
#include <sys/file.h>
#include <unistd.h>

#define DIM(...) ((const size_t[]){__VA_ARGS__})

static gt_h5 *create(void)
{
    gt_h5 *f;
    assert_ok(gt_h5_create(&f, in_scratch("a.h5")));
    return f;
}

/* Finish the file and open it again. */
static gt_h5 *reopen(gt_h5 *f)
{
    assert_ok(gt_h5_commit(f));
    assert_ok(gt_h5_open(&f, in_scratch("a.h5")));
    return f;
}

static void numbers_come_back_to_the_bit(void **state)
{
    (void)state;
    static const gt_real reals[] = {0,       -0.0f,  1.5f,     FLT_MAX,
                                    FLT_MIN, 1e-45f, INFINITY, -INFINITY,
                                    NAN,     0.1f,   -1e-30f,  16777215};
    static const uint8_t bytes[] = {0, 1, 127, 128, 254, 255};
    static const int32_t ints[] = {INT32_MIN, -1, 0, 1, 65536, INT32_MAX};
    gt_real reals_back[12];
    uint8_t bytes_back[6];
    int32_t ints_back[6];
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/r/1", GT_H5_REAL, 1, DIM(12), reals));
    assert_ok(gt_h5_write(f, "/r/2", GT_H5_REAL, 2, DIM(3, 4), reals));
    assert_ok(gt_h5_write(f, "/r/3", GT_H5_REAL, 3, DIM(2, 3, 2), reals));
    assert_ok(gt_h5_write(f, "/r/4", GT_H5_REAL, 4, DIM(2, 1, 3, 2), reals));
    assert_ok(gt_h5_write(f, "/deep/er/bytes", GT_H5_U8, 2, DIM(2, 3), bytes));
    assert_ok(gt_h5_write(f, "/ints", GT_H5_I32, 1, DIM(6), ints));
    f = reopen(f);
    const size_t *const dims[] = {DIM(12), DIM(3, 4), DIM(2, 3, 2),
                                  DIM(2, 1, 3, 2)};
    for (int rank = 1; rank <= 4; rank++) {
        char name[] = "/r/0";
        name[3] = (char)('0' + rank);
        memset(reals_back, 0, sizeof reals_back);
        assert_ok(
            gt_h5_read(f, name, GT_H5_REAL, rank, dims[rank - 1], reals_back));
        assert_memory_equal(reals_back, reals, sizeof reals);
    }
    assert_ok(
        gt_h5_read(f, "/deep/er/bytes", GT_H5_U8, 2, DIM(2, 3), bytes_back));
    assert_memory_equal(bytes_back, bytes, sizeof bytes);
    assert_ok(gt_h5_read(f, "/ints", GT_H5_I32, 1, DIM(6), ints_back));
    assert_memory_equal(ints_back, ints, sizeof ints);
    gt_h5_close(f);
}

/* Larger than a chunk: rows that are cut, and many rows to a chunk. */
static void data_larger_than_a_chunk_come_back(void **state)
{
    (void)state;
    enum { N = 3 * 400000 };
    gt_real *data = malloc(N * sizeof *data);
    gt_real *back = calloc(N, sizeof *back);
    assert_true(data && back);
    for (int i = 0; i < N; i++)
        data[i] = (gt_real)(i * 37 % 1000003);
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/wide", GT_H5_REAL, 2, DIM(3, 400000), data));
    assert_ok(gt_h5_write(f, "/tall", GT_H5_REAL, 2, DIM(400000, 3), data));
    f = reopen(f);
    assert_ok(gt_h5_read(f, "/wide", GT_H5_REAL, 2, DIM(3, 400000), back));
    assert_memory_equal(back, data, N * sizeof *data);
    memset(back, 0, N * sizeof *back);
    assert_ok(gt_h5_read(f, "/tall", GT_H5_REAL, 2, DIM(400000, 3), back));
    assert_memory_equal(back, data, N * sizeof *data);
    gt_h5_close(f);
    free(data);
    free(back);
}

static void rows_may_be_written_in_any_order(void **state)
{
    (void)state;
    uint8_t data[5 * 4], back[5 * 4];
    for (int i = 0; i < 20; i++)
        data[i] = (uint8_t)(100 + i);
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/rows", GT_H5_U8, 3, DIM(5, 2, 2), NULL));
    assert_ok(gt_h5_write_rows(f, "/rows", GT_H5_U8, 3, 2, data + 12));
    assert_ok(gt_h5_write_rows(f, "/rows", GT_H5_U8, 0, 1, data));
    assert_ok(gt_h5_write_rows(f, "/rows", GT_H5_U8, 1, 2, data + 4));
    f = reopen(f);
    assert_ok(gt_h5_read(f, "/rows", GT_H5_U8, 3, DIM(5, 2, 2), back));
    assert_memory_equal(back, data, sizeof data);
    gt_h5_close(f);
}

static void rows_beyond_the_end_or_of_nothing_are_refused(void **state)
{
    (void)state;
    uint8_t data[12] = {0};
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/rows", GT_H5_U8, 2, DIM(3, 4), NULL));
    assert_fails(gt_h5_write_rows(f, "/rows", GT_H5_U8, 2, 2, data), GT_ERR_IO,
                 "/rows");
    assert_says(in_scratch("a.h5"));
    assert_fails(gt_h5_write_rows(f, "/none", GT_H5_U8, 0, 1, data), GT_ERR_IO,
                 "/none");
    gt_h5_discard(f);
}

static void a_name_is_not_written_twice(void **state)
{
    (void)state;
    int32_t value = 1;
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/a", GT_H5_I32, 1, DIM(1), &value));
    assert_fails(gt_h5_write(f, "/a", GT_H5_I32, 1, DIM(1), &value), GT_ERR_IO,
                 "/a: name already exists");
    assert_says(in_scratch("a.h5"));
    assert_fails(gt_h5_write(f, "/a/b", GT_H5_I32, 1, DIM(1), &value),
                 GT_ERR_IO, "/a/b");
    assert_fails(gt_h5_write_text(f, "/a", "text"), GT_ERR_IO,
                 "/a: name already exists");
    assert_ok(gt_h5_set_int(f, "/a", "key", 1));
    assert_fails(gt_h5_set_int(f, "/a", "key", 2), GT_ERR_IO, "key");
    gt_h5_discard(f);
}

static void assert_attribute_text(gt_h5 *f, const char *object, const char *key,
                                  const char *expected)
{
    char *text;
    assert_ok(gt_h5_get_text(f, object, key, &text));
    assert_string_equal(text, expected);
    free(text);
}

static void attributes_come_back(void **state)
{
    (void)state;
    static const char utf8[] = "K\xc3\xb6ln \xe2\x88\x91";
    static const int64_t ints[] = {0, -1, INT64_MIN, INT64_MAX};
    static const double reals[] = {0.1, -0.0, DBL_MAX, DBL_MIN, INFINITY};
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/group/set", GT_H5_U8, 1, DIM(1), NULL));
    assert_ok(gt_h5_set_text(f, "/", "text", "gentrain"));
    assert_ok(gt_h5_set_text(f, "/", "empty", ""));
    assert_ok(gt_h5_set_text(f, "/group", "text", utf8));
    assert_ok(gt_h5_set_text(f, "/group/set", "text", "of the set"));
    for (int i = 0; i < 4; i++)
        assert_ok(
            gt_h5_set_int(f, "/group", (char[]){(char)('0' + i), 0}, ints[i]));
    for (int i = 0; i < 5; i++)
        assert_ok(gt_h5_set_real(f, "/group/set", (char[]){(char)('0' + i), 0},
                                 reals[i]));
    f = reopen(f);
    assert_attribute_text(f, "/", "text", "gentrain");
    assert_attribute_text(f, "/", "empty", "");
    assert_attribute_text(f, "/group", "text", utf8);
    assert_attribute_text(f, "/group/set", "text", "of the set");
    for (int i = 0; i < 4; i++) {
        int64_t value = 7;
        assert_ok(
            gt_h5_get_int(f, "/group", (char[]){(char)('0' + i), 0}, &value));
        assert_true(value == ints[i]);
    }
    for (int i = 0; i < 5; i++) {
        double value = 7;
        assert_ok(gt_h5_get_real(f, "/group/set", (char[]){(char)('0' + i), 0},
                                 &value));
        assert_memory_equal(&value, &reals[i], sizeof value);
    }
    gt_h5_close(f);
}

static void texts_of_any_length_come_back(void **state)
{
    (void)state;
    enum { LONG = 200000 };
    char *text = malloc(LONG + 1), *back;
    assert_non_null(text);
    for (int i = 0; i < LONG; i++)
        text[i] = (char)('a' + i % 26);
    text[LONG] = '\0';
    gt_h5 *f = create();
    assert_ok(gt_h5_write_text(f, "/long", text));
    assert_ok(gt_h5_write_text(f, "/empty", ""));
    assert_fails(gt_h5_set_text(f, "/", "long", text), GT_ERR_IO, "long");
    f = reopen(f);
    assert_ok(gt_h5_read_text(f, "/long", &back));
    assert_string_equal(back, text);
    free(back);
    assert_ok(gt_h5_read_text(f, "/empty", &back));
    assert_string_equal(back, "");
    free(back);
    free(text);
    gt_h5_close(f);
}

static void data_sets_describe_themselves(void **state)
{
    (void)state;
    gt_h5_info info;
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/a/r", GT_H5_REAL, 4, DIM(2, 3, 4, 5), NULL));
    assert_ok(gt_h5_write(f, "/a/u", GT_H5_U8, 2, DIM(7, 1), NULL));
    assert_ok(gt_h5_write(f, "/i", GT_H5_I32, 1, DIM(9), NULL));
    f = reopen(f);
    assert_ok(gt_h5_describe(f, "/a/r", &info));
    assert_string_equal(info.name, "/a/r");
    assert_int_equal(info.type, GT_H5_REAL);
    assert_int_equal(info.rank, 4);
    assert_memory_equal(info.dim, DIM(2, 3, 4, 5), 4 * sizeof(size_t));
    assert_int_equal(info.count, 120);
    assert_ok(gt_h5_describe(f, "/a/u", &info));
    assert_int_equal(info.type, GT_H5_U8);
    assert_int_equal(info.rank, 2);
    assert_memory_equal(info.dim, DIM(7, 1), 2 * sizeof(size_t));
    assert_ok(gt_h5_describe(f, "/i", &info));
    assert_int_equal(info.type, GT_H5_I32);
    assert_int_equal(info.dim[0], 9);
    assert_true(gt_h5_has(f, "/a") && gt_h5_has(f, "/a/r"));
    assert_false(gt_h5_has(f, "/a/x") || gt_h5_has(f, "/x/r"));
    assert_false(gt_h5_has(f, "/i/x"));
    gt_h5_close(f);
}

typedef struct names {
    char text[64];
    int until; /* stop after so many */
} names;

static int note_name(const gt_h5_info *info, void *context)
{
    names *n = context;
    assert_true(info->text == !strcmp(info->name, "/b/text"));
    assert_true(info->text == (info->flaw != NULL));
    strcat(n->text, info->name);
    return --n->until == 0;
}

static void a_walk_visits_all_sets_in_name_order(void **state)
{
    (void)state;
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/b/z", GT_H5_U8, 1, DIM(1), NULL));
    assert_ok(gt_h5_write(f, "/c", GT_H5_U8, 1, DIM(1), NULL));
    assert_ok(gt_h5_write(f, "/a", GT_H5_U8, 1, DIM(1), NULL));
    assert_ok(gt_h5_write(f, "/b/y", GT_H5_U8, 1, DIM(1), NULL));
    assert_ok(gt_h5_write_text(f, "/b/text", "not of numbers"));
    f = reopen(f);
    names all = {.until = 99}, two = {.until = 2};
    assert_ok(gt_h5_each(f, note_name, &all));
    assert_string_equal(all.text, "/a/b/text/b/y/b/z/c");
    assert_ok(gt_h5_each(f, note_name, &two));
    assert_string_equal(two.text, "/a/b/text");
    gt_h5_close(f);
}

static bool has_filter(hid_t file, const char *name, H5Z_filter_t filter)
{
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t properties = H5Dget_create_plist(set);
    unsigned flags, config;
    size_t n = 0;
    bool has = H5Pget_filter_by_id2(properties, filter, &flags, &n, NULL, 0,
                                    NULL, &config) >= 0;
    H5Pclose(properties);
    H5Dclose(set);
    return has;
}

static bool has_type(hid_t file, const char *name, hid_t type)
{
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t found = H5Dget_type(set);
    bool same = H5Tequal(found, type) > 0;
    H5Tclose(found);
    H5Dclose(set);
    return same;
}

/* Little-endian whatever the machine, so that files travel. */
static void every_set_is_checksummed_and_little_endian(void **state)
{
    (void)state;
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/r", GT_H5_REAL, 1, DIM(3), NULL));
    assert_ok(gt_h5_write(f, "/u", GT_H5_U8, 4, DIM(1, 2, 3, 1), NULL));
    assert_ok(gt_h5_write(f, "/i", GT_H5_I32, 1, DIM(3), NULL));
    assert_ok(gt_h5_commit(f));
    hid_t file = H5Fopen(in_scratch("a.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    assert_true(has_filter(file, "/r", H5Z_FILTER_FLETCHER32));
    assert_true(has_filter(file, "/u", H5Z_FILTER_FLETCHER32));
    assert_true(has_filter(file, "/i", H5Z_FILTER_FLETCHER32));
    assert_true(has_filter(file, "/u", H5Z_FILTER_DEFLATE));
    assert_false(has_filter(file, "/r", H5Z_FILTER_DEFLATE));
    assert_true(has_type(file, "/r", H5T_IEEE_F32LE));
    assert_true(has_type(file, "/u", H5T_STD_U8LE));
    assert_true(has_type(file, "/i", H5T_STD_I32LE));
    H5Fclose(file);
}

/* A viewer that has the file open for writing, with HDF5's locks and marks, and
 * a lock of its own, changes nothing for who reads. */
static void a_file_that_others_have_open_and_locked_is_read(void **state)
{
    (void)state;
    static const gt_real numbers[] = {1, 2, 3};
    gt_real back[3] = {0};
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/r", GT_H5_REAL, 1, DIM(3), numbers));
    assert_ok(gt_h5_commit(f));
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_LATEST);
    for (int i = 0; i < 2; i++) {
        hid_t file =
            H5Fopen(in_scratch("a.h5"), H5F_ACC_RDWR, i ? access : H5P_DEFAULT);
        assert_true(file >= 0);
        assert_ok(gt_h5_open(&f, in_scratch("a.h5")));
        assert_true(gt_h5_has_digest(f));
        assert_ok(gt_h5_read(f, "/r", GT_H5_REAL, 1, DIM(3), back));
        assert_memory_equal(back, numbers, sizeof numbers);
        gt_h5_close(f);
        H5Fclose(file);
    }
    H5Pclose(access);
    int fd = open(in_scratch("a.h5"), O_RDWR);
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(fcntl(fd, F_SETLK, &all), 0);
    assert_ok(gt_h5_open(&f, in_scratch("a.h5")));
    gt_h5_close(f);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(numbers_come_back_to_the_bit),
        each(data_larger_than_a_chunk_come_back),
        each(rows_may_be_written_in_any_order),
        each(rows_beyond_the_end_or_of_nothing_are_refused),
        each(a_name_is_not_written_twice),
        each(attributes_come_back),
        each(texts_of_any_length_come_back),
        each(data_sets_describe_themselves),
        each(a_walk_visits_all_sets_in_name_order),
        each(every_set_is_checksummed_and_little_endian),
        each(a_file_that_others_have_open_and_locked_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
