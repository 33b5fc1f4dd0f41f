/* A file that is being built takes memory for its tables only: large numbers
 * stay where they are. It is the file that HDF5 itself would have made. */
#include "base/sanitizers.h"
#include "scratch.h"

#include "store/h5attr.h"
#include "store/h5digest.h"
#include "store/h5file.h"
#include "store/h5handle.h"
#include "store/h5read.h"
#include "store/h5write.h"

#define DIM(...) ((const size_t[]){__VA_ARGS__})

enum { MILLION = 1 << 20, HELD = 100000 };

/* Numbers without a pattern, malloc'ed. */
static void *noise(size_t bytes)
{
    uint32_t x = 1, *data = malloc(bytes + 4);
    assert_non_null(data);
    for (size_t i = 0; i <= bytes / 4; i++)
        data[i] = (x = x * 1664525 + 1013904223);
    return data;
}

/* --- The image, beside the same bytes in one block of memory. */

enum { IMAGE = 100000 };

static void assert_image(const gt__image *image, const uint8_t *expected)
{
    static uint8_t back[IMAGE];
    gt_piece *pieces;
    size_t count, at;
    gt__image_read(image, 0, back, IMAGE);
    assert_memory_equal(back, expected, IMAGE);
    for (size_t first = 0; first <= IMAGE; first += IMAGE / 2) {
        at = first;
        assert_ok(gt__image_pieces(image, first, &pieces, &count));
        for (size_t i = 0; i < count; at += pieces[i++].size) {
            assert_true(pieces[i].size > 0 && at + pieces[i].size <= IMAGE);
            assert_memory_equal(pieces[i].data, expected + at, pieces[i].size);
        }
        assert_int_equal(at, IMAGE);
        free(pieces);
    }
}

static void what_is_written_over_anything_is_read_back(void **state)
{
    (void)state;
    static uint8_t expected[IMAGE];
    uint8_t *data = noise(IMAGE), *copy = malloc(IMAGE);
    uint32_t *random = noise(3000 * sizeof *random);
    assert_non_null(copy);
    gt__image *image = gt__image_new(NULL, 0);
    assert_non_null(image);
    gt__image_resize(image, IMAGE);
    memset(data + 30000, 0, 20000);
    for (int i = 0; i < 1000; i++) {
        size_t at = random[3 * i] % IMAGE, from = random[3 * i + 1] % IMAGE;
        size_t most = IMAGE - (at > from ? at : from);
        size_t size = random[3 * i + 2] % (i % 4 ? 300 : 20000) % (most + 1);
        /* Of some writes, none, the beginning or all of it is expected. */
        size_t known = i % 3 ? size / (size_t)(i % 3) : 0;
        memcpy(copy, data + from, size);
        gt__image_expect(image, known ? data + from : NULL, known);
        gt__image_write(image, at, copy, size);
        memcpy(expected + at, copy, size);
        memset(copy, 0xa5, size);
        if (i % 50 == 0)
            assert_image(image, expected);
    }
    assert_image(image, expected);
    assert_false(gt__image_failed(image));
    gt__image_free(image);
    free(random);
    free(copy);
    free(data);
}

static void what_differs_from_what_was_expected_is_copied(void **state)
{
    (void)state;
    uint8_t *data = noise(MILLION), *other = noise(MILLION), back;
    gt__image *image = gt__image_new(NULL, 0);
    assert_non_null(image);
    other[MILLION / 2] ^= 1;
    gt__image_expect(image, data, MILLION);
    gt__image_write(image, 5, other, MILLION);
    assert_true(gt__image_held(image) > MILLION);
    gt__image_read(image, 5 + MILLION / 2, &back, 1);
    assert_int_equal(back, other[MILLION / 2]);
    gt__image_free(image);
    free(other);
    free(data);
}

static void what_an_image_begins_as_is_not_copied_until_it_changes(void **state)
{
    (void)state;
    uint8_t *data = noise(IMAGE), *expected = noise(IMAGE);
    gt__image *image = gt__image_new(data, IMAGE);
    assert_non_null(image);
    assert_int_equal(gt__image_size(image), IMAGE);
    assert_image(image, expected);
    assert_true(gt__image_held(image) < 1000);
    gt__image_write(image, IMAGE / 2, "text", 4);
    memcpy(expected + IMAGE / 2, "text", 4);
    assert_image(image, expected);
    gt__image_free(image);
    free(expected);
    free(data);
}

