/* IDX files made by hand, each damaged in one way, and the real MNIST where it
 * is present. */
#define _GNU_SOURCE
#include "base/log.h"
#include "data/source.h"
#include "open_uri.h"
#include "read_one.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { N = 5, H = 3, W = 2, PIXELS = N * H * W, HEADER = 16 };

static char folder[64];

static const uint8_t head3[] = {0, 0, 8, 3, 0, 0, 0, N, 0, 0, 0, H, 0, 0, 0, W};
static const uint8_t head1[] = {0, 0, 8, 1, 0, 0, 0, N};
static const uint8_t labels[N] = {3, 0, 7, 1, 7};

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Write a file from a header and n bytes 10, 11, 12 ..., or `body`. */
static void put(const char *name, const uint8_t *head, size_t head_size,
                const uint8_t *body, size_t n)
{
    uint8_t bytes[256];
    assert_true(head_size + n <= sizeof bytes);
    memcpy(bytes, head, head_size);
    for (size_t i = 0; i < n; i++)
        bytes[head_size + i] = body ? body[i] : (uint8_t)(10 + i);
    n += head_size;
    const char *dot = strrchr(name, '.');
    if (dot && !strcmp(dot, ".gz")) {
        gzFile file = gzopen(path_of(name), "wb");
        assert_non_null(file);
        assert_int_equal(gzwrite(file, bytes, (unsigned)n), (int)n);
        assert_int_equal(gzclose(file), Z_OK);
    } else {
        FILE *file = fopen(path_of(name), "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, n, file), n);
        assert_int_equal(fclose(file), 0);
    }
}

static void put_images(const char *name)
{
    put(name, head3, sizeof head3, NULL, PIXELS);
}

static void put_labels(const char *name)
{
    put(name, head1, sizeof head1, labels, N);
}

/* The bytes of a file, to be damaged and written again. */
static size_t load(const char *name, uint8_t *bytes, size_t room)
{
    FILE *file = fopen(path_of(name), "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, room, file);
    fclose(file);
    return n;
}

static void store(const char *name, const uint8_t *bytes, size_t n)
{
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/gt_idx_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static gt_status try_open(const char *path, gt_split split, gt_source **source)
{
    return open_uri(source, path, split, (gt_shape){H, W, 1});
}

static void assert_message(const char *part)
{
    if (!strstr(gt_message(), part))
        fail_msg("message '%s' lacks '%s'", gt_message(), part);
}

/* Opening the file fails so, and the message names the file and says `part`. */
static void assert_fails(const char *name, gt_status expected, const char *part)
{
    gt_source *source;
    assert_int_equal(try_open(path_of(name), GT_SPLIT_TRAIN, &source),
                     expected);
    assert_null(source);
    assert_message(name);
    assert_message(part);
}

static void assert_reads(const char *path, bool labelled)
{
    gt_source *source;
    if (try_open(path, GT_SPLIT_TRAIN, &source) != GT_OK)
        fail_msg("%s", gt_message());
    assert_int_equal(source->count, N);
    assert_false(source->endless);
    assert_int_equal(source->classes, labelled ? 8 : 0);
    for (uint64_t i = 0; i < N; i++) {
        uint8_t image[H * W];
        read_bytes(source, i, image);
        for (int j = 0; j < H * W; j++)
            assert_int_equal(image[j], 10 + (int)i * H * W + j);
        assert_int_equal(label_of(source, i), labelled ? labels[i] : -1);
    }
    gt_source_close(source);
}

static void folders_and_files_are_read_plain_or_compressed(void **state)
{
    (void)state;
    put_images("train-images-idx3-ubyte.gz");
    assert_reads(folder, false);
    assert_reads(path_of("train-images-idx3-ubyte.gz"), false);
    put_labels("train-labels-idx1-ubyte");
    assert_reads(folder, true);
    assert_reads(path_of("train-images-idx3-ubyte.gz"), true);
    unlink(path_of("train-images-idx3-ubyte.gz"));
    put_images("train-images-idx3-ubyte");
    assert_reads(folder, true);
    char uri[256];
    snprintf(uri, sizeof uri, "idx:%s", folder);
    assert_reads(uri, true);
}

static void test_split_is_the_t10k_files_or_nothing(void **state)
{
    (void)state;
    gt_source *source = (gt_source *)&source;
    put_images("train-images-idx3-ubyte");
    assert_int_equal(try_open(folder, GT_SPLIT_TEST, &source), GT_OK);
    assert_null(source);
    assert_int_equal(
        try_open(path_of("train-images-idx3-ubyte"), GT_SPLIT_TEST, &source),
        GT_OK);
    assert_null(source);

    uint8_t two[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, H, 0, 0, 0, W};
    uint8_t two_labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 4, 2};
    put("t10k-images-idx3-ubyte", two, sizeof two, NULL, 2 * H * W);
    put("t10k-labels-idx1-ubyte.gz", two_labels, sizeof two_labels, NULL, 0);
    assert_int_equal(try_open(folder, GT_SPLIT_TEST, &source), GT_OK);
    assert_non_null(source);
    assert_int_equal(source->count, 2);
    assert_int_equal(source->classes, 5);
    assert_int_equal(label_of(source, 1), 2);
    gt_source_close(source);
}

static void images_of_three_channels_are_read(void **state)
{
    (void)state;
    uint8_t head[] = {0, 0, 8, 4, 0, 0, 0, 2, 0, 0,
                      0, 2, 0, 0, 0, 3, 0, 0, 0, 3};
    const char *name = "colour-images-idx4-ubyte.gz";
    put(name, head, sizeof head, NULL, 2 * 2 * 3 * 3);
    gt_source *source;
    assert_int_equal(
        open_uri(&source, path_of(name), GT_SPLIT_TRAIN, (gt_shape){2, 3, 3}),
        GT_OK);
    gt_real x[18];
    read_one(source, 1, GT_RANGE_UNIT, x);
    for (int i = 0; i < 18; i++)
        assert_true(x[i] == (gt_real)(10 + 18 + i) / 255);
    gt_source_close(source);
    head[19] = 2;
    put(name, head, sizeof head, NULL, 2 * 2 * 3 * 2);
    assert_fails(name, GT_ERR_FORMAT, "images of 2 channels");
}

static void another_shape_is_a_mismatch_that_shows_both(void **state)
{
    (void)state;
    put_images("train-images-idx3-ubyte");
    gt_source *source;
    assert_int_equal(
        open_uri(&source, folder, GT_SPLIT_TRAIN, (gt_shape){28, 28, 1}),
        GT_ERR_MISMATCH);
    assert_null(source);
    assert_message("3x2x1");
    assert_message("28x28x1");
}

static void damaged_headers_are_refused(void **state)
{
    (void)state;
    const char *name = "train-images-idx3-ubyte";
    uint8_t head[sizeof head3];
    put(name, (const uint8_t *)"<html><body>", 12, NULL, 0);
    assert_fails(name, GT_ERR_FORMAT, "a web page");
    put(name, head3, 0, NULL, 0);
    assert_fails(name, GT_ERR_FORMAT, "the file is empty");
    put(name, head3, 3, NULL, 0);
    assert_fails(name, GT_ERR_FORMAT, "ends within its header");
    put(name, head3, 13, NULL, 0);
    assert_fails(name, GT_ERR_FORMAT, "ends within its header");

    memcpy(head, head3, sizeof head);
    head[2] = 0x0A;
    put(name, head, sizeof head, NULL, PIXELS);
    assert_fails(name, GT_ERR_FORMAT, "type 0x0a");
    head[2] = 8;
    head[3] = 2;
    put(name, head, sizeof head, NULL, PIXELS);
    assert_fails(name, GT_ERR_FORMAT, "array of 2 dimensions");
    head[3] = 200;
    put(name, head, sizeof head, NULL, PIXELS);
    char uri[300];
    gt_source *source;
    snprintf(uri, sizeof uri, "idx:%s", path_of(name));
    assert_int_equal(try_open(uri, GT_SPLIT_TRAIN, &source), GT_ERR_FORMAT);
    assert_message("array of 200 dimensions");
    assert_fails(name, GT_ERR_FORMAT, "it starts with bytes 00 00 08 c8");
    head[3] = 3;
    head[7] = 0;
    put(name, head, sizeof head, NULL, 0);
    assert_fails(name, GT_ERR_FORMAT, "0 images of 3x2");
    head[7] = N;
    head[11] = 0;
    put(name, head, sizeof head, NULL, 0);
    assert_fails(name, GT_ERR_FORMAT, "images of 0x2");
    memset(head + 4, 0xFF, 12);
    put(name, head, sizeof head, NULL, PIXELS);
    assert_fails(name, GT_ERR_FORMAT, "images of 4294967295x4294967295");
}

/* Two images of 2 x 1: big endian, in the units of the file. */
static void other_elements_are_numbers(void **state)
{
    (void)state;
    static const struct {
        uint8_t type, bytes[32];
        size_t n;
        double values[4];
    } cases[] = {
        {0x09, {1, 0xFF, 0x80, 0}, 4, {1, -1, -128, 0}},
        {0x0B, {1, 0, 0xFF, 0xFE, 0, 3, 0x80, 0}, 8, {256, -2, 3, -32768}},
        {0x0C, {0, 1, 0, 0, 0, 0, 0, 7}, 16, {65536, 7, 0, 0}},
        {0x0D, {0x3F, 0x80, 0, 0, 0xC1, 0x20, 0, 0}, 16, {1, -10, 0, 0}},
        {0x0E, {0x3F, 0xF8, 0, 0, 0, 0, 0, 0}, 32, {1.5, 0, 0, 0}},
    };
    const char *name = "train-images-idx3-ubyte.gz";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t head[] = {0, 0, cases[i].type, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0,
                          0, 1};
        gt_source *source;
        put(name, head, sizeof head, cases[i].bytes, cases[i].n);
        if (open_uri(&source, path_of(name), GT_SPLIT_TRAIN,
                     (gt_shape){2, 1, 1}) != GT_OK)
            fail_msg("%s", gt_message());
        assert_int_equal(source->element, GT_ELEMENT_REALS);
        gt_real x[4];
        const uint64_t numbers[] = {0, 1};
        gt_source_rows to = {.reals = x};
        assert_int_equal(gt_source_read(source, numbers, 2, &to), GT_OK);
        for (int j = 0; j < 4; j++)
            assert_true(x[j] == (gt_real)cases[i].values[j]);
        gt_source_close(source);
        put(name, head, sizeof head, cases[i].bytes, cases[i].n - 1);
        assert_fails(name, GT_ERR_FORMAT, "file ends after 1");
    }
}

/* The header promises 16 TB; memory must follow what is there. Under the
 * address sanitizer an allocation of that size would end the test. */
static void promised_sizes_are_not_believed(void **state)
{
    (void)state;
    uint8_t head[] = {0, 0, 8, 3, 0, 1, 0, 0, 0, 0, 0x40, 0, 0, 0, 0x40, 0};
    const char *plain = "train-images-idx3-ubyte";
    const char *packed = "train-images-idx3-ubyte.gz";
    put(plain, head, sizeof head, NULL, PIXELS);
    assert_fails(plain, GT_ERR_FORMAT,
                 "65536 images of 16384x16384, file ends after 0");
    put(packed, head, sizeof head, NULL, PIXELS);
    assert_fails(packed, GT_ERR_FORMAT, "file ends after 0");
}

/* A file as it is; of what is compressed, what its header announces, as long as
 * that can be in it. */
static void what_it_takes_in_memory_is_known_before(void **state)
{
    (void)state;
    const uint8_t many[] = {0, 0, 8, 3, 99, 0, 0, 0, 0, 0, 0, H, 0, 0, 0, W};
    put_images("train-images-idx3-ubyte");
    put_labels("train-labels-idx1-ubyte.gz");
    assert_true(memory_of(path_of("")) == PIXELS + N);
    put_images("t10k-images-idx3-ubyte");
    assert_true(memory_of(path_of("")) == 2 * PIXELS + N);
    put("a", many, sizeof many, NULL, PIXELS);
    assert_true(memory_of(path_of("a")) < 2 * PIXELS);
    put("a.gz", many, sizeof many, NULL, PIXELS);
    double bytes = memory_of(path_of("a.gz"));
    assert_true(bytes > PIXELS && bytes < 1e6);
    assert_true(memory_of("glyphs") == 0);
    assert_true(memory_of(path_of("none")) == 0);
}

static void wrong_lengths_are_refused(void **state)
{
    (void)state;
    const char *const names[] = {"train-images-idx3-ubyte",
                                 "train-images-idx3-ubyte.gz"};
    for (int i = 0; i < 2; i++) {
        put(names[i], head3, sizeof head3, NULL, PIXELS - 1);
        assert_fails(
            names[i], GT_ERR_FORMAT,
            "header says 5 images of 3x2, file ends after 4; download");
        put(names[i], head3, sizeof head3, NULL, 0);
        assert_fails(names[i], GT_ERR_FORMAT, "file ends after 0");
        put(names[i], head3, sizeof head3, NULL, PIXELS + 1);
        assert_fails(names[i], GT_ERR_FORMAT, "goes on after them");
    }
}

static void damaged_compression_is_refused(void **state)
{
    (void)state;
    const char *name = "train-images-idx3-ubyte.gz";
    uint8_t whole[512], bytes[512];
    put_images(name);
    size_t n = load(name, whole, sizeof whole);

    memcpy(bytes, whole, n); /* the checksum is in the last 8 bytes */
    bytes[n - 8] ^= 1;
    store(name, bytes, n);
    assert_fails(name, GT_ERR_FORMAT, "incorrect data check");

    store(name, whole, n - 3);
    assert_fails(name, GT_ERR_FORMAT, "unexpected end of file");
    store(name, whole, n - 20);
    assert_fails(name, GT_ERR_FORMAT, "file ends after");

    memset(bytes + 10, 0xFF, n - 18);
    store(name, bytes, n);
    assert_fails(name, GT_ERR_FORMAT, "compressed data are damaged");

    for (size_t cut = 1; cut < n; cut++) { /* wherever a download stops */
        gt_source *source;
        store(name, whole, cut);
        assert_int_equal(try_open(path_of(name), GT_SPLIT_TRAIN, &source),
                         GT_ERR_FORMAT);
        assert_null(source);
    }
}

/* The folder opens without labels, and the one warning says `part`. */
static void assert_unlabelled(const char *part)
{
    gt_source *source;
    char warning[1024] = "";
    gt_log_capture(warning, sizeof warning);
    gt_status status = try_open(folder, GT_SPLIT_TRAIN, &source);
    gt_log_capture(NULL, 0);
    if (status != GT_OK)
        fail_msg("%s", gt_message());
    assert_int_equal(source->count, N);
    assert_int_equal(source->classes, 0);
    assert_int_equal(label_of(source, 0), -1);
    gt_source_close(source);
    if (!strstr(warning, part) || !strstr(warning, "labels") ||
        strchr(warning, '\n'))
        fail_msg("warning '%s' lacks '%s'", warning, part);
}

static void labels_that_cannot_be_used_are_left_out(void **state)
{
    (void)state;
    uint8_t four[] = {0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4};
    put_images("train-images-idx3-ubyte");
    put("train-labels-idx1-ubyte", four, sizeof four, NULL, 0);
    assert_unlabelled("4 labels");
    assert_unlabelled("5 images");

    put("train-labels-idx1-ubyte", four, sizeof four - 1, NULL, 0);
    assert_unlabelled("header says 4 labels, file ends after 3");

    put_images("train-labels-idx1-ubyte");
    assert_unlabelled("array of 3 dimensions where labels (1) are expected");
    unlink(path_of("train-labels-idx1-ubyte"));
    assert_int_equal(symlink("nowhere", path_of("train-labels-idx1-ubyte")), 0);
    assert_unlabelled("which is not there");
}

static void a_labels_file_instead_of_images_is_refused(void **state)
{
    (void)state;
    put_labels("train-labels-idx1-ubyte");
    assert_fails("train-labels-idx1-ubyte", GT_ERR_FORMAT,
                 "holds labels (1 dimension), not images");
}

static void missing_files_are_named(void **state)
{
    (void)state;
    gt_source *source;
    assert_fails("nothing", GT_ERR_IO, strerror(ENOENT));
    assert_int_equal(try_open(folder, GT_SPLIT_TRAIN, &source), GT_ERR_IO);
    assert_null(source);
    assert_message(folder);
    assert_message("train-images-idx3-ubyte.gz");
}

static void an_unreadable_file_says_why(void **state)
{
    (void)state;
    put_images("train-images-idx3-ubyte");
    put_labels("train-labels-idx1-ubyte");
    if (geteuid() == 0) {
        print_message("skipped: root may read every file\n");
        skip();
    }
    assert_int_equal(chmod(path_of("train-labels-idx1-ubyte"), 0), 0);
    assert_unlabelled(strerror(EACCES));
    assert_int_equal(chmod(path_of("train-images-idx3-ubyte"), 0), 0);
    assert_fails("train-images-idx3-ubyte", GT_ERR_IO, strerror(EACCES));
}

/* As archives unpack: a folder that has a file's name, with or without it. */
static void a_folder_does_not_hide_a_file(void **state)
{
    (void)state;
    const char *name = "train-images-idx3-ubyte";
    assert_int_equal(mkdir(path_of(name), 0700), 0);
    assert_int_equal(mkdir(path_of("train-labels-idx1-ubyte"), 0700), 0);
    gt_source *source;
    assert_int_equal(try_open(folder, GT_SPLIT_TRAIN, &source), GT_ERR_IO);
    assert_message("the folder has no train-images-idx3-ubyte");
    put_images("train-images-idx3-ubyte.gz");
    put_labels("train-labels-idx1-ubyte.gz");
    assert_reads(folder, true);
    unlink(path_of("train-images-idx3-ubyte.gz"));
    put_images("train-images.idx3-ubyte");
    assert_reads(folder, false);
    unlink(path_of("train-images.idx3-ubyte"));
    put_images("train-images-idx3-ubyte/train-images-idx3-ubyte");
    assert_reads(folder, false);
    assert_reads(path_of(name), false);
}

static void names_of_archives_are_known(void **state)
{
    (void)state;
    put_images("train-images.idx3-ubyte");
    put_labels("train-labels.idx1-ubyte");
    put_images("t10k-images.idx3-ubyte");
    assert_reads(folder, true);
    gt_source *source;
    assert_int_equal(try_open(folder, GT_SPLIT_TEST, &source), GT_OK);
    assert_non_null(source);
    gt_source_close(source);
    unlink(path_of("train-images.idx3-ubyte"));
    unlink(path_of("t10k-images.idx3-ubyte"));

    put_images("emnist-letters-train-images-idx3-ubyte.gz");
    put_labels("emnist-letters-train-labels-idx1-ubyte.gz");
    put_images("emnist-letters-test-images-idx3-ubyte.gz");
    assert_reads(folder, true);
    assert_int_equal(try_open(folder, GT_SPLIT_TEST, &source), GT_OK);
    assert_non_null(source);
    gt_source_close(source);

    put_images("emnist-digits-train-images-idx3-ubyte.gz");
    assert_int_equal(try_open(folder, GT_SPLIT_TRAIN, &source), GT_ERR_CONFIG);
    assert_message("several data sets");
    assert_message("emnist-letters-train-images-idx3-ubyte.gz");
    assert_message("emnist-digits-train-images-idx3-ubyte.gz");
    assert_reads(path_of("emnist-letters-train-images-idx3-ubyte.gz"), true);
    put_images("train-images-idx3-ubyte"); /* the folder's own */
    assert_reads(folder, false);
}

static void a_folder_of_pictures_is_named(void **state)
{
    (void)state;
    gt_source *source;
    put("a.png", (const uint8_t *)"\x89PNG", 4, NULL, 0);
    char named[600];
    snprintf(named, sizeof named, "idx:%s", folder);
    assert_int_equal(try_open(named, GT_SPLIT_TRAIN, &source), GT_ERR_IO);
    assert_message("give pictures:FOLDER");
}

/* A file that begins so is named, and so is what to do, also where the URI says
 * that it is another. */
static void assert_named(const char *bytes, size_t n, const char *part)
{
    const char *name = "train-images-idx3-ubyte";
    uint8_t head[200] = {0};
    memcpy(head, bytes, n);
    put(name, head, sizeof head, NULL, 0);
    char uri[300];
    gt_source *source;
    snprintf(uri, sizeof uri, "idx:%s", path_of(name));
    assert_int_equal(try_open(uri, GT_SPLIT_TRAIN, &source), GT_ERR_FORMAT);
    assert_message(name);
    assert_message(part);
    if (!strstr(part, "web page") && strstr(gt_message(), "web page"))
        fail_msg("%s", gt_message());
}

static void what_is_not_idx_is_named_for_what_it_is(void **state)
{
    (void)state;
    assert_named("\xfd"
                 "7zXZ\0",
                 6, "compressed with xz; unpack it: xz -d");
    assert_named("BZh91AY", 7, "compressed with bzip2; unpack it: bzip2 -d");
    assert_named("\x28\xb5\x2f\xfd", 4, "compressed with zstd");
    assert_named("PK\3\4\24\0", 6, "a zip archive; unpack it: unzip");
    assert_named("PK\3\4\24\0........................x.npy", 36,
                 "a NumPy archive (.npz); give npz:PATH");
    assert_named("\x93NUMPY\1", 7,
                 "a NumPy array (.npy); unpack it if it is compressed, and "
                 "give npy:PATH");
    assert_named("\x89PNG\r\n\x1a\n", 8, "a PNG picture");
    assert_named("\xff\xd8\xff\xe0", 4, "a JPEG picture");
    assert_named("\x89HDF\r\n\x1a\n", 8, "an HDF5 file");
    assert_named("gentrain-digest 1 XXH3-64", 25, "an HDF5 file of gentrain's");
    assert_named("\x80\x04\x95", 3, "a Python pickle");
    assert_named("version https://git-lfs.github.com/spec/v1", 42,
                 "a pointer of Git LFS, not the file; fetch it: git lfs pull");
    assert_named("\xef\xbb\xbf\n <!DOCTYPE HTML>", 20, "a web page");
    assert_named("<html>", 6, "a web page");
    assert_named("\1\2\3\4", 4, "it starts with bytes 01 02 03 04");

    const char *name = "train-images-idx3-ubyte.gz";
    uint8_t packed[200];
    put_images(name);
    size_t n = load(name, packed, sizeof packed);
    put(name, packed, n, NULL, 0);
    assert_fails(name, GT_ERR_FORMAT,
                 "compressed with gzip twice; unpack it once: gunzip");
    put(name, (const uint8_t *)"task: gan\nseed: 1\n", 18, NULL, 0);
    assert_fails(name, GT_ERR_FORMAT, "not an IDX file but a text");
}

static void channels_first_is_recognised(void **state)
{
    (void)state;
    uint8_t head[] = {0, 0, 8, 4, 0, 0, 0, 2, 0, 0,
                      0, 3, 0, 0, 0, 4, 0, 0, 0, 5};
    const char *name = "colour-images-idx4-ubyte";
    put(name, head, sizeof head, NULL, 2 * 3 * 4 * 5);
    assert_fails(name, GT_ERR_FORMAT, "images of 3x4x5 are channels first");
    assert_message("x.transpose(0, 2, 3, 1)");
}

/* Figures from an independent reader: sum over the image of (i * pixel[i]). */
static void assert_mnist(gt_split split, uint64_t count, uint64_t weighted,
                         int first_label, int last_label)
{
    gt_source *source;
    if (open_uri(&source, GT_SHARED_DATA "/mnist", split,
                 (gt_shape){28, 28, 1}) != GT_OK)
        fail_msg("%s", gt_message());
    assert_int_equal(source->count, count);
    assert_int_equal(source->classes, 10);
    assert_int_equal(label_of(source, 0), first_label);
    assert_int_equal(label_of(source, count - 1), last_label);
    uint8_t image[784];
    uint64_t sum = 0;
    read_bytes(source, 0, image);
    for (uint64_t i = 0; i < 784; i++)
        sum += i * image[i];
    assert_int_equal(sum, weighted);
    gt_source_close(source);
}

static void real_mnist_is_read(void **state)
{
    (void)state;
    if (access(GT_SHARED_DATA "/mnist", R_OK)) {
        print_message("skipped: no MNIST in %s/mnist\n", GT_SHARED_DATA);
        skip();
    }
    assert_mnist(GT_SPLIT_TRAIN, 60000, 11192964, 5, 8);
    assert_mnist(GT_SPLIT_TEST, 10000, 7696882, 7, 6);
}

#define each(test)                                                             \
    cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(folders_and_files_are_read_plain_or_compressed),
        each(test_split_is_the_t10k_files_or_nothing),
        each(images_of_three_channels_are_read),
        each(another_shape_is_a_mismatch_that_shows_both),
        each(damaged_headers_are_refused),
        each(other_elements_are_numbers),
        each(promised_sizes_are_not_believed),
        each(what_it_takes_in_memory_is_known_before),
        each(wrong_lengths_are_refused),
        each(damaged_compression_is_refused),
        each(labels_that_cannot_be_used_are_left_out),
        each(a_labels_file_instead_of_images_is_refused),
        each(missing_files_are_named),
        each(an_unreadable_file_says_why),
        each(a_folder_does_not_hide_a_file),
        each(names_of_archives_are_known),
        each(a_folder_of_pictures_is_named),
        each(what_is_not_idx_is_named_for_what_it_is),
        each(channels_first_is_recognised),
        cmocka_unit_test(real_mnist_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
