/* fuzz_idx.c: IDX images with their labels. Random bytes are never gzip, so
 * the harness compresses what is fuzzed, and then may damage the result.
 *
 * Input: how the files are packed and named; which part of the rest are the
 * images, as a share of 256; images; labels. */
#include "../open_uri.h"
#include "support.h"

#include "../read_one.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    GZIP_IMAGES = 1,
    GZIP_LABELS = 2,
    FOLDER = 4, /* the URI is the folder */
    TEST = 8,   /* the test split's names */
    NO_LABELS = 16,
    CUT = 32,  /* the compressed images */
    FLIP = 64, /* a bit of them */
    RAW = 128, /* bytes as they are under names that say gzip */
};

static const char *const stems[] = {"%s-%s-idx%c-ubyte", "%s-%s.idx%c-ubyte",
                                    "letters-%s-%s-idx%c-ubyte"};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    return 0;
}

/* `bytes` compressed, malloc'ed. */
static uint8_t *gzip(const uint8_t *bytes, size_t *size)
{
    z_stream z = {0};
    must(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) ==
         Z_OK);
    size_t room = deflateBound(&z, *size) + 32;
    uint8_t *packed = malloc(room);
    must(packed);
    z.next_in = (uint8_t *)(uintptr_t)bytes;
    z.avail_in = (unsigned)*size;
    z.next_out = packed;
    z.avail_out = (unsigned)room;
    must(deflate(&z, Z_FINISH) == Z_STREAM_END);
    *size = z.total_out;
    deflateEnd(&z);
    return packed;
}

static void put(const char *name, const uint8_t *bytes, size_t size, int packed,
                int how, int where)
{
    if (!packed) {
        store(name, bytes, size);
        return;
    }
    uint8_t *gz = gzip(bytes, &size);
    if ((how & FLIP) && size > 0)
        gz[(size_t)where * size / 256] ^= (uint8_t)(1 << where % 8);
    if (how & CUT)
        size = size * (size_t)where / 256;
    store(name, gz, size);
    free(gz);
}

/* What opens can be read, and is what it says. */
static void use(gt_source *s)
{
    must(s->count > 0 && s->shape.h > 0 && s->shape.w > 0);
    must(s->shape.c == 1 || s->shape.c == 3);
    size_t size = gt_shape_size(s->shape);
    gt_real *out = malloc(size * sizeof *out);
    if (!out)
        return;
    const uint64_t numbers[] = {0, s->count / 2, s->count - 1};
    for (int i = 0; i < 3; i++) {
        read_one(s, numbers[i], GT_RANGE_UNIT, out);
        for (size_t j = 0; s->element == GT_ELEMENT_BYTES && j < size; j++)
            must(out[j] >= 0 && out[j] <= 1);
        int label = label_of(s, numbers[i]);
        must(label >= -1 && label < (s->classes > 0 ? s->classes : 1));
    }
    free(out);
}

static void open_and_use(const char *uri, gt_split split, gt_shape want)
{
    gt_source *source = NULL;
    if (open_uri(&source, uri, split, want) == GT_OK && source)
        use(source);
    gt_source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    int how = take(&in), form = take(&in), where = take(&in);
    size_t share = take(&in) * in.left / 255, n, m;
    const uint8_t *images = take_bytes(&in, share, &n);
    const uint8_t *labels = take_bytes(&in, in.left, &m);
    const char *stem = stems[form % 3];
    const char *split = how & TEST ? form & 64 ? "test" : "t10k" : "train";
    char name[2][64];
    int length[2];
    length[0] = snprintf(name[0], sizeof name[0], stem, split, "images",
                         form & 32 ? '4' : '3');
    length[1] = snprintf(name[1], sizeof name[1], stem, split, "labels", '1');
    if (how & (GZIP_IMAGES | RAW))
        strcpy(name[0] + length[0], ".gz");
    if (how & (GZIP_LABELS | RAW))
        strcpy(name[1] + length[1], ".gz");
    put(name[0], images, n, (how & GZIP_IMAGES) && !(how & RAW), how, where);
    if (!(how & NO_LABELS))
        put(name[1], labels, m, (how & GZIP_LABELS) && !(how & RAW), 0, 0);
    const char *uri = in_folder(how & FOLDER ? "" : name[0]);
    open_and_use(uri, GT_SPLIT_TRAIN,
                 form & 128 ? (gt_shape){2, 2, 1} : GT_SHAPE_OF_SOURCE);
    if (how & FOLDER)
        open_and_use(uri, GT_SPLIT_TEST, GT_SHAPE_OF_SOURCE);
    drop(name[0]);
    drop(name[1]);
    return 0;
}
