/* Files that are damaged, foreign or not what the caller thinks are refused
 * with the file's and the object's name, never read wrongly. */
#include "scratch.h"

#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5read.h"
#include "store/h5write.h"

#include <errno.h>
#include <hdf5.h>

enum { ROWS = 4, COLUMNS = 6, N = ROWS * COLUMNS };
static const size_t shape[2] = {ROWS, COLUMNS};

static gt_real value_of(int i)
{
    return (gt_real)(i * 0.7 - 3);
}

/* A file with a set of each kind and attributes. */
static void store_file(const char *name)
{
    gt_h5 *f;
    gt_real reals[N];
    uint8_t bytes[N];
    for (int i = 0; i < N; i++) {
        reals[i] = value_of(i);
        bytes[i] = (uint8_t)(i * i);
    }
    assert_ok(gt_h5_create(&f, in_scratch(name)));
    assert_ok(gt_h5_write(f, "/group/reals", GT_H5_REAL, 2, shape, reals));
    assert_ok(gt_h5_write(f, "/bytes", GT_H5_U8, 2, shape, bytes));
    assert_ok(gt_h5_write_text(f, "/text", "a text"));
    assert_ok(gt_h5_set_text(f, "/", "text", "a text"));
    assert_ok(gt_h5_set_int(f, "/", "int", 3));
    assert_ok(gt_h5_set_real(f, "/", "real", 2.5));
    assert_ok(gt_h5_commit(f));
}

/* The same without its user block, and so without a digest that would find
 * damage first. */
static void store_without_digest(const char *name)
{
    size_t size;
    store_file(name);
    uint8_t *bytes = load_bytes(name, &size);
    store_bytes(name, bytes + 512, size - 512);
    free(bytes);
}

static gt_h5 *opened(const char *name)
{
    gt_h5 *f;
    assert_ok(gt_h5_open(&f, in_scratch(name)));
    return f;
}

static gt_h5 *sample(void)
{
    store_file("a.h5");
    return opened("a.h5");
}

static gt_status read_reals(gt_h5 *f, const char *name, gt_real *data)
{
    return gt_h5_read(f, name, GT_H5_REAL, 2, shape, data);
}

static void a_missing_data_set_is_named(void **state)
{
    (void)state;
    gt_real data[N];
    gt_h5_info info;
    char *text;
    gt_h5 *f = sample();
    static const char *const names[] = {"/none", "/group/none", "/none/reals",
                                        "/bytes/none"};
    for (int i = 0; i < 4; i++) {
        assert_fails(read_reals(f, names[i], data), GT_ERR_FORMAT, names[i]);
        assert_says(in_scratch("a.h5"));
        assert_says("has no data set");
        assert_fails(gt_h5_describe(f, names[i], &info), GT_ERR_FORMAT,
                     names[i]);
        assert_fails(gt_h5_read_text(f, names[i], &text), GT_ERR_FORMAT,
                     names[i]);
        assert_null(text);
    }
    assert_fails(read_reals(f, "/group", data), GT_ERR_FORMAT, "/group");
    gt_h5_close(f);
}

