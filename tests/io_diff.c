/* Files from elsewhere: what is compared or described is what the file holds,
 * and what cannot be is said. */
#include "scratch.h"

#include "run/diff.h"
#include "run/inspect.h"
#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5read.h"
#include "store/h5write.h"

#include <hdf5.h>

static hid_t file;

static void begin(const char *name)
{
    file = H5Fcreate(in_scratch(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
}

static void end(void)
{
    assert_true(H5Fclose(file) >= 0);
}

/* A set of n numbers, or a single one (n 0), of a type in the file and another
 * in memory. */
static void put(const char *name, hid_t type, hid_t memory, hsize_t n,
                const void *data)
{
    hid_t space = n ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
    hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT,
                           H5P_DEFAULT);
    assert_true(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >=
                0);
    H5Dclose(set);
    H5Sclose(space);
}

static void put_floats(const char *name, float first)
{
    const float x[2] = {first, 2};
    put(name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, x);
}

static void put_text(const char *name, const char *text)
{
    char padded[8] = "";
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, sizeof padded);
    snprintf(padded, sizeof padded, "%s", text);
    put(name, type, type, 0, padded);
    H5Tclose(type);
}

/* A set of so many rows and columns, of which nothing is in the file. */
static void put_nothing(const char *name, hsize_t rows, hsize_t columns)
{
    const hsize_t dim[2] = {rows, columns}, chunk[2] = {1 << 9, 1 << 9};
    hid_t space = H5Screate_simple(2, dim, NULL);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 2, chunk);
    hid_t set = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT,
                           properties, H5P_DEFAULT);
    assert_true(set >= 0);
    H5Dclose(set);
    H5Pclose(properties);
    H5Sclose(space);
}

static char *said;

static gt_status diff(const char *a, const char *b)
{
    size_t size;
    free(said);
    FILE *out = open_memstream(&said, &size);
    gt_status status = gt_diff(out, in_scratch(a), in_scratch(b));
    fclose(out);
    return status;
}

static gt_status inspect(const char *name, bool json)
{
    size_t size;
    free(said);
    FILE *out = open_memstream(&said, &size);
    gt_status status = gt_inspect(out, in_scratch(name), json);
    fclose(out);
    return status;
}

static void assert_said(const char *text)
{
    if (!strstr(said, text))
        fail_msg("\"%s\" is not in: %s", text, said);
}

static void floats_of_either_byte_order_are_compared(void **state)
{
    (void)state;
    const float x[2] = {1, 2};
    begin("a.h5");
    put_floats("/x", 1);
    put_text("/text", "one");
    end();
    begin("b.h5");
    put("/x", H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, 2, x);
    put_text("/text", "two");
    end();
    begin("c.h5");
    put_floats("/x", 3);
    end();
    assert_ok(diff("a.h5", "b.h5"));
    assert_said("1 tensor\n");
    assert_fails(diff("a.h5", "c.h5"), GT_ERR_MISMATCH, "");
    assert_said("different: ");
    assert_said("1 of 1");
    assert_said("1 of 2 values differ");
}

/* Read as our types, each pair would be the same. */
static void numbers_of_other_types_are_compared_as_they_are(void **state)
{
    (void)state;
    const double real[2] = {1, 1 + 1e-12};
    const int64_t wide[2] = {INT64_C(1) << 40, INT64_C(1) << 41};
    const int8_t narrow[2] = {-1, -2};
    const struct {
        hid_t type;
        const void *a, *b;
    } pair[] = {{H5T_NATIVE_DOUBLE, &real[0], &real[1]},
                {H5T_NATIVE_INT64, &wide[0], &wide[1]},
                {H5T_NATIVE_INT8, &narrow[0], &narrow[1]}};
    for (int i = 0; i < 3; i++) {
        begin("a.h5");
        put("/other", pair[i].type, pair[i].type, 1, pair[i].a);
        put_floats("/x", 1);
        end();
        begin("b.h5");
        put("/other", pair[i].type, pair[i].type, 1, pair[i].b);
        put_floats("/x", 1);
        end();
        assert_fails(diff("a.h5", "b.h5"), GT_ERR_MISMATCH, "");
        assert_said("/other\n  1 of 1 value differs");
        assert_ok(diff("a.h5", "a.h5"));
        assert_ok(inspect("a.h5", false));
        assert_said("other ");
    }
}

/* Whole numbers from 2^63 on have no type here that holds them. */
static void numbers_that_are_too_wide_are_not_called_identical(void **state)
{
    (void)state;
    const uint64_t wide[2] = {UINT64_MAX, UINT64_MAX - 1};
    for (int i = 0; i < 2; i++) {
        begin(i ? "b.h5" : "a.h5");
        put("/other", H5T_NATIVE_UINT64, H5T_NATIVE_UINT64, 1, &wide[i]);
        put_floats("/x", 1);
        end();
    }
    assert_fails(diff("a.h5", "b.h5"), GT_ERR_FORMAT,
                 "1 of 2 tensors cannot be compared");
    assert_said("/other\n");
    assert_said("too wide");
    assert_ok(inspect("a.h5", false));
    assert_said("too wide");
    assert_ok(inspect("a.h5", true));
    assert_said("{\"name\": \"/other\", \"flaw\": \"is of numbers");
}

