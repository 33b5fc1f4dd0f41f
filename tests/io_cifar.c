/* CIFAR-10 and CIFAR-100 made by hand: records of a label, or two, and pixels
 * with channels first. */
#include "open_uri.h"
#include "read_one.h"
#include "scratch.h"

enum { PIXELS = 3072 };

/* Pixel p of channel c of record i. */
static uint8_t pixel(int i, int c, int p)
{
    return (uint8_t)(i * 7 + c * 50 + p % 101);
}

/* n records of `labels` labels each: 10 is CIFAR-10's first free one. */
static void put(const char *name, int labels, int n, int first)
{
    size_t each = (size_t)labels + PIXELS, size = (size_t)n * each;
    uint8_t *bytes = malloc(size);
    assert_non_null(bytes);
    for (int i = 0; i < n; i++) {
        uint8_t *at = bytes + (size_t)i * each;
        at[0] = (uint8_t)((first + i) % 10);
        if (labels == 2)
            at[1] = (uint8_t)((first + i) * 30 % 100);
        for (int e = 0; e < PIXELS; e++)
            at[labels + e] = pixel(first + i, e / 1024, e % 1024);
    }
    store_bytes(name, bytes, size);
    free(bytes);
}

static gt_source *open_it(const char *name, gt_split split, const char *labels)
{
    gt_data_config config = {.uri = (char *)in_scratch(name),
                             .labels = (char *)labels};
    gt_source *source;
    if (gt_source_open(&source, &config, split) != GT_OK)
        fail_msg("%s", gt_message());
    return source;
}

static void assert_sample(const gt_source *source, uint64_t number, int record,
                          int label)
{
    uint8_t x[PIXELS];
    read_bytes(source, number, x);
    for (int p = 0; p < 1024; p++)
        for (int c = 0; c < 3; c++)
            if (x[p * 3 + c] != pixel(record, c, p))
                fail_msg("pixel %d of channel %d", p, c);
    assert_int_equal(label_of(source, number), label);
}

static void assert_refused(const char *uri, gt_status expected,
                           const char *part)
{
    gt_source *source;
    assert_fails(open_uri(&source, uri, GT_SPLIT_TRAIN, GT_SHAPE_OF_SOURCE),
                 expected, part);
    assert_null(source);
}

static void a_folder_of_batches_is_read(void **state)
{
    (void)state;
    put("data_batch_1.bin", 1, 5, 0);
    put("data_batch_2.bin", 1, 4, 5);
    put("test_batch.bin", 1, 3, 20);
    store_text("batches.meta.txt",
               "airplane\nautomobile\nbird\ncat\ndeer\ndog\n"
               "frog\nhorse\nship\ntruck\n\n");
    gt_source *source = open_it("", GT_SPLIT_TRAIN, NULL);
    assert_string_equal(source->type->name, "cifar");
    assert_int_equal(source->count, 9);
    assert_int_equal(source->classes, 10);
    assert_string_equal(source->class_names[9], "truck");
    for (int i = 0; i < 9; i++)
        assert_sample(source, (uint64_t)i, i, i);
    gt_source_close(source);
    source = open_it("", GT_SPLIT_TEST, NULL);
    assert_int_equal(source->count, 3);
    assert_sample(source, 2, 22, 2);
    gt_source_close(source);
    source = open_it("data_batch_2.bin", GT_SPLIT_TRAIN, NULL);
    assert_sample(source, 0, 5, 5);
    gt_source_close(source);
    assert_null(open_it("data_batch_2.bin", GT_SPLIT_TEST, NULL));

    store_text("batches.meta.txt", "airplane\nautomobile\n");
    source = open_it("", GT_SPLIT_TRAIN, NULL);
    assert_null(source->class_names);
    gt_source_close(source);
}

static void labels_of_cifar_100_are_fine_or_coarse(void **state)
{
    (void)state;
    put("train.bin", 2, 7, 0);
    put("test.bin", 2, 2, 3);
    gt_source *source = open_it("", GT_SPLIT_TRAIN, NULL);
    assert_int_equal(source->classes, 100);
    assert_null(source->class_names);
    assert_sample(source, 4, 4, 20);
    gt_source_close(source);
    source = open_it("train.bin", GT_SPLIT_TEST, "coarse");
    assert_int_equal(source->classes, 20);
    assert_sample(source, 1, 4, 4);
    gt_source_close(source);
    gt_data_config config = {.uri = (char *)in_scratch(""),
                             .labels = (char *)"kinds"};
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_CONFIG, "fine (100 classes) or coarse (20)");
    put("data_batch_1.bin", 1, 1, 0);
    assert_refused(in_scratch(""), GT_ERR_CONFIG, "holds both CIFAR-10");
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    char uri[600];
    size_t n;
    snprintf(uri, sizeof uri, "cifar:%s", in_scratch("data_batch_1.bin"));
    put("data_batch_1.bin", 1, 3, 0);
    uint8_t *bytes = load_bytes("data_batch_1.bin", &n);
    store_bytes("data_batch_1.bin", bytes, n - 1);
    assert_refused(uri, GT_ERR_FORMAT,
                   "9218 bytes are no whole number of records of CIFAR-10");
    assert_refused(in_scratch(""), GT_ERR_FORMAT, "data_batch_1.bin");
    store_bytes("data_batch_1.bin", bytes, 0);
    assert_refused(uri, GT_ERR_FORMAT, "the file is empty");
    bytes[2 * 3073] = 10;
    store_bytes("data_batch_1.bin", bytes, n);
    assert_refused(in_scratch(""), GT_ERR_FORMAT,
                   "record 2 (counted from 0) has a label 10, which CIFAR-10");
    free(bytes);
    put("data_batch_1.bin", 1, 3, 0);
    put("data_batch_3.bin", 1, 3, 0);
    assert_refused(in_scratch(""), GT_ERR_IO,
                   "has data_batch_3.bin, but no data_batch_2.bin");
    assert_int_equal(mkdir(in_scratch("empty"), 0700), 0);
    snprintf(uri, sizeof uri, "cifar:%s", in_scratch("empty"));
    assert_refused(uri, GT_ERR_IO, "has no data_batch_1.bin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(a_folder_of_batches_is_read),
        each(labels_of_cifar_100_are_fine_or_coarse),
        each(damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
