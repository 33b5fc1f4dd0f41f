/* Stacked samples: what their channels and labels are, that they cover all
 * classes, that held-out ones hold no training samples, that other processes
 * see the same, and what cannot be stacked. */
#include "eval/classes.h"
#include "point_sets.h"
#include "read_one.h"
#include "scratch.h"

enum { SIDE = 4, PIXELS = SIDE * SIDE, COUNT = 200, CLASSES = 7 };

static void put_number(FILE *file, int number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc(number >> shift & 255, file);
}

/* Sample i has the bytes i and i % 7 in front, and the label i % 7. */
static void write_files(void)
{
    FILE *images = fopen(in_scratch("train-images-idx3-ubyte"), "wb");
    FILE *labels = fopen(in_scratch("train-labels-idx1-ubyte"), "wb");
    assert_non_null(images);
    assert_non_null(labels);
    const int heads[] = {0x803, COUNT, SIDE, SIDE};
    for (int i = 0; i < 4; i++)
        put_number(images, heads[i]);
    put_number(labels, 0x801);
    put_number(labels, COUNT);
    for (int i = 0; i < COUNT; i++) {
        uint8_t image[PIXELS] = {(uint8_t)i, (uint8_t)(i % CLASSES)};
        fwrite(image, 1, PIXELS, images);
        fputc(i % CLASSES, labels);
    }
    assert_int_equal(fclose(images), 0);
    assert_int_equal(fclose(labels), 0);
}

static gt_data_config of_files(char *uri, int stack)
{
    snprintf(uri, 512, "%s", in_scratch(""));
    return (gt_data_config){.uri = uri,
                            .stack = stack,
                            .image = {SIDE, SIDE, stack > 1 ? stack : 1}};
}

/* Marks the single samples in a stack, and checks its labels. */
static void look_at(const gt_source *stack, int channels, bool seen[COUNT])
{
    for (uint64_t i = 0; i < stack->count; i++) {
        uint8_t image[PIXELS * 16];
        int label = 0;
        read_bytes(stack, i, image);
        for (int c = 0; c < channels; c++) {
            seen[image[c]] = true;
            assert_int_equal(image[channels + c], image[c] % CLASSES);
            label = label * CLASSES + image[channels + c];
        }
        assert_int_equal(label_of(stack, i), label);
    }
}

static void labels_of_channels_are_digits_of_the_label(void **state)
{
    (void)state;
    char uri[512];
    write_files();
    for (int channels = 2; channels <= 4; channels++) {
        gt_data_config config = of_files(uri, channels);
        bool seen[COUNT] = {false};
        gt_source *stack;
        int all = 0;
        assert_int_equal(gt_source_open(&stack, &config, GT_SPLIT_TRAIN),
                         GT_OK);
        assert_int_equal(stack->count, COUNT);
        assert_int_equal(stack->classes, (int)pow(CLASSES, channels));
        assert_int_equal(stack->shape.c, channels);
        look_at(stack, channels, seen);
        for (int i = 0; i < COUNT; i++)
            all += seen[i];
        /* 1 - exp(-channels) of all are expected. */
        assert_true(all > (1 - exp(-channels)) * COUNT - 20);
        gt_source_close(stack);
    }
}

static void held_out_stacks_are_of_held_out_samples(void **state)
{
    (void)state;
    char uri[512];
    write_files();
    gt_data_config config = of_files(uri, 3);
    config.holdout = (char[]){"20%"};
    bool trained[COUNT] = {false}, held_out[COUNT] = {false};
    gt_source *train, *test, *again;
    assert_int_equal(gt_source_open(&train, &config, GT_SPLIT_TRAIN), GT_OK);
    assert_int_equal(gt_source_hold_out(&test, train), GT_OK);
    assert_int_equal(train->count, 160);
    assert_int_equal(test->count, 40);
    look_at(train, 3, trained);
    look_at(test, 3, held_out);
    for (int i = 0; i < COUNT; i++)
        assert_false(trained[i] && held_out[i]);
    assert_int_equal(gt_source_open(&again, &config, GT_SPLIT_TEST), GT_OK);
    uint8_t a[PIXELS * 3], b[PIXELS * 3];
    for (uint64_t i = 0; i < 40; i++) {
        read_bytes(test, i, a);
        read_bytes(again, i, b);
        assert_memory_equal(a, b, sizeof a);
    }
    gt_source_close(again);
    gt_source_close(test);
    gt_source_close(train);
}

