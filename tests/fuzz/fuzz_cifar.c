/* fuzz_cifar.c: files of CIFAR. Records are long, so an input has a byte for
 * the pixels of each.
 *
 * Input: how; then for each of up to three files how many records, their
 * labels, each with a byte of pixels, and bytes that are left over; names of
 * classes. */
#include "support_source.h"

#include <stdlib.h>
#include <string.h>

enum {
    PIXELS = 3072,
    MOST = 16,
    HUNDRED = 1,
    COARSE = 2,
    FOLDER = 4,
    NAME = 8
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    return 0;
}

static void put(const char *name, int labels, input *in)
{
    static uint8_t bytes[MOST * (PIXELS + 2) + 256];
    int records = take(in) % MOST;
    size_t size = 0, n;
    for (int i = 0; i < records; i++) {
        for (int l = 0; l < labels; l++)
            bytes[size++] = take(in);
        memset(bytes + size, take(in), PIXELS);
        size += PIXELS;
    }
    int more = take(in);
    const uint8_t *rest = take_bytes(in, (size_t)more, &n);
    if (n)
        memcpy(bytes + size, rest, n);
    store(name, bytes, size + n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[2][3] = {
        {"data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"},
        {"train.bin", "test.bin", "data_batch_3.bin"}};
    static const char *const words[] = {"batches.meta.txt",
                                        "fine_label_names.txt"};
    input in = {data, size};
    int how = take(&in), hundred = how & HUNDRED;
    gt_data_config config = {.image = take_shape(&in)};
    for (int i = 0; i < 3 && (i == 0 || in.left); i++)
        put(names[hundred][i], 1 + hundred, &in);
    size_t n;
    const uint8_t *rest = take_bytes(&in, in.left, &n);
    store(words[hundred], rest, n);
    char uri[600];
    snprintf(uri, sizeof uri, "%s%s", how & NAME ? "cifar:" : "",
             in_folder(how & FOLDER ? "" : names[hundred][0]));
    config.uri = uri;
    config.labels = how & COARSE ? (char *)"coarse" : NULL;
    open_and_use(&config);
    for (int i = 0; i < 3; i++)
        drop(names[hundred][i]);
    drop(words[hundred]);
    return 0;
}
