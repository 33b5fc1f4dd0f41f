/* NumPy archives made by hand: stored, packed and with the fields of large
 * ones; which array is what; and each way to be wrong. */
#include "base/log.h"
#include "data/columns.h"
#include "npy_write.h"
#include "open_uri.h"
#include "read_one.h"
#include "scratch.h"

#define ANY GT_SHAPE_OF_SOURCE

static uint8_t memory[1 << 16];
static zip_writer zip;

static uint8_t value(int i)
{
    return (uint8_t)(i * 37 + 5);
}

/* n images of 2 x 2, or n numbers, of bytes. */
static void add(const char *name, const char *shape, size_t n, int packed,
                int large)
{
    uint8_t body[256], npy[1024];
    char dict[128];
    assert_true(n <= sizeof body);
    for (size_t i = 0; i < n; i++)
        body[i] = value((int)i) & (shape[1] == 'n' ? 255 : 127);
    snprintf(dict, sizeof dict, DICT("|u1", "False", "%s"), shape);
    zip_add(&zip, name, npy, make_npy(npy, 1, dict, body, n), packed, large);
}

static void begin(void)
{
    zip = (zip_writer){.bytes = memory};
}

static void end(const char *name)
{
    zip_end(&zip, "");
    store_bytes(name, zip.bytes, zip.size);
}

static gt_source *open_it(const char *uri, gt_split split)
{
    gt_source *source;
    if (open_uri(&source, uri, split, ANY) != GT_OK)
        fail_msg("%s", gt_message());
    return source;
}

static void assert_refused(const char *uri, gt_status expected,
                           const char *part)
{
    gt_source *source;
    assert_fails(open_uri(&source, uri, GT_SPLIT_TRAIN, ANY), expected, part);
    assert_null(source);
}

/* Images of 2 x 2: the values from the first on. */
static void assert_samples(const gt_source *source, uint64_t count)
{
    assert_non_null(source);
    assert_int_equal(source->count, count);
    for (uint64_t s = 0; s < count; s++) {
        uint8_t x[4];
        read_bytes(source, s, x);
        for (int i = 0; i < 4; i++)
            assert_int_equal(x[i], value((int)s * 4 + i) & 127);
    }
}

static void stored_and_packed_members_are_the_same(void **state)
{
    (void)state;
    for (int form = 0; form < 4; form++) {
        begin();
        add("y_train.npy", "(5,)", 5, form & 1, form & 2);
        add("x_train.npy", "(5, 2, 2)", 20, form & 1, form & 2);
        add("x_test.npy", "(2, 2, 2)", 8, form & 1, form & 2);
        add("y_test.npy", "(2, 1)", 2, form & 1, form & 2);
        zip_end(&zip, form ? "made by hand PK\5\6" : "");
        store_bytes("a.npz", zip.bytes, zip.size);
        gt_source *source = open_it(in_scratch("a.npz"), GT_SPLIT_TRAIN);
        assert_string_equal(source->type->name, "npz");
        assert_samples(source, 5);
        assert_int_equal(label_of(source, 4), value(4) & 127);
        assert_int_equal(source->region.size > 0, form & 1);
        gt_source_close(source);
        source = open_it(in_scratch("a.npz"), GT_SPLIT_TEST);
        assert_samples(source, 2);
        assert_int_equal(label_of(source, 1), value(1) & 127);
        gt_source_close(source);
    }
}

static void what_is_unpacked_is_shared(void **state)
{
    (void)state;
    begin();
    add("images.npy", "(5, 2, 2)", 20, 1, 0);
    add("labels.npy", "(5,)", 5, 1, 0);
    add("height.npy", "(5,)", 5, 0, 0);
    end("a.npz");
    gt_data_config config = {.uri = (char *)in_scratch("a.npz")};
    gt_source *first, *second;
    gt_source_handle handle;
    if (!gt_region_can_share())
        skip();
    assert_ok(
        gt_source_open_shared(&first, &config, GT_SPLIT_TRAIN, 2, &handle));
    assert_true(gt_source_attaches(first));
    assert_ok(gt_source_attach(&second, &config, GT_SPLIT_TRAIN, &handle));
    assert_true(second->region.attached);
    assert_int_equal(second->digest, first->digest);
    assert_samples(second, 5);
    assert_int_equal(label_of(second, 3), value(3) & 127);
    gt_real x[1];
    const uint64_t two = 2;
    gt_source_rows to = {.conditions = x};
    assert_ok(gt_source_read(second, &two, 1, &to));
    assert_true(x[0] == (value(2) & 127));
    gt_source_close(second);
    gt_source_close(first);
}