static void zeros_take_no_memory(void **state)
{
    (void)state;
    uint8_t *data = calloc(MILLION, 1);
    assert_non_null(data);
    gt__image *image = gt__image_new(NULL, 0);
    assert_non_null(image);
    gt__image_write(image, 77, data, MILLION);
    data[500] = 1;
    gt__image_write(image, MILLION, data, MILLION);
    assert_true(gt__image_held(image) < HELD);
    gt__image_free(image);
    free(data);
}

/* --- Files. */

static gt_h5 *create(void)
{
    gt_h5 *f;
    assert_ok(gt_h5_create(&f, in_scratch("a.h5")));
    return f;
}

/* Rows that are cut, many to a chunk, an end that is padded, and zeros. */
static void large_numbers_are_not_copied(void **state)
{
    (void)state;
    const size_t n = 3 * MILLION;
    gt_real *data = noise(n * sizeof *data);
    gt_real *back = calloc(n, sizeof *back);
    assert_non_null(back);
    gt_h5 *f = create();
    const size_t *const dims[] = {DIM(n), DIM(3, 400000), DIM(400000, 3),
                                  DIM(3, 3, 1000, 300)};
    const int rank[] = {1, 2, 2, 4};
    const char *const names[] = {"/a", "/g/b", "/g/c", "/d"};
    for (int i = 0; i < 4; i++)
        assert_ok(gt_h5_write(f, names[i], GT_H5_REAL, rank[i], dims[i], data));
    assert_ok(gt_h5_write(f, "/zeros", GT_H5_REAL, 1, DIM(n), back));
    assert_true(gt__image_held(f->image) < 5 * HELD);
    assert_ok(gt_h5_commit(f));
    assert_ok(gt_h5_open(&f, in_scratch("a.h5")));
    for (int i = 0; i < 4; i++) {
        size_t count = i == 3 ? 2700000 : i ? 1200000 : n;
        memset(back, 0, n * sizeof *back);
        assert_ok(gt_h5_verify(f, names[i]));
        assert_ok(gt_h5_read(f, names[i], GT_H5_REAL, rank[i], dims[i], back));
        assert_memory_equal(back, data, count * sizeof *data);
    }
    gt_h5_close(f);
    free(back);
    free(data);
}

static void a_file_is_written_from_where_its_numbers_are(void **state)
{
    (void)state;
    const size_t n = MILLION / 4;
    gt_real *data = noise(n * sizeof *data);
    gt_piece *pieces;
    size_t count, found = 0;
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/a", GT_H5_REAL, 1, DIM(n), data));
    assert_ok(gt__image_pieces(f->image, 0, &pieces, &count));
    for (size_t i = 0; i < count; i++)
        found += pieces[i].data == data && pieces[i].size == n * sizeof *data;
    assert_int_equal(found, 1);
    free(pieces);
    gt_h5_discard(f);
    assert_int_equal(names_in(""), 0);
    free(data);
}

static void rows_are_copied(void **state)
{
    (void)state;
    const size_t n = MILLION / 4;
    gt_real *data = noise(n * sizeof *data), *back = malloc(n * sizeof *back);
    assert_non_null(back);
    memcpy(back, data, n * sizeof *data);
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/a", GT_H5_REAL, 1, DIM(n), NULL));
    assert_ok(gt_h5_write_rows(f, "/a", GT_H5_REAL, 0, n, back));
    memset(back, 0, n * sizeof *back);
    assert_ok(gt_h5_commit(f));
    assert_ok(gt_h5_open(&f, in_scratch("a.h5")));
    assert_ok(gt_h5_read(f, "/a", GT_H5_REAL, 1, DIM(n), back));
    assert_memory_equal(back, data, n * sizeof *data);
    gt_h5_close(f);
    free(back);
    free(data);
}

/* All that a file may hold: many sets, empty ones, padded and compressed ones,
 * rows in any order, texts and attributes. */
static void fill(gt_h5 *f, const void *data)
{
    char name[64];
    for (size_t i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "/group%zu/set%zu", i % 7, i * 37 % 200);
        assert_ok(gt_h5_write(f, name, GT_H5_REAL, 2,
                              DIM(i % 11, 1 + i * i % 1500), data));
        assert_ok(gt_h5_set_int(f, name, "number", (int64_t)i));
    }
    assert_ok(gt_h5_write(f, "/wide", GT_H5_REAL, 2, DIM(2, 300000), data));
    assert_ok(gt_h5_write(f, "/tall", GT_H5_I32, 2, DIM(100000, 5), data));
    assert_ok(gt_h5_write(f, "/bytes", GT_H5_U8, 2, DIM(3, 700000), data));
    assert_ok(gt_h5_write(f, "/rows", GT_H5_REAL, 2, DIM(3000, 100), NULL));
    assert_ok(gt_h5_write_rows(f, "/rows", GT_H5_REAL, 2900, 100, data));
    assert_ok(gt_h5_write_rows(f, "/rows", GT_H5_REAL, 10, 2890, data));
    assert_ok(gt_h5_write(f, "/none", GT_H5_U8, 3, DIM(5, 0, 2), data));
    assert_ok(gt_h5_write(f, "/unwritten", GT_H5_U8, 1, DIM(9), NULL));
    assert_ok(gt_h5_mark_images(f, "/bytes", 1));
    assert_ok(gt_h5_write_text(f, "/text", "a text"));
    assert_ok(gt_h5_set_text(f, "/", "text", "of the file"));
    assert_ok(gt_h5_set_real(f, "/text", "real", 0.5));
}

