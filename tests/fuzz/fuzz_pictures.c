/* fuzz_pictures.c: a folder with a PNG or JPEG file and a table of labels. The
 * checksums of a PNG are made right, as a damaged one is refused before
 * anything else is looked at.
 *
 * Input: how; shape; bytes of the table, by the first; the picture. */
#include "support_source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { CHECKSUMS = 1, TABLE = 2 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    return 0;
}

static uint32_t number(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

/* Chunks are a length, a type, that many bytes and a checksum. */
static void mend_checksums(uint8_t *png, size_t size)
{
    for (size_t i = 8; i + 12 <= size;) {
        size_t n = number(png + i);
        if (n > size - i - 12)
            return;
        uint32_t crc = (uint32_t)crc32(0, png + i + 4, (uInt)n + 4);
        for (int b = 0; b < 4; b++)
            png[i + 8 + n + (size_t)b] = (uint8_t)(crc >> (24 - 8 * b));
        i += n + 12;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    int how = take(&in);
    gt_data_config config = {.image = take_shape(&in), .fit = how >> 2 & 1};
    size_t n, m;
    const uint8_t *table = take_bytes(&in, take(&in), &m);
    const uint8_t *rest = take_bytes(&in, in.left, &n);
    uint8_t *picture = malloc(n + 1);
    must(picture);
    if (n)
        memcpy(picture, rest, n);
    if (how & CHECKSUMS)
        mend_checksums(picture, n);
    store("a.png", picture, n);
    free(picture);
    if (how & TABLE)
        store("labels.csv", table, m);
    char uri[600];
    snprintf(uri, sizeof uri, "pictures:%s", in_folder(""));
    config.uri = uri;
    config.labels = how & TABLE ? (char *)"labels.csv" : NULL;
    open_and_use(&config);
    drop("a.png");
    drop("labels.csv");
    return 0;
}
