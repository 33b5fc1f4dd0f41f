/* Data sets of somebody else's: whatever h5py wrote is read back equal, with
 * HDF5 and without it, and what cannot be read is named.
 *
 * ctest: threads */
#include "scratch.h"

#include "store/foreign/h5list.h"
#include "store/foreign/h5set.h"
#include "store/h5file.h"

#include <hdf5.h>
#include <math.h>
#include <pthread.h>

/* Have h5py write its files into the scratch folder. */
static bool write_with_h5py(void)
{
    char command[1024];
    snprintf(command, sizeof command,
             "/usr/bin/python3 -c 'import h5py' 2>/dev/null && "
             "/usr/bin/python3 '%s/../h5py_write.py' '%s'",
             GT_TEST_DATA, scratch);
    return system(command) == 0;
}

#define NEEDS_H5PY                                                             \
    do {                                                                       \
        if (!write_with_h5py()) {                                              \
            print_message("skipped: no h5py for /usr/bin/python3\n");          \
            skip();                                                            \
        }                                                                      \
    } while (0)

static gt_h5 *open_file(const char *name)
{
    gt_h5 *f;
    assert_ok(gt_h5_open_in_place(&f, in_scratch(name)));
    return f;
}

static uint64_t count_numbers(const gt_h5_about *about)
{
    uint64_t n = 1;
    for (int i = 0; i < about->rank; i++)
        n *= about->dim[i];
    return n;
}

/* All rows, the last one first. */
static double *read_all(gt_h5_set *set, bool nearby)
{
    const gt_h5_about *about = gt_h5_set_about(set);
    uint64_t n = about->dim[0], row = count_numbers(about) / n;
    uint64_t *rows = calloc(n, sizeof *rows);
    double *back = calloc(n * row, sizeof *back);
    double *all = calloc(n * row, sizeof *all);
    for (uint64_t i = 0; i < n; i++)
        rows[i] = n - 1 - i;
    gt_h5_target to = gt_h5_target_plain(set, GT_H5_AS_DOUBLES, back);
    assert_ok(gt_h5_set_read(set, rows, (int)n, nearby, &to));
    for (uint64_t i = 0; i < n; i++)
        memcpy(all + i * row, back + rows[i] * row, row * sizeof *all);
    free(back);
    free(rows);
    return all;
}

static void assert_equal(const char *name, const double *a, const double *b,
                         size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) != 0 &&
            !(isnan(a[i]) && isnan(b[i])))
            fail_msg("%s: number %zu is %.17g, not %.17g", name, i, a[i], b[i]);
}

static void check_set(gt_h5 *f, gt_h5_cache *cache, const char *name,
                      const double *wanted, size_t n)
{
    gt_h5_set *set;
    assert_ok(gt_h5_set_open(&set, f, name, cache));
    assert_int_equal(count_numbers(gt_h5_set_about(set)), n);
    for (int nearby = 0; nearby < 2; nearby++) {
        double *all = read_all(set, nearby);
        assert_equal(name, all, wanted, n);
        free(all);
    }
    gt_h5_set_close(set);
}

static void what_h5py_wrote_is_read_back(void **state)
{
    (void)state;
    NEEDS_H5PY;
    gt_h5 *f = open_file("all.h5");
    FILE *names = fopen(in_scratch("all.txt"), "r");
    FILE *numbers = fopen(in_scratch("all.bin"), "rb");
    assert_true(names && numbers);
    char name[256];
    size_t n;
    int sets = 0;
    /* Few bytes, so that chunks are given up again and again. */
    gt_h5_cache *cache = gt_h5_cache_new(20000);
    while (fscanf(names, "%255s %zu", name, &n) == 2) {
        double *wanted = calloc(n, sizeof *wanted);
        assert_int_equal(fread(wanted, sizeof *wanted, n, numbers), n);
        check_set(f, cache, name, wanted, n);
        free(wanted);
        sets++;
    }
    assert_true(sets > 60);
    gt_h5_cache_free(cache);
    gt_h5_close(f);
    fclose(names);
    fclose(numbers);
}

