/* A file is compared with the digest that it carries before HDF5 looks into it:
 * the one in the user block, and that of the first format. */
#include "scratch.h"

#include "core/hash.h"
#include "store/h5attr.h"
#include "store/h5digest.h"
#include "store/h5digest_v1.h"
#include "store/h5file.h"
#include "store/h5read.h"
#include "store/h5write.h"

#include <hdf5.h>
#include <zlib.h>

enum { BLOCK = 512, N = 40 };

static void store_file(const char *name)
{
    gt_real numbers[N];
    gt_h5 *f;
    for (int i = 0; i < N; i++)
        numbers[i] = (gt_real)(0.1 * i);
    assert_ok(gt_h5_create(&f, in_scratch(name)));
    assert_ok(gt_h5_write(f, "/group/numbers", GT_H5_REAL, 1,
                          (const size_t[]){N}, numbers));
    assert_ok(gt_h5_write_text(f, "/text", "a text"));
    assert_ok(gt_h5_set_int(f, "/", "number", 3));
    assert_ok(gt_h5_commit(f));
}

/* A checkpoint that gentrain 0.1.0 wrote when the format was the first one. */
static void store_first_format(const char *name)
{
    static uint8_t bytes[1 << 16];
    gzFile file = gzopen(GT_TEST_DATA "/checkpoint_v1.h5.gz", "rb");
    assert_non_null(file);
    int size = gzread(file, bytes, sizeof bytes);
    assert_in_range(size, 1, sizeof bytes - 1);
    gzclose(file);
    store_bytes(name, bytes, (size_t)size);
}

static gt_status open_file(const char *name)
{
    gt_h5 *f = NULL;
    gt_status status = gt_h5_open(&f, in_scratch(name));
    gt_h5_close(f);
    return status;
}

/* The file opens, and was compared with a digest or not. */
static void assert_opens(const char *name, bool digested)
{
    gt_h5 *f;
    assert_true(gt_h5_is_file(in_scratch(name)));
    assert_ok(gt_h5_open(&f, in_scratch(name)));
    assert_int_equal(gt_h5_has_digest(f), digested);
    gt_h5_close(f);
}

static void the_digest_is_a_line_of_text_over_all_that_follows(void **state)
{
    (void)state;
    size_t size;
    char line[64], digest[GT_HASH_TEXT];
    store_file("a.h5");
    uint8_t *bytes = load_bytes("a.h5", &size);
    gt_hash *hash = gt_hash_new();
    assert_non_null(hash);
    gt_hash_add(hash, bytes + BLOCK, size - BLOCK);
    snprintf(line, sizeof line, "gentrain-digest 1 XXH3-64 %s\n",
             gt_hash_text(gt_hash_value(hash), digest));
    assert_string_equal((char *)bytes, line);
    for (size_t i = strlen(line); i < BLOCK; i++)
        assert_int_equal(bytes[i], 0);
    gt_hash_free(hash);
    free(bytes);
    assert_opens("a.h5", true);
}