static void another_shape_is_a_mismatch_that_shows_both(void **state)
{
    (void)state;
    gt_real data[2 * N];
    gt_h5 *f = sample();
    const char *name = "/group/reals";
    const struct {
        int rank;
        size_t dim[4];
        const char *text;
    } others[] = {
        {2, {COLUMNS, ROWS}, "6x4"},
        {2, {ROWS, COLUMNS + 1}, "4x7"},
        {1, {N}, "24"},
        {3, {ROWS, COLUMNS, 1}, "4x6x1"},
        {4, {1, 1, ROWS, COLUMNS}, "1x1x4x6"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_fails(gt_h5_read(f, name, GT_H5_REAL, others[i].rank,
                                others[i].dim, data),
                     GT_ERR_MISMATCH, others[i].text);
        assert_says("4x6,");
        assert_says(name);
        assert_says(in_scratch("a.h5"));
    }
    gt_h5_close(f);
}

static void another_type_is_a_mismatch(void **state)
{
    (void)state;
    gt_real data[N];
    gt_h5 *f = sample();
    assert_fails(read_reals(f, "/bytes", data), GT_ERR_MISMATCH, "/bytes");
    assert_says(in_scratch("a.h5"));
    assert_fails(gt_h5_read(f, "/group/reals", GT_H5_I32, 2, shape, data),
                 GT_ERR_MISMATCH, "/group/reals");
    assert_fails(gt_h5_read(f, "/group/reals", GT_H5_U8, 2, shape, data),
                 GT_ERR_MISMATCH, "/group/reals");
    assert_fails(gt_h5_read(f, "/bytes", GT_H5_I32, 2, shape, data),
                 GT_ERR_MISMATCH, "/bytes");
    gt_h5_close(f);
}

static void a_text_is_not_numbers_nor_the_reverse(void **state)
{
    (void)state;
    gt_real data[N];
    gt_h5_info info;
    char *text;
    gt_h5 *f = sample();
    assert_fails(read_reals(f, "/text", data), GT_ERR_FORMAT, "/text");
    assert_says("not of numbers");
    assert_fails(gt_h5_describe(f, "/text", &info), GT_ERR_FORMAT, "/text");
    assert_fails(gt_h5_read_text(f, "/bytes", &text), GT_ERR_FORMAT,
                 "/bytes is not a text");
    assert_null(text);
    assert_fails(gt_h5_read_text(f, "/group", &text), GT_ERR_FORMAT, "/group");
    gt_h5_close(f);
}

static void attributes_of_another_type_are_refused(void **state)
{
    (void)state;
    gt_h5 *f = sample();
    static const char *const keys[] = {"text", "int", "real", "none"};
    for (int i = 0; i < 4; i++) {
        char *text;
        int64_t number = 77;
        double real = 77;
        if (i != 0) {
            assert_fails(gt_h5_get_text(f, "/", keys[i], &text), GT_ERR_FORMAT,
                         keys[i]);
            assert_says(in_scratch("a.h5"));
        }
        if (i != 1) {
            assert_fails(gt_h5_get_int(f, "/", keys[i], &number), GT_ERR_FORMAT,
                         keys[i]);
            assert_says(in_scratch("a.h5"));
            assert_int_equal(number, 77);
        }
        if (i != 2) {
            assert_fails(gt_h5_get_real(f, "/", keys[i], &real), GT_ERR_FORMAT,
                         keys[i]);
            assert_says(in_scratch("a.h5"));
            assert_true(real == 77);
        }
    }
    gt_h5_close(f);
}

/* A foreign file: lists where one value is expected, which must not be read
 * into the room of one. */
static void store_lists(const char *name)
{
    static const int64_t ints[50] = {1, 2, 3};
    static const double reals[50] = {1, 2, 3};
    static const char texts[50][8] = {"a", "b"};
    hid_t file =
        H5Fcreate(in_scratch(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    hid_t space = H5Screate_simple(1, (hsize_t[]){50}, NULL);
    hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 8);
    const struct {
        const char *key;
        hid_t type;
        const void *data;
    } lists[] = {{"int", H5T_NATIVE_INT64, ints},
                 {"real", H5T_NATIVE_DOUBLE, reals},
                 {"text", text, texts}};
    for (int i = 0; i < 3; i++) {
        hid_t a = H5Acreate2(file, lists[i].key, lists[i].type, space,
                             H5P_DEFAULT, H5P_DEFAULT);
        assert_true(H5Awrite(a, lists[i].type, lists[i].data) >= 0);
        H5Aclose(a);
    }
    hid_t set = H5Dcreate2(file, "/text", text, space, H5P_DEFAULT, H5P_DEFAULT,
                           H5P_DEFAULT);
    assert_true(H5Dwrite(set, text, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0);
    H5Dclose(set);
    H5Tclose(text);
    H5Sclose(space);
    H5Fclose(file);
}

static void lists_are_not_taken_for_one_value(void **state)
{
    (void)state;
    int64_t number;
    double real;
    char *text;
    store_lists("lists.h5");
    gt_h5 *f = opened("lists.h5");
    assert_fails(gt_h5_get_int(f, "/", "int", &number), GT_ERR_FORMAT, "int");
    assert_fails(gt_h5_get_real(f, "/", "real", &real), GT_ERR_FORMAT, "real");
    assert_fails(gt_h5_get_text(f, "/", "text", &text), GT_ERR_FORMAT, "text");
    assert_null(text);
    assert_fails(gt_h5_read_text(f, "/text", &text), GT_ERR_FORMAT, "/text");
    assert_null(text);
    gt_h5_close(f);
}

static void files_that_are_not_there_say_why(void **state)
{
    (void)state;
    gt_h5 *f;
    assert_fails(gt_h5_open(&f, in_scratch("none.h5")), GT_ERR_IO,
                 in_scratch("none.h5"));
    assert_says(strerror(ENOENT));
    assert_fails(gt_h5_open(&f, scratch), GT_ERR_IO, strerror(EISDIR));
    if (geteuid() != 0) {
        store_file("a.h5");
        assert_int_equal(chmod(in_scratch("a.h5"), 0), 0);
        assert_fails(gt_h5_open(&f, in_scratch("a.h5")), GT_ERR_IO,
                     strerror(EACCES));
    }
}

static void what_is_not_hdf5_is_refused(void **state)
{
    (void)state;
    gt_h5 *f;
    static const char *const texts[] = {"", "task: gan\n", "\211PNG\r\n\032\n"};
    for (int i = 0; i < 3; i++) {
        store_text("a.h5", texts[i]);
        assert_fails(gt_h5_open(&f, in_scratch("a.h5")), GT_ERR_FORMAT,
                     "is not an HDF5 file");
        assert_says(in_scratch("a.h5"));
    }
}

static void a_file_is_refused_wherever_it_was_cut(void **state)
{
    (void)state;
    size_t size;
    store_without_digest("whole.h5");
    uint8_t *bytes = load_bytes("whole.h5", &size);
    for (size_t cut = 0; cut < size; cut += cut < 100 ? 1 : 37) {
        gt_h5 *f;
        store_bytes("cut.h5", bytes, cut);
        assert_fails(gt_h5_open(&f, in_scratch("cut.h5")), GT_ERR_FORMAT,
                     in_scratch("cut.h5"));
    }
    free(bytes);
}

/* Where the numbers of /group/reals lie in the file. */
static size_t find_reals(const uint8_t *bytes, size_t size)
{
    float reals[N];
    for (int i = 0; i < N; i++)
        reals[i] = (float)value_of(i);
    for (size_t at = 0; at + sizeof reals <= size; at++)
        if (!memcmp(bytes + at, reals, sizeof reals))
            return at;
    fail_msg("the numbers are not in the file");
    return 0;
}

static void one_flipped_bit_anywhere_in_the_numbers_is_noticed(void **state)
{
    (void)state;
    size_t size;
    gt_real data[N];
    store_without_digest("whole.h5");
    uint8_t *bytes = load_bytes("whole.h5", &size);
    size_t at = find_reals(bytes, size);
    for (size_t i = 0; i < 4 * N; i++) {
        uint8_t bit = (uint8_t)(1 << (i % 8));
        bytes[at + i] ^= bit;
        store_bytes("bad.h5", bytes, size);
        gt_h5 *f = opened("bad.h5");
        assert_fails(read_reals(f, "/group/reals", data), GT_ERR_FORMAT,
                     "/group/reals");
        assert_says("checksum");
        assert_says(in_scratch("bad.h5"));
        gt_h5_close(f);
        bytes[at + i] ^= bit;
    }
    store_bytes("good.h5", bytes, size);
    gt_h5 *f = opened("good.h5");
    assert_ok(read_reals(f, "/group/reals", data));
    assert_true(data[N - 1] == value_of(N - 1));
    gt_h5_close(f);
    free(bytes);
}

/* Two chunks and a part of one to a row. */
static void verifying_reads_every_chunk(void **state)
{
    (void)state;
    enum { WIDE = 600000 };
    const size_t dim[2] = {3, WIDE};
    float *data = malloc(3 * WIDE * sizeof *data);
    assert_non_null(data);
    for (int i = 0; i < 3 * WIDE; i++)
        data[i] = (float)(i + 1);
    gt_h5 *f;
    assert_ok(gt_h5_create(&f, in_scratch("whole.h5")));
    assert_ok(gt_h5_write(f, "/wide", GT_H5_REAL, 2, dim, data));
    assert_ok(gt_h5_commit(f));
    free(data);
    size_t size, at = 0;
    uint8_t *bytes = load_bytes("whole.h5", &size);
    memmove(bytes, bytes + 512, size -= 512);
    f = opened("whole.h5");
    assert_ok(gt_h5_verify(f, "/wide"));
    assert_fails(gt_h5_verify(f, "/none"), GT_ERR_FORMAT, "/none");
    gt_h5_close(f);
    for (int i = 0; i < 3 * WIDE; i += 199999) {
        const float number = (float)(i + 1), next = (float)(i + 2);
        while (memcmp(bytes + at, &number, 4) != 0 ||
               memcmp(bytes + at + 4, &next, 4) != 0)
            assert_true(++at + 8 <= size);
        bytes[at] ^= 1;
        store_bytes("bad.h5", bytes, size);
        bytes[at] ^= 1;
        f = opened("bad.h5");
        assert_fails(gt_h5_verify(f, "/wide"), GT_ERR_FORMAT, "/wide");
        assert_says(in_scratch("bad.h5"));
        gt_h5_close(f);
    }
    free(bytes);
}

/* A foreign file: sets without chunks, and one without dimensions. */
static void sets_of_any_layout_are_verified(void **state)
{
    (void)state;
    const int value[6] = {1, 2, 3, 4, 5, 6};
    hid_t file = H5Fcreate(in_scratch("foreign.h5"), H5F_ACC_TRUNC, H5P_DEFAULT,
                           H5P_DEFAULT);
    const hid_t spaces[] = {H5Screate(H5S_SCALAR),
                            H5Screate_simple(2, (hsize_t[]){2, 3}, NULL)};
    for (int i = 0; i < 2; i++) {
        hid_t set =
            H5Dcreate2(file, i ? "/matrix" : "/number", H5T_NATIVE_INT,
                       spaces[i], H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        assert_true(H5Dwrite(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                             value) >= 0);
        H5Dclose(set);
        H5Sclose(spaces[i]);
    }
    H5Fclose(file);
    gt_h5 *f = opened("foreign.h5");
    assert_ok(gt_h5_verify(f, "/number"));
    assert_ok(gt_h5_verify(f, "/matrix"));
    gt_h5_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(a_missing_data_set_is_named),
        each(another_shape_is_a_mismatch_that_shows_both),
        each(another_type_is_a_mismatch),
        each(a_text_is_not_numbers_nor_the_reverse),
        each(attributes_of_another_type_are_refused),
        each(lists_are_not_taken_for_one_value),
        each(files_that_are_not_there_say_why),
        each(what_is_not_hdf5_is_refused),
        each(a_file_is_refused_wherever_it_was_cut),
        each(one_flipped_bit_anywhere_in_the_numbers_is_noticed),
        each(verifying_reads_every_chunk),
        each(sets_of_any_layout_are_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