static void
what_is_of_numbers_in_one_file_alone_is_not_passed_over(void **state)
{
    (void)state;
    begin("a.h5");
    put_text("/x", "one");
    put_floats("/y", 1);
    end();
    begin("b.h5");
    put_floats("/x", 1);
    put_floats("/y", 1);
    end();
    assert_fails(diff("a.h5", "b.h5"), GT_ERR_FORMAT, "1 of 2");
    assert_said("is not of numbers in the first");
    assert_fails(diff("b.h5", "a.h5"), GT_ERR_FORMAT, "1 of 2");
    assert_said("is not of numbers in the second");
}

static void files_without_numbers_are_not_identical(void **state)
{
    (void)state;
    begin("a.h5");
    put_text("/text", "one");
    end();
    begin("b.h5");
    end();
    assert_fails(diff("a.h5", "b.h5"), GT_ERR_FORMAT, "no tensors");
}

/* 2^64 numbers are none where products wrap, and 2^40 take days to read. */
static void sets_larger_than_their_file_are_refused(void **state)
{
    (void)state;
    static const struct {
        int bits;
        const char *flaw;
    } size[] = {{32, "is too large"}, {20, "is not in the file as a whole"}};
    for (int i = 0; i < 2; i++) {
        gt_h5 *f;
        begin("a.h5");
        put_nothing("/x", (hsize_t)1 << size[i].bits,
                    (hsize_t)1 << size[i].bits);
        end();
        assert_fails(diff("a.h5", "a.h5"), GT_ERR_FORMAT, "1 of 1");
        assert_said(size[i].flaw);
        assert_ok(inspect("a.h5", false));
        assert_said(size[i].flaw);
        assert_ok(gt_h5_open(&f, in_scratch("a.h5")));
        assert_fails(gt_h5_verify(f, "/x"), GT_ERR_FORMAT, size[i].flaw);
        gt_h5_close(f);
    }
}

/* A description has room for four. */
static void a_set_of_many_dimensions_is_named_and_not_described(void **state)
{
    (void)state;
    const hsize_t dim[6] = {1, 1, 1, 1, 1, 1};
    begin("a.h5");
    hid_t space = H5Screate_simple(6, dim, NULL);
    hid_t set = H5Dcreate2(file, "/x", H5T_IEEE_F32LE, space, H5P_DEFAULT,
                           H5P_DEFAULT, H5P_DEFAULT);
    assert_true(set >= 0);
    H5Dclose(set);
    H5Sclose(space);
    end();
    gt_h5 *f;
    gt_h5_info info;
    assert_ok(gt_h5_open(&f, in_scratch("a.h5")));
    assert_fails(gt_h5_describe(f, "/x", &info), GT_ERR_FORMAT, "more dim");
    assert_int_equal(info.rank, 0);
    gt_h5_close(f);
    assert_ok(inspect("a.h5", false));
    assert_said("has more dimensions than are read");
    assert_ok(inspect("a.h5", true));
    assert_said("has more dimensions than are read");
}

/* In a byte that no checksum of the library covers. */
static void
a_file_that_does_not_match_its_digest_is_not_looked_into(void **state)
{
    (void)state;
    gt_real value = 1;
    size_t one = 1, size, at = 0;
    gt_h5 *f;
    assert_ok(gt_h5_create(&f, in_scratch("a.h5")));
    assert_ok(gt_h5_write(f, "/x", GT_H5_REAL, 1, &one, &value));
    assert_ok(gt_h5_write_text(f, "/config", "a configuration"));
    assert_ok(gt_h5_commit(f));
    assert_ok(diff("a.h5", "a.h5"));
    uint8_t *bytes = load_bytes("a.h5", &size);
    while (memcmp(bytes + at, "a configuration", 15) != 0)
        assert_true(++at + 15 <= size);
    bytes[at] ^= 1;
    store_bytes("b.h5", bytes, size);
    free(bytes);
    assert_fails(diff("a.h5", "b.h5"), GT_ERR_FORMAT, "digest does not match");
    assert_says(in_scratch("b.h5"));
    assert_fails(inspect("b.h5", false), GT_ERR_FORMAT,
                 "digest does not match");
    assert_string_equal(said, "");
}

static int forget(void **state)
{
    free(said);
    said = NULL;
    return remove_scratch(state);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_scratch, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(floats_of_either_byte_order_are_compared),
        test(numbers_of_other_types_are_compared_as_they_are),
        each(numbers_that_are_too_wide_are_not_called_identical),
        test(what_is_of_numbers_in_one_file_alone_is_not_passed_over),
        test(files_without_numbers_are_not_identical),
        test(sets_larger_than_their_file_are_refused),
        test(a_set_of_many_dimensions_is_named_and_not_described),
        test(a_file_that_does_not_match_its_digest_is_not_looked_into),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
