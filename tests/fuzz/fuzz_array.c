/* fuzz_array.c: NumPy files, NumPy archives, and raw files. Headers are made
 * whole around what is fuzzed, as random bytes have no magic number; or the
 * bytes are taken as they are.
 *
 * Input: how; options; then arrays: how, the length of the name, the name, the
 * length of the dictionary, the dictionary, the length of the numbers, these.
 * Of an archive, a byte of damage and its place come before them. */
#include "support_source.h"

#include "../npy_write.h"

enum { NPY, NPZ, RAW, AS_IT_IS, FORMS, DAMAGE = 16, LABELS = 32, COLUMN = 64 };
enum { ARRAYS = 6, ROOM = 1 << 16 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    return 0;
}

typedef struct array {
    int how;
    char *name, *dict;
    uint8_t npy[1 << 14];
    size_t size;
} array;

static void take_array(input *in, array *a)
{
    a->how = take(in);
    a->name = take_text(in, take(in) % 16);
    a->dict = take_text(in, take(in));
    size_t n, count = take(in);
    const uint8_t *body = take_bytes(in, count, &n);
    a->size = make_npy(a->npy, 1 + a->how % 3, a->dict, body, n);
}

static void free_array(array *a)
{
    free(a->name);
    free(a->dict);
}

/* The arrays as members. */
static void put_archive(input *in, int how)
{
    static uint8_t bytes[ROOM * 2];
    static array a;
    zip_writer zip = {.bytes = bytes};
    int place = take(in), damage = take(in);
    for (int i = 0; i < ARRAYS && in->left; i++) {
        char name[32];
        take_array(in, &a);
        snprintf(name, sizeof name, "%s.npy", a.name);
        zip_add(&zip, name, a.npy, a.size, a.how & 64, a.how & 128);
        free_array(&a);
    }
    zip_end(&zip, "");
    if (how & DAMAGE)
        bytes[zip.size - 1 - (size_t)place % zip.size] ^= (uint8_t)damage;
    store("a.npz", bytes, zip.size);
}

/* The first array is the samples, others are beside it. */
static void put_files(input *in)
{
    static const char *const names[] = {"x_train.npy", "y_train.npy",
                                        "c_train.npy", "x_test.npy",
                                        "y_test.npy",  "c_test.npy"};
    static array a;
    for (int i = 0; i < ARRAYS; i++) {
        drop(names[i]);
        if (!in->left)
            continue;
        take_array(in, &a);
        store(names[i], a.npy, a.size);
        free_array(&a);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *column[] = {(char *)"c_train.npy"}, *member[] = {(char *)"c"};
    input in = {data, size};
    int how = take(&in), form = how % FORMS, options = take(&in);
    gt_data_config config = {.image = take_shape(&in),
                             .layout = options % 7,
                             .type = options % 21,
                             .skip_bytes = options >> 4};
    char uri[600];
    const char *names[] = {"x_train.npy", "a.npz", "x_train.npy", "a.npz"};
    size_t n;
    if (form == NPZ) {
        put_archive(&in, how);
    } else if (form == AS_IT_IS) {
        const uint8_t *rest = take_bytes(&in, in.left, &n);
        store("a.npz", rest, n);
    } else {
        put_files(&in);
    }
    snprintf(uri, sizeof uri, "%s%s%s", form == RAW ? "raw:" : "",
             in_folder(names[form]), how & 128 ? ":x" : "");
    config.uri = uri;
    if (how & LABELS)
        config.labels = (char *)(form == NPZ ? "y" : "y_train.npy");
    if (how & COLUMN)
        config.conditions = (gt_word_list){form == NPZ ? member : column, 1};
    open_and_use(&config);
    drop(names[form]);
    return 0;
}