static void every_version_of_the_format_is_read(void **state)
{
    (void)state;
    NEEDS_H5PY;
    static const char *const files[] = {"block.h5", "latest.h5"};
    static const char *const sets[] = {"/chunks", "/plain", "/edges", "/grown"};
    double wanted[55];
    for (int i = 0; i < 55; i++)
        wanted[i] = i;
    gt_h5_cache *cache = gt_h5_cache_new(1 << 20);
    for (int i = 0; i < 2; i++) {
        gt_h5 *f = open_file(files[i]);
        for (int j = 0; j < 4; j++)
            check_set(f, cache, sets[j], wanted, 55);
        gt_h5_close(f);
    }
    gt_h5_cache_free(cache);
}

/* The flaw of each data set of bad.h5. */
static const char *const flaws[][2] = {
    {"/bytes", "holds texts, not numbers"},
    {"/compound", "holds compound values, not numbers"},
    {"/lists", "holds lists of variable length, not numbers"},
    {"/none", "is empty"},
    {"/opaque", "holds opaque bytes, not numbers"},
    {"/references", "holds references, not numbers"},
    {"/seven", "has 7 dimensions, of which at most 6 are read"},
    {"/text", "holds texts, not numbers"},
    {"/zstd", "is packed with filter 32015 (zstd), for which this HDF5 library "
              "has no plug-in"},
};
enum { FLAWS = sizeof flaws / sizeof *flaws };

static int note_flaw(const gt_h5_about *about, void *context)
{
    int *found = context;
    for (int i = 0; i < FLAWS; i++)
        if (!strcmp(about->name, flaws[i][0])) {
            if (!strstr(about->flaw, flaws[i][1]))
                fail_msg("%s: '%s'", about->name, about->flaw);
            ++*found;
        }
    if (!strcmp(about->name, "/good"))
        assert_string_equal(about->flaw, "");
    return 0;
}

static void what_is_no_array_of_numbers_is_named(void **state)
{
    (void)state;
    NEEDS_H5PY;
    gt_h5 *f = open_file("bad.h5");
    gt_h5_cache *cache = gt_h5_cache_new(1 << 20);
    gt_h5_set *set;
    int found = 0;
    assert_ok(gt_h5_list(f, note_flaw, &found));
    assert_int_equal(found, FLAWS);
    for (int i = 0; i < FLAWS; i++)
        assert_fails(gt_h5_set_open(&set, f, flaws[i][0], cache), GT_ERR_FORMAT,
                     flaws[i][1]);
    assert_fails(gt_h5_set_open(&set, f, "/single", cache), GT_ERR_FORMAT,
                 "is a single value");
    assert_fails(gt_h5_set_open(&set, f, "/nothing", cache), GT_ERR_FORMAT,
                 "has no data set /nothing");
    assert_fails(gt_h5_set_open(&set, f, "/huge", cache), GT_ERR_FORMAT,
                 "is not in the file as a whole");
    gt_h5_cache_free(cache);
    gt_h5_close(f);
}

/* --- Damage. A file of two data sets, plain and packed. */

enum { ROWS = 64, ROW = 100 };