static void others_attach_what_is_stacked(void **state)
{
    (void)state;
    char uri[512];
    write_files();
    gt_data_config config = of_files(uri, 3), plain = of_files(uri, 1);
    gt_source_handle handle;
    gt_source *first, *second, *single;
    assert_int_equal(
        gt_source_open_shared(&first, &config, GT_SPLIT_TRAIN, 2, &handle),
        GT_OK);
    assert_int_equal(gt_source_open(&single, &plain, GT_SPLIT_TRAIN), GT_OK);
    assert_true(first->digest != single->digest);
    assert_true(gt_source_bytes(first) == gt_source_bytes(single));
    if (gt_source_attaches(first)) {
        assert_int_equal(
            gt_source_attach(&second, &config, GT_SPLIT_TRAIN, &handle), GT_OK);
        assert_true(first->digest == second->digest);
        for (uint64_t i = 0; i < COUNT; i++) {
            uint8_t a[PIXELS * 3], b[PIXELS * 3];
            read_bytes(first, i, a);
            read_bytes(second, i, b);
            assert_memory_equal(a, b, sizeof a);
        }
        gt_source_close(second);
    }
    gt_source_close(single);
    gt_source_close(first);
}

/* As many as papers draw. The classes of n samples that are all alike differ
 * from equal shares by about (K - 1) / 2n. */
static void the_data_cover_their_modes(void **state)
{
    (void)state;
    enum { N = 25600, MODES = 1000 };
    gt_data_config config = {.uri = (char[]){"glyphs?count=25600"},
                             .stack = 3,
                             .image = {12, 12, 3}};
    gt_source *stack;
    gt_class_figures got;
    double *counts = calloc(MODES, sizeof *counts);
    uint64_t *numbers = malloc(N * sizeof *numbers);
    int *labels = malloc(N * sizeof *labels);
    assert_true(counts && numbers && labels);
    assert_int_equal(gt_source_open(&stack, &config, GT_SPLIT_TRAIN), GT_OK);
    assert_int_equal(stack->classes, MODES);
    for (uint64_t i = 0; i < N; i++)
        numbers[i] = i;
    gt_source_rows rows = {.labels = labels};
    assert_int_equal(gt_source_read(stack, numbers, N, &rows), GT_OK);
    for (int i = 0; i < N; i++)
        counts[labels[i]]++;
    assert_int_equal(gt_class_figures_of(counts, NULL, MODES, &got), GT_OK);
    assert_int_equal(got.seen, MODES);
    assert_near(got.divergence.value, (MODES - 1) / (2.0 * N), 2e-3);
    gt_source_close(stack);
    free(labels);
    free(numbers);
    free(counts);
}

static void check_refused(const char *uri, int stack, gt_shape image,
                          gt_status wanted, const char *why)
{
    gt_source *source;
    gt_data_config config = {
        .uri = (char *)uri, .stack = stack, .image = image};
    assert_int_equal(gt_source_open(&source, &config, GT_SPLIT_TRAIN), wanted);
    assert_null(source);
    if (!strstr(gt_message(), why))
        fail_msg("%s", gt_message());
}

static void what_cannot_be_stacked_is_refused(void **state)
{
    (void)state;
    gt_shape natural = {0, 0, 0};
    char raw[512];
    FILE *file = fopen(in_scratch("images.raw"), "wb");
    assert_non_null(file);
    for (int i = 0; i < 10 * PIXELS; i++)
        fputc(i, file);
    assert_int_equal(fclose(file), 0);
    snprintf(raw, sizeof raw, "raw:%s", in_scratch("images.raw"));
    check_refused(raw, 3, (gt_shape){SIDE, SIDE, 3}, GT_ERR_MISMATCH,
                  "there are no labels");
    check_refused("shapes?count=10", 3, natural, GT_ERR_MISMATCH,
                  "samples are 64x64x3");
    check_refused("ring?count=10", 3, natural, GT_ERR_MISMATCH,
                  "the values of samples are no bytes");
    check_refused("glyphs?count=10", 5, natural, GT_ERR_MISMATCH,
                  "5 channels of 10 classes make more than 65536");
    check_refused("glyphs?count=10", 2, (gt_shape){200, 200, 2},
                  GT_ERR_MISMATCH, "samples are 200x200x1");
}

#define each(test)                                                             \
    cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(labels_of_channels_are_digits_of_the_label),
        each(held_out_stacks_are_of_held_out_samples),
        each(others_attach_what_is_stacked),
        each(the_data_cover_their_modes),
        each(what_cannot_be_stacked_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