/* After the user block, which HDF5 does not know of. */
static void a_file_has_the_bytes_that_hdf5_itself_would_write(void **state)
{
    (void)state;
    enum { BLOCK = 512 };
    void *data = noise(4 * MILLION);
    gt_h5 *f = create();
    /* The same calls on a file of the library's own driver for memory. */
    gt_h5 theirs = {.image = gt__image_new(NULL, 0),
                    .path = (char[]){"theirs"}};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_fapl_core(access, MILLION, false);
    H5Pset_userblock(creation, BLOCK);
    theirs.file = H5Fcreate("theirs", H5F_ACC_TRUNC, creation, access);
    H5Pclose(creation);
    H5Pclose(access);
    assert_true(theirs.file >= 0);
    assert_ok(gt__h5_digest_announce(&theirs));
    fill(f, data);
    fill(&theirs, data);
    assert_ok(gt_h5_commit(f));
    H5Fflush(theirs.file, H5F_SCOPE_GLOBAL);
    ssize_t n = H5Fget_file_image(theirs.file, NULL, 0);
    assert_true(n > 0);
    uint8_t *expected = malloc((size_t)n);
    assert_int_equal(H5Fget_file_image(theirs.file, expected, (size_t)n), n);
    size_t size;
    uint8_t *bytes = load_bytes("a.h5", &size);
    assert_int_equal(size, BLOCK + n);
    assert_memory_equal(bytes + BLOCK, expected, (size_t)n);
    H5Fclose(theirs.file);
    gt__image_free(theirs.image);
    free(bytes);
    free(expected);
    free(data);
}

static void a_full_disk_is_noticed_in_any_piece(void **state)
{
    (void)state;
    const size_t n = MILLION / 2;
    gt_real *data = noise(n * sizeof *data);
    store_text("a.h5", "older");
    for (long limit = 0; limit < 2 * MILLION; limit += MILLION / 4 + 1000) {
        gt_h5 *f = create();
        assert_ok(gt_h5_write(f, "/a", GT_H5_REAL, 1, DIM(n), data));
        limit_files(limit);
        gt_status status = gt_h5_commit(f);
        limit_files(-1);
        assert_fails(status, GT_ERR_IO, in_scratch("a.h5"));
        assert_text("a.h5", "older");
        assert_int_equal(names_in(""), 1);
    }
    free(data);
}

/* HDF5 itself does not learn of it, as it would not get over it. */
static void a_lack_of_memory_is_told_in_the_end(void **state)
{
    (void)state;
#ifdef GT_ADDRESS_SANITIZER
    print_message("skipped: the sanitizer ends a program that lacks memory\n");
    skip();
#endif
    const int32_t value = 1;
    store_text("a.h5", "older");
    gt_h5 *f = create();
    assert_ok(gt_h5_write(f, "/a", GT_H5_I32, 1, DIM(1), &value));
    gt__image_write(f->image, (uint64_t)1 << 60, "x", 1);
    assert_true(gt__image_failed(f->image));
    assert_fails(gt_h5_write(f, "/a", GT_H5_I32, 1, DIM(1), &value),
                 GT_ERR_MEMORY, "out of memory");
    assert_fails(gt_h5_commit(f), GT_ERR_MEMORY, in_scratch("a.h5"));
    assert_text("a.h5", "older");
    assert_int_equal(names_in(""), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(what_is_written_over_anything_is_read_back),
        each(what_differs_from_what_was_expected_is_copied),
        each(what_an_image_begins_as_is_not_copied_until_it_changes),
        each(zeros_take_no_memory),
        each(large_numbers_are_not_copied),
        each(a_file_is_written_from_where_its_numbers_are),
        each(rows_are_copied),
        each(a_file_has_the_bytes_that_hdf5_itself_would_write),
        each(a_full_disk_is_noticed_in_any_piece),
        each(a_lack_of_memory_is_told_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