static void write_file(const char *name)
{
    static int32_t numbers[ROWS * ROW];
    hsize_t dims[2] = {ROWS, ROW}, chunk[2] = {16, ROW};
    for (int i = 0; i < ROWS * ROW; i++)
        numbers[i] = i * 7919;
    hid_t f =
        H5Fcreate(in_scratch(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, dims, NULL);
    for (int packed = 0; packed < 2; packed++) {
        hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
        if (packed) {
            H5Pset_chunk(properties, 2, chunk);
            H5Pset_deflate(properties, 4);
            H5Pset_fletcher32(properties);
        }
        hid_t set = H5Dcreate2(f, packed ? "packed" : "plain", H5T_STD_I32LE,
                               space, H5P_DEFAULT, properties, H5P_DEFAULT);
        assert_true(H5Dwrite(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                             numbers) >= 0);
        H5Dclose(set);
        H5Pclose(properties);
    }
    H5Sclose(space);
    H5Fclose(f);
}

static gt_status read_rows(const char *name, uint64_t first, uint64_t last)
{
    gt_h5 *f = NULL;
    gt_h5_set *set = NULL;
    static gt_real out[ROWS * ROW];
    gt_h5_cache *cache = gt_h5_cache_new(1 << 20);
    gt_status status = gt_h5_open_in_place(&f, in_scratch("a.h5"));
    if (status == GT_OK)
        status = gt_h5_set_open(&set, f, name, cache);
    for (uint64_t row = first; row <= last && status == GT_OK; row++) {
        gt_h5_target to = gt_h5_target_plain(set, GT_H5_AS_REALS, out);
        status = gt_h5_set_read(set, &row, 1, false, &to);
    }
    gt_h5_set_close(set);
    gt_h5_close(f);
    gt_h5_cache_free(cache);
    return status;
}

static void a_truncated_file_is_refused(void **state)
{
    (void)state;
    write_file("a.h5");
    assert_ok(read_rows("/plain", 0, ROWS - 1));
    assert_ok(read_rows("/packed", 0, ROWS - 1));
    size_t size;
    uint8_t *bytes = load_bytes("a.h5", &size);
    for (size_t n = 0; n < size; n += size / 37 + 1) {
        store_bytes("a.h5", bytes, n);
        assert_int_equal(read_rows("/plain", 0, ROWS - 1), GT_ERR_FORMAT);
    }
    free(bytes);
}

/* Bytes of the packed numbers change one after the other. */
static void a_damaged_chunk_is_found_by_its_checksum(void **state)
{
    (void)state;
    write_file("a.h5");
    size_t size;
    uint8_t *bytes = load_bytes("a.h5", &size);
    for (size_t at = size - 200; at < size; at += 50) {
        bytes[at] ^= 0x10;
        store_bytes("a.h5", bytes, size);
        assert_fails(read_rows("/packed", 0, ROWS - 1), GT_ERR_FORMAT,
                     "is damaged: in data set /packed, the chunk of row 48");
        assert_ok(read_rows("/packed", 0, 47));
        bytes[at] ^= 0x10;
    }
    free(bytes);
}

static void a_file_that_changes_while_it_is_read_is_named(void **state)
{
    (void)state;
    write_file("a.h5");
    gt_h5 *f = open_file("a.h5");
    gt_h5_cache *cache = gt_h5_cache_new(1 << 20);
    gt_h5_set *set;
    static gt_real out[ROW];
    assert_ok(gt_h5_set_open(&set, f, "/packed", cache));
    assert_int_equal(gt_h5_set_chunk_rows(set), 16);
    assert_ok(gt_h5_set_check(set));
    assert_int_equal(truncate(in_scratch("a.h5"), 5000), 0);
    gt_h5_target to = gt_h5_target_plain(set, GT_H5_AS_REALS, out);
    const uint64_t last = ROWS - 1;
    assert_fails(gt_h5_set_read(set, &last, 1, true, &to), GT_ERR_MISMATCH,
                 "has been changed since it was opened");
    assert_fails(gt_h5_set_check(set), GT_ERR_MISMATCH, "has been changed");
    gt_h5_set_close(set);
    gt_h5_close(f);
    gt_h5_cache_free(cache);
}

/* Several threads want the same few chunks, of which the cache holds two. */
typedef struct reading {
    gt_h5_set *set;
    int first;
    bool good;
} reading;

static void *read_on(void *argument)
{
    reading *r = argument;
    int32_t first = 0;
    r->good = true;
    for (int i = 0; i < 300; i++) {
        double row[ROW];
        uint64_t number = (uint64_t)((r->first + 17 * i) % ROWS);
        gt_h5_target to = gt_h5_target_plain(r->set, GT_H5_AS_DOUBLES, row);
        if (gt_h5_set_read(r->set, &number, 1, true, &to) != GT_OK)
            r->good = false;
        first = (int32_t)number * ROW * 7919;
        r->good = r->good && row[0] == first && row[1] == first + 7919;
    }
    return NULL;
}

static void threads_share_chunks(void **state)
{
    (void)state;
    write_file("a.h5");
    gt_h5 *f = open_file("a.h5");
    gt_h5_cache *cache = gt_h5_cache_new(2 * 16 * ROW * sizeof(int32_t));
    reading readings[6] = {{0}};
    pthread_t threads[6];
    for (int i = 0; i < 6; i++) {
        if (i % 2 == 0)
            assert_ok(gt_h5_set_open(&readings[i].set, f,
                                     i ? "/packed" : "/plain", cache));
        else
            readings[i].set = readings[i - 1].set;
        readings[i].first = 11 * i;
        assert_int_equal(
            pthread_create(&threads[i], NULL, read_on, &readings[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
        assert_true(readings[i].good);
    }
    for (int i = 0; i < 6; i += 2)
        gt_h5_set_close(readings[i].set);
    gt_h5_close(f);
    gt_h5_cache_free(cache);
}

/* Channels first, as they lie in the file, come out channels last. */
static void dimensions_may_have_another_order(void **state)
{
    (void)state;
    enum { N = 3, C = 2, H = 4, W = 5, SIZE = C * H * W };
    static uint8_t bytes[N * SIZE], out[N * SIZE];
    hsize_t dims[4] = {N, C, H, W}, chunk[4] = {2, 1, 3, 5};
    for (int i = 0; i < N * SIZE; i++)
        bytes[i] = (uint8_t)i;
    for (int chunked = 0; chunked < 2; chunked++) {
        hid_t h = H5Fcreate(in_scratch("a.h5"), H5F_ACC_TRUNC, H5P_DEFAULT,
                            H5P_DEFAULT);
        hid_t space = H5Screate_simple(4, dims, NULL);
        hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
        if (chunked)
            H5Pset_chunk(properties, 4, chunk);
        hid_t made = H5Dcreate2(h, "x", H5T_STD_U8LE, space, H5P_DEFAULT,
                                properties, H5P_DEFAULT);
        H5Dwrite(made, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
        H5Dclose(made);
        H5Pclose(properties);
        H5Sclose(space);
        H5Fclose(h);

        gt_h5 *f = open_file("a.h5");
        gt_h5_cache *cache = gt_h5_cache_new(1 << 20);
        gt_h5_set *set;
        assert_ok(gt_h5_set_open(&set, f, "/x", cache));
        gt_h5_target to = {GT_H5_AS_BYTES, out, {SIZE, 1, W * C, C}};
        assert_ok(gt_h5_set_read(set, (const uint64_t[]){2, 0}, 2, false, &to));
        for (int c = 0; c < C; c++)
            for (int i = 0; i < H * W; i++) {
                assert_int_equal(out[i * C + c], 2 * SIZE + c * H * W + i);
                assert_int_equal(out[SIZE + i * C + c], c * H * W + i);
            }
        gt_h5_set_close(set);
        gt_h5_close(f);
        gt_h5_cache_free(cache);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(what_h5py_wrote_is_read_back),
        each(every_version_of_the_format_is_read),
        each(what_is_no_array_of_numbers_is_named),
        each(a_truncated_file_is_refused),
        each(a_damaged_chunk_is_found_by_its_checksum),
        each(a_file_that_changes_while_it_is_read_is_named),
        each(threads_share_chunks),
        each(dimensions_may_have_another_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