static void an_array_is_chosen_or_asked_for(void **state)
{
    (void)state;
    char uri[600];
    begin();
    add("a.npy", "(5, 2, 2)", 20, 0, 0);
    add("b.npy", "(3, 2, 2)", 12, 1, 0);
    add("kinds.npy", "(3,)", 3, 0, 0);
    add("height.npy", "(3,)", 3, 0, 0);
    end("a.npz");
    assert_refused(in_scratch("a.npz"), GT_ERR_MISMATCH,
                   "several arrays may be samples; choose one");
    assert_says("a.npz:NAME: a (5x2x2 of uint8), b (3x2x2 of uint8)");
    snprintf(uri, sizeof uri, "npz:%s:b", in_scratch("a.npz"));
    char *words[] = {(char *)"height"};
    gt_data_config config = {
        .uri = uri, .labels = (char *)"kinds", .conditions = {words, 1}};
    gt_source *source;
    assert_ok(gt_source_open(&source, &config, GT_SPLIT_TRAIN));
    assert_samples(source, 3);
    assert_int_equal(label_of(source, 1), value(1) & 127);
    assert_int_equal(gt_column_find(source, "height"), 0);
    gt_source_close(source);
    source = open_it(strchr(uri, '/'), GT_SPLIT_TRAIN);
    assert_int_equal(source->n_conditions, 2);
    gt_source_close(source);
    snprintf(uri, sizeof uri, "npz:%s:a", in_scratch("a.npz"));
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT, "a.npz:kinds holds 3 labels, but");
    config.labels = NULL;
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT, "a.npz:height holds 3 numbers, but");
    config.labels = (char *)"none";
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_CONFIG, "data.labels: ");
    snprintf(uri, sizeof uri, "npz:%s:c", in_scratch("a.npz"));
    assert_refused(uri, GT_ERR_CONFIG, "no array 'c' in it; it has: a (5x2x2");
    begin();
    add("kinds.npy", "(3,)", 3, 0, 0);
    end("a.npz");
    assert_refused(in_scratch("a.npz"), GT_ERR_FORMAT,
                   "no array in it can be samples");
}

/* Whatever byte is cut off or changed, nothing worse happens than a message. */
static void damaged_archives_are_refused(void **state)
{
    (void)state;
    char uri[600];
    snprintf(uri, sizeof uri, "npz:%s", in_scratch("a.npz"));
    begin();
    add("x.npy", "(5, 2, 2)", 20, 1, 1);
    zip_end(&zip, "");
    gt_source *source;
    for (size_t cut = 0; cut < zip.size; cut++) {
        store_bytes("a.npz", zip.bytes, cut);
        assert_int_equal(open_uri(&source, uri, GT_SPLIT_TRAIN, ANY),
                         GT_ERR_FORMAT);
    }
    int good = 0;
    for (size_t i = 0; i < zip.size; i++) {
        zip.bytes[i] ^= 0x20;
        store_bytes("a.npz", zip.bytes, zip.size);
        gt_status status = open_uri(&source, uri, GT_SPLIT_TRAIN, ANY);
        good += status == GT_OK;
        if (status == GT_OK)
            gt_source_close(source);
        zip.bytes[i] ^= 0x20;
    }
    assert_true(good < 60); /* fields that are not looked at */
    zip.bytes[zip.size - zip.listed - 22 - 1] ^= 1;
    store_bytes("a.npz", zip.bytes, zip.size);
    assert_refused(uri, GT_ERR_FORMAT, "the compressed data are damaged (");
}

static void a_wrong_checksum_is_found(void **state)
{
    (void)state;
    begin();
    add("x.npy", "(5, 2, 2)", 20, 1, 0);
    zip.directory[16] ^= 1;
    end("a.npz");
    assert_refused(in_scratch("a.npz"), GT_ERR_FORMAT,
                   "the checksum is another");
}

/* A size that deflate cannot make is not believed. */
static void promised_sizes_are_not_believed(void **state)
{
    (void)state;
    begin();
    add("x.npy", "(5, 2, 2)", 20, 1, 0);
    put_number(zip.directory + 24, 1 << 30, 4);
    end("a.npz");
    assert_refused(in_scratch("a.npz"), GT_ERR_FORMAT,
                   "a member is larger than the file");
}

static void what_is_no_array_is_not_looked_at(void **state)
{
    (void)state;
    begin();
    zip_add(&zip, "readme.txt", "text", 4, 0, 0);
    zip_add(&zip, "bad.npy", "no array at all", 15, 0, 0);
    add("x.npy", "(5, 2, 2)", 20, 0, 0);
    end("a.npz");
    gt_source *source = open_it(in_scratch("a.npz"), GT_SPLIT_TRAIN);
    assert_samples(source, 5);
    gt_source_close(source);
    begin();
    zip_add(&zip, "bad.npy", "no array at all", 15, 0, 0);
    end("a.npz");
    assert_refused(in_scratch("a.npz"), GT_ERR_FORMAT,
                   "a.npz:bad: not a NumPy array");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(stored_and_packed_members_are_the_same),
        each(what_is_unpacked_is_shared),
        each(an_array_is_chosen_or_asked_for),
        each(damaged_archives_are_refused),
        each(a_wrong_checksum_is_found),
        each(promised_sizes_are_not_believed),
        each(what_is_no_array_is_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