/* Which it skips. */
static void hdf5_knows_the_user_block(void **state)
{
    (void)state;
    hsize_t size = 0;
    store_file("a.h5");
    hid_t file = H5Fopen(in_scratch("a.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    hid_t properties = H5Fget_create_plist(file);
    H5Pget_userblock(properties, &size);
    assert_int_equal(size, BLOCK);
    assert_true(H5Aexists(file, "digest") > 0);
    assert_true(H5Lexists(file, "/group/numbers", H5P_DEFAULT) > 0);
    H5Pclose(properties);
    H5Fclose(file);
}

static void assert_every_flipped_bit_is_noticed(const char *name)
{
    size_t size;
    uint8_t *bytes = load_bytes(name, &size);
    for (size_t i = 0; i < size; i += i < 600 ? 1 : 37) {
        uint8_t bit = (uint8_t)(1 << (i % 8));
        bytes[i] ^= bit;
        store_bytes("bad.h5", bytes, size);
        if (open_file("bad.h5") != GT_ERR_FORMAT)
            fail_msg("bit %zu of byte %zu: %s", i % 8, i, gt_message());
        assert_says(in_scratch("bad.h5"));
        bytes[i] ^= bit;
    }
    free(bytes);
}

static void one_flipped_bit_anywhere_is_noticed(void **state)
{
    (void)state;
    store_file("a.h5");
    assert_every_flipped_bit_is_noticed("a.h5");
}

static void a_file_that_was_cut_or_padded_is_noticed(void **state)
{
    (void)state;
    size_t size;
    store_file("a.h5");
    uint8_t *bytes = load_bytes("a.h5", &size);
    bytes = realloc(bytes, size + 8);
    assert_non_null(bytes);
    memset(bytes + size, 0, 8);
    for (size_t n = 0; n <= size + 8; n += n < 600 || n >= size ? 1 : 97) {
        store_bytes("bad.h5", bytes, n);
        if (n != size)
            assert_fails(open_file("bad.h5"), GT_ERR_FORMAT,
                         in_scratch("bad.h5"));
    }
    free(bytes);
}

/* The first sector of a disk. */
static void a_lost_user_block_is_noticed(void **state)
{
    (void)state;
    size_t size;
    store_file("a.h5");
    uint8_t *bytes = load_bytes("a.h5", &size);
    memset(bytes, 0, BLOCK);
    store_bytes("a.h5", bytes, size);
    assert_fails(open_file("a.h5"), GT_ERR_FORMAT, "its digest cannot be read");
    free(bytes);
}

static void a_digest_of_a_later_version_is_not_called_damage(void **state)
{
    (void)state;
    static const char line[] = "gentrain-digest 2 XXH9-512 0\n";
    size_t size;
    store_file("a.h5");
    uint8_t *bytes = load_bytes("a.h5", &size);
    memcpy(bytes, line, sizeof line);
    store_bytes("a.h5", bytes, size);
    assert_fails(open_file("a.h5"), GT_ERR_FORMAT, "use a newer gentrain");
    free(bytes);
}

/* As after h5unjam --delete. */
static void a_copy_without_a_user_block_has_no_digest(void **state)
{
    (void)state;
    size_t size;
    store_file("a.h5");
    uint8_t *bytes = load_bytes("a.h5", &size);
    store_bytes("a.h5", bytes + BLOCK, size - BLOCK);
    free(bytes);
    assert_opens("a.h5", false);
}

/* MATLAB's files have user blocks, for example. */
static void another_program_s_user_block_is_left_alone(void **state)
{
    (void)state;
    hid_t properties = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_userblock(properties, 4 * BLOCK);
    hid_t file =
        H5Fcreate(in_scratch("a.h5"), H5F_ACC_TRUNC, properties, H5P_DEFAULT);
    assert_true(file >= 0);
    H5Fclose(file);
    H5Pclose(properties);
    assert_opens("a.h5", false);
}

static void what_only_begins_like_a_file_of_ours_is_none(void **state)
{
    (void)state;
    store_text("a", "gentrain");
    assert_false(gt_h5_is_file(in_scratch("a")));
    assert_fails(open_file("a"), GT_ERR_FORMAT, "is not an HDF5 file");
    store_text("a", "gentrain-digest 1 XXH3-64 0000000000000000\n");
    assert_true(gt_h5_is_file(in_scratch("a")));
    assert_fails(open_file("a"), GT_ERR_FORMAT, "is damaged");
    assert_false(gt_h5_is_file(in_scratch("none")));
    assert_false(gt_h5_is_file(scratch));
}

/* --- The first format. */

static void a_file_of_the_first_format_is_compared_with_its_digest(void **state)
{
    (void)state;
    gt_h5 *f;
    store_first_format("a.h5");
    assert_opens("a.h5", true);
    assert_ok(gt_h5_open(&f, in_scratch("a.h5")));
    assert_ok(gt_h5_verify(f, "/encoder/01_dense/weight"));
    gt_h5_close(f);
    assert_every_flipped_bit_is_noticed("a.h5");
}

/* As it was from the first on: word by word, the digest's place as zero. */
static uint64_t first_hash(const uint8_t *bytes, size_t size)
{
    uint64_t hash = size;
    for (size_t i = 0; i <= size; i += 8) {
        uint64_t word = 0;
        for (size_t j = 8; j-- > 0;)
            word = word << 8 | (i + j < size ? bytes[i + j] : 0);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 32;
    }
    return hash;
}

static gt_status check_first(const uint8_t *bytes, size_t size, bool found)
{
    bool really;
    gt_status status =
        gt__h5_digest_v1_check("a.h5", (const char *)bytes, size, &really);
    assert_int_equal(really, found);
    return status;
}

static void a_first_digest_is_found_and_right_wherever_it_lies(void **state)
{
    (void)state;
    static const uint8_t mark[16] = {0xfe, 0xf5, 0xa7, 0xb6, 0xe8, 0xc1,
                                     0x93, 0xfd, 0xff, 0xb7, 0xfb, 0xc8,
                                     0xd0, 0xa2, 0xe4, 0xf9};
    uint8_t bytes[300];
    for (size_t place = 16; place < 250; place++) {
        size_t size = place % 3 ? place + 8 + place % 20 : 300 - place % 9;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(i % 7 ? i * 31 : 0xfe);
        assert_ok(check_first(bytes, size, false));
        memcpy(bytes + place - 16, mark, 16);
        memset(bytes + place, 0, 8);
        uint64_t hash = first_hash(bytes, size);
        for (int i = 0; i < 8; i++)
            bytes[place + (size_t)i] = (uint8_t)(hash >> 8 * i);
        assert_ok(check_first(bytes, size, true));
        for (size_t i = 0; i < size; i++) {
            bytes[i] ^= 16;
            if (i < place - 16 || i >= place)
                assert_fails(check_first(bytes, size, true), GT_ERR_FORMAT,
                             "a.h5 is damaged");
            bytes[i] ^= 16;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(the_digest_is_a_line_of_text_over_all_that_follows),
        each(hdf5_knows_the_user_block),
        each(one_flipped_bit_anywhere_is_noticed),
        each(a_file_that_was_cut_or_padded_is_noticed),
        each(a_lost_user_block_is_noticed),
        each(a_digest_of_a_later_version_is_not_called_damage),
        each(a_copy_without_a_user_block_has_no_digest),
        each(another_program_s_user_block_is_left_alone),
        each(what_only_begins_like_a_file_of_ours_is_none),
        each(a_file_of_the_first_format_is_compared_with_its_digest),
        each(a_first_digest_is_found_and_right_wherever_it_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
