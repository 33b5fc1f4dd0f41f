/* Folders of pictures: which files they are, in which order, of which class,
 * and what is said of folders that are not as they should be. */
#include "base/log.h"
#include "data/picture/file_list.h"
#include "data/picture/splits.h"
#include "data/source.h"
#include "scratch.h"

#include <errno.h>
#include <locale.h>
#include <png.h>

/* A picture of h x w pixels of one value. */
static void put(const char *name, int h, int w, int channels, int bits,
                int value)
{
    uint8_t bytes[4 * 64 * 64];
    uint16_t words[4 * 64 * 64];
    assert_true(h * w * channels <= 4 * 64 * 64);
    for (int i = 0; i < h * w * channels; i++) {
        bytes[i] = (uint8_t)value;
        words[i] = (uint16_t)value;
    }
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)w,
                       .height = (png_uint_32)h};
    image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    if (bits == 16)
        image.format |= PNG_FORMAT_FLAG_LINEAR;
    assert_true(png_image_write_to_file(
        &image, in_scratch(name), 0, bits == 16 ? (void *)words : (void *)bytes,
        0, NULL));
}

static void put_grey(const char *name, int value)
{
    put(name, 8, 8, 1, 8, value);
}

static void make(const char *folder)
{
    assert_int_equal(mkdir(in_scratch(folder), 0700), 0);
}

/* Open the folder, or "pictures:" before it; as gt_source_open. */
static gt_status open_as(gt_source **source, const char *folder,
                         const char *labels, gt_shape image, gt_split split)
{
    char uri[512], file[512];
    snprintf(uri, sizeof uri, "%s", in_scratch(folder));
    snprintf(file, sizeof file, "%s", labels ? labels : "");
    gt_data_config config = {
        .uri = uri, .labels = labels ? file : NULL, .image = image};
    return gt_source_open(source, &config, split);
}

static gt_source *open_or_fail(const char *folder, const char *labels,
                               gt_split split)
{
    gt_source *source;
    if (open_as(&source, folder, labels, GT_SHAPE_OF_SOURCE, split) != GT_OK)
        fail_msg("%s", gt_message());
    return source;
}

static void assert_refused(const char *folder, const char *labels,
                           gt_status status, const char *part)
{
    gt_source *source;
    assert_fails(
        open_as(&source, folder, labels, GT_SHAPE_OF_SOURCE, GT_SPLIT_TRAIN),
        status, part);
    assert_null(source);
}

/* The value of every pixel of a sample, and its label. */
static int value_of(const gt_source *source, uint64_t number, int *label)
{
    uint8_t bytes[64 * 64 * 4];
    assert_true(gt_shape_size(source->shape) <= sizeof bytes);
    gt_source_rows rows = {.bytes = bytes, .labels = label};
    assert_ok(gt_source_read(source, &number, 1, &rows));
    return bytes[0];
}

static void assert_values(const gt_source *source, const int *values, int n)
{
    assert_int_equal(source->count, n);
    for (int i = 0; i < n; i++) {
        int label;
        assert_int_equal(value_of(source, (uint64_t)i, &label), values[i]);
    }
}

static void assert_labels(const gt_source *source, const int *labels, int n)
{
    assert_int_equal(source->count, n);
    for (int i = 0; i < n; i++) {
        int label;
        value_of(source, (uint64_t)i, &label);
        assert_int_equal(label, labels[i]);
    }
}

/* --- Which files. */

static void pictures_come_in_the_order_of_the_bytes_of_their_names(void **state)
{
    (void)state;
    setlocale(LC_ALL, "");
    put_grey("b.png", 4);
    put_grey("10.png", 1);
    put_grey("9.png", 2);
    put_grey("B.PNG", 3);
    put_grey("\xc3\xa4.png", 5);
    put_grey(".hidden.png", 99);
    store_text("notes.txt", "not a picture");
    gt_source *source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_values(source, (int[]){1, 2, 3, 4, 5}, 5);
    assert_int_equal(source->classes, 0);
    assert_true(gt_shape_equal(source->shape, (gt_shape){8, 8, 1}));
    assert_int_equal(source->element, GT_ELEMENT_BYTES);
    gt_source_close(source);
    setlocale(LC_ALL, "C");
}

static void files_are_pictures_by_their_content(void **state)
{
    (void)state;
    put_grey("0a1b2c", 7);
    put_grey("photo.txt", 8);
    store_text("text", "no picture");
    gt_source *source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_values(source, (int[]){7, 8}, 2);
    gt_source_close(source);
    assert_true(gt__folder_has_pictures(in_scratch("")));
}

static void classes_are_folders_in_the_order_of_their_names(void **state)
{
    (void)state;
    make("dog");
    make("cat");
    make("empty");
    make("cat/deeper");
    put_grey("dog/1.png", 1);
    put_grey("cat/2.png", 2);
    put_grey("cat/1.png", 3);
    put_grey("cat/deeper/1.png", 99);
    gt_source *source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_values(source, (int[]){3, 2, 1}, 3);
    assert_labels(source, (int[]){0, 0, 1}, 3);
    assert_int_equal(source->classes, 2);
    assert_string_equal(source->class_names[0], "cat");
    assert_string_equal(source->class_names[1], "dog");
    gt_source_close(source);
    put_grey("beside.png", 4);
    assert_refused("", NULL, GT_ERR_FORMAT,
                   "pictures beside folders of pictures, as beside.png");
}

static void held_out_pictures_have_the_classes_of_the_others(void **state)
{
    (void)state;
    const char *const folders[] = {"train",   "train/a", "train/b",
                                   "train/c", "val",     "val/c"};
    for (int i = 0; i < 6; i++)
        make(folders[i]);
    put_grey("train/a/1.png", 1);
    put_grey("train/b/1.png", 2);
    put_grey("train/c/1.png", 3);
    put_grey("val/c/9.png", 4);
    gt_source *source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_labels(source, (int[]){0, 1, 2}, 3);
    gt_data_config config = {.uri = (char *)in_scratch(""),
                             .image = GT_SHAPE_OF_SOURCE};
    gt_source *beside;
    assert_ok(gt_source_open_held_out(&beside, &config, source));
    gt_source *alone = open_or_fail("", NULL, GT_SPLIT_TEST);
    for (int i = 0; i < 2; i++) {
        gt_source *one = i ? alone : beside;
        assert_values(one, (int[]){4}, 1);
        assert_labels(one, (int[]){2}, 1);
        assert_int_equal(one->classes, 3);
        assert_int_equal(one->digest, alone->digest);
    }
    gt_source_close(alone);
    gt_source_close(beside);
    gt_source_close(source);
    make("val/d");
    put_grey("val/d/1.png", 5);
    gt_source *other;
    assert_fails(open_as(&other, "", NULL, GT_SHAPE_OF_SOURCE, GT_SPLIT_TEST),
                 GT_ERR_MISMATCH, "val/d: ");
}

static void assert_splits(const char *train, const char *test)
{
    gt__splits splits = gt__splits_of(in_scratch(""));
    assert_string_equal(splits.train, train);
    assert_string_equal(splits.test, test);
}

static void a_folder_called_train_may_be_a_class(void **state)
{
    (void)state;
    assert_splits("", "");
    make("val");
    assert_splits("", "");
    make("train");
    assert_splits("train", "val");
    make("test");
    assert_splits("train", "test");
    assert_int_equal(rmdir(in_scratch("test")), 0);
    assert_int_equal(rmdir(in_scratch("val")), 0);
    assert_splits("train", "");
    store_text("README", "");
    make(".git");
    assert_splits("train", "");
    make("bus");
    assert_splits("", "");
    put_grey("train/1.png", 1);
    put_grey("bus/1.png", 2);
    gt_source *source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_labels(source, (int[]){0, 1}, 2);
    gt_source_close(source);
    gt_source *none;
    assert_ok(open_as(&none, "", NULL, GT_SHAPE_OF_SOURCE, GT_SPLIT_TEST));
    assert_null(none);
}

static void folders_without_pictures_are_refused(void **state)
{
    (void)state;
    char uri[256];
    snprintf(uri, sizeof uri, "pictures:%s", scratch);
    gt_data_config config = {.uri = uri};
    gt_source *source;
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT, "no pictures in it or in the folders in it; ");
    store_text("a.gif", "GIF89a");
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT, "but files as ");
    assert_says("a.gif, to be converted");
    snprintf(uri, sizeof uri, "pictures:%s/none", scratch);
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN), GT_ERR_IO,
                 strerror(ENOENT));
    put_grey("1.png", 1);
    snprintf(uri, sizeof uri, "%s/1.png", scratch);
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN),
                 GT_ERR_FORMAT, "a PNG picture; give the folder");
    snprintf(uri, sizeof uri, "pictures:%s/1.png", scratch);
    assert_fails(gt_source_open(&source, &config, GT_SPLIT_TRAIN), GT_ERR_IO,
                 "cannot list");
}

/* --- Labels in a file. */

static void put_four(void)
{
    make("in");
    put_grey("in/a.png", 1);
    put_grey("in/b.png", 2);
    put_grey("in/c,d.png", 3);
    put_grey("in/e.png", 4);
}

static void labels_come_from_a_text_file(void **state)
{
    (void)state;
    static const char *const files[] = {
        "a.png,1\nb.png,0\n\"c,d.png\",5\ne.png,1\n",
        "\xef\xbb\xbf"
        "file,label\r\n\r\ne.png, 1\r\n./b.png,0\r\n"
        "\"c,d.png\",\"5\"\r\na.png,1",
    };
    put_four();
    for (int i = 0; i < 2; i++) {
        store_text("in/labels.csv", files[i]);
        gt_source *source = open_or_fail("in", "labels.csv", GT_SPLIT_TRAIN);
        assert_labels(source, (int[]){1, 0, 5, 1}, 4);
        assert_int_equal(source->classes, 6);
        assert_null(source->class_names);
        gt_source_close(source);
    }
    store_text("in/names.csv", "a.png,sea\nb.png,\"land, far\"\n"
                               "\"c,d.png\",sea\ne.png,\"\"\"air\"\"\"\n");
    gt_source *source = open_or_fail("in", "names.csv", GT_SPLIT_TRAIN);
    assert_labels(source, (int[]){2, 1, 2, 0}, 4);
    assert_int_equal(source->classes, 3);
    assert_string_equal(source->class_names[0], "\"air\"");
    assert_string_equal(source->class_names[1], "land, far");
    gt_source_close(source);
    source = open_or_fail("in", in_scratch("in/names.csv"), GT_SPLIT_TRAIN);
    assert_labels(source, (int[]){2, 1, 2, 0}, 4);
    gt_source_close(source);
}

static void labels_of_two_splits_agree(void **state)
{
    (void)state;
    make("train");
    make("test");
    put_grey("train/1.png", 1);
    put_grey("train/2.png", 2);
    put_grey("test/3.png", 3);
    store_text("all.csv",
               "file,label\ntrain/1.png,x\ntest/3.png,y\ntrain/2.png,z\n");
    gt_source *source = open_or_fail("", "all.csv", GT_SPLIT_TRAIN);
    assert_labels(source, (int[]){0, 2}, 2);
    gt_source_close(source);
    source = open_or_fail("", "all.csv", GT_SPLIT_TEST);
    assert_labels(source, (int[]){1}, 1);
    assert_int_equal(source->classes, 3);
    gt_source_close(source);
    store_text("train/own.csv", "1.png,x\n2.png,z\n");
    store_text("test/own.csv", "3.png,z\n");
    source = open_or_fail("", "own.csv", GT_SPLIT_TEST);
    assert_labels(source, (int[]){1}, 1);
    assert_int_equal(source->classes, 2);
    gt_source_close(source);
    store_text("test/own.csv", "3.png,w\n");
    assert_fails(
        open_as(&source, "", "own.csv", GT_SHAPE_OF_SOURCE, GT_SPLIT_TEST),
        GT_ERR_FORMAT, "line 1: the label 'w' does not occur in ");
}

static void wrong_labels_are_named_by_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "it has no labels"},
        {"file,label\n", "it has no labels"},
        {"a.png,1\nb.png\n", "line 2: not a file name, a comma and a label"},
        {"a.png,1\n\nb.png,2,3\n", "line 3: not a file name"},
        {"a.png,1\nb.png,\n", "line 2: not a file name"},
        {"a.png,1\n\"b.png,2\n", "line 2: a quotation mark is not closed"},
        {"a.png,1\nb.png,x\n", "line 2: the label 'x' is no number"},
        {"a.png,1\nb.png,65536\n", "line 2: the label 65536 is too large"},
        {"a.png,1\nb.png,99999999999999999999\n", "line 2: the label '9999"},
        {"a.png,1\nb.png,-1\n", "line 2: the label '-1' is no number"},
        {"a.png,1\nz.png,1\n", "line 2: there is no picture 'z.png'"},
        {"a.png,1\nb.png,1\na.png,2\n", "line 3: a second label"},
        {"a.png,1\nb.png,1\n", "no label for 2 pictures: "},
        {"a.png,1\n\"c,d.png\",1\nb.png,1\n", "no label for 1 picture: "},
        {"\x89PNG,1\n", "line 1: there is no picture"},
    };
    put_four();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        store_text("in/labels.csv", cases[i].text);
        assert_refused("in", "labels.csv", GT_ERR_FORMAT, cases[i].part);
        assert_says("labels.csv");
    }
    store_bytes("in/labels.csv", "a.png,1\nb\0", 10);
    assert_refused("in", "labels.csv", GT_ERR_FORMAT, "not a text file");
    assert_refused("in", "none.csv", GT_ERR_IO, "none.csv");
}

/* --- Shapes and kinds. */

static void the_first_picture_tells_the_kind_of_all(void **state)
{
    (void)state;
    put("1.png", 4, 4, 1, 16, 40000);
    put("2.png", 4, 4, 1, 8, 100);
    gt_source *source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_int_equal(source->element, GT_ELEMENT_REALS);
    assert_true(source->low == 0 && source->high == 65535);
    gt_real reals[2 * 16];
    gt_source_rows rows = {.reals = reals};
    assert_ok(gt_source_read(source, (uint64_t[]){0, 1}, 2, &rows));
    assert_true(reals[0] == 40000 && reals[31] == 100 * 257);
    gt_source_close(source);
    put("0.png", 4, 4, 1, 8, 7);
    source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_int_equal(source->element, GT_ELEMENT_BYTES);
    assert_values(source, (int[]){7, 156, 100}, 3);
    gt_source_close(source);
}

static void pictures_of_several_shapes_are_warned_of(void **state)
{
    (void)state;
    char warnings[2048] = "";
    put("1.png", 10, 20, 3, 8, 1);
    put("2.png", 10, 20, 3, 8, 2);
    gt_log_capture(warnings, sizeof warnings);
    gt_source *source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_true(gt_shape_equal(source->shape, (gt_shape){10, 20, 3}));
    gt_source_close(source);
    assert_string_equal(warnings, "");
    put("3.png", 30, 20, 1, 8, 3);
    source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_true(gt_shape_equal(source->shape, (gt_shape){64, 64, 3}));
    gt_source_close(source);
    gt_log_capture(NULL, 0);
    if (!strstr(warnings, "1.png is 10x20x3, 3.png is 30x20x1") ||
        !strstr(warnings, "as 64x64x3"))
        fail_msg("%s", warnings);
    assert_ok(open_as(&source, "", NULL, (gt_shape){5, 6, 1}, GT_SPLIT_TRAIN));
    assert_true(gt_shape_equal(source->shape, (gt_shape){5, 6, 1}));
    assert_values(source, (int[]){1, 2, 3}, 3);
    gt_source_close(source);
    assert_fails(
        open_as(&source, "", NULL, (gt_shape){5, 6, 2}, GT_SPLIT_TRAIN),
        GT_ERR_MISMATCH, "pictures have 1, 3 or 4 channels");
}

/* --- Damage. */

static void assert_unreadable(const gt_source *source, uint64_t number,
                              gt_status status, const char *name)
{
    uint8_t bytes[64];
    gt_source_rows rows = {.bytes = bytes};
    assert_fails(gt_source_read(source, &number, 1, &rows), status, name);
}

static void a_picture_that_cannot_be_read_is_one_sample(void **state)
{
    (void)state;
    put_grey("1.png", 1);
    put_grey("2.png", 2);
    put_grey("3.png", 3);
    store_text("0.png", "no picture");
    store_text("4.png", "");
    assert_int_equal(symlink("nowhere", in_scratch("5.png")), 0);
    gt_source *source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    assert_int_equal(source->count, 6);
    int label;
    assert_unreadable(source, 0, GT_ERR_FORMAT, in_scratch("0.png"));
    assert_unreadable(source, 4, GT_ERR_FORMAT, "the file is empty");
    assert_unreadable(source, 5, GT_ERR_IO, "5.png");
    assert_int_equal(value_of(source, 3, &label), 3);
    put("2.png", 60, 50, 3, 8, 2);
    assert_unreadable(source, 2, GT_ERR_IO, "not as it was");
    assert_int_equal(unlink(in_scratch("3.png")), 0);
    assert_unreadable(source, 3, GT_ERR_IO, strerror(ENOENT));
    assert_int_equal(value_of(source, 1, &label), 1);
    gt_source_close(source);
    assert_int_equal(unlink(in_scratch("1.png")), 0);
    assert_int_equal(unlink(in_scratch("2.png")), 0);
    assert_refused("", NULL, GT_ERR_FORMAT, "none of 3 pictures can be read: ");
    assert_says("0.png: not a PNG or JPEG picture");
}

static uint64_t digest(void)
{
    gt_source *source = open_or_fail("", NULL, GT_SPLIT_TRAIN);
    uint64_t value = source->digest;
    gt_source_close(source);
    return value;
}

static void the_digest_is_of_names_labels_and_contents(void **state)
{
    (void)state;
    make("a");
    make("b");
    put_grey("a/1.png", 1);
    put_grey("b/2.png", 2);
    uint64_t first = digest();
    assert_true(digest() == first);
    store_text("README", "what is no picture is no matter");
    assert_true(digest() == first);
    put_grey("b/2.png", 3);
    assert_true(digest() != first);
    put_grey("b/2.png", 2);
    assert_true(digest() == first);
    assert_int_equal(rename(in_scratch("b"), in_scratch("c")), 0);
    assert_true(digest() != first);
}

/* Of a large folder, a look at every file would take longer than all else. */
static void
sizes_of_a_large_folder_are_known_from_the_first_reading_on(void **state)
{
    (void)state;
    enum { MANY = GT__SIZED + 500 };
    char path[512], name[32];
    int known = 0, unknown = 0, label;
    make("a");
    put_grey("of-all", 7);
    snprintf(path, sizeof path, "%s", in_scratch("of-all"));
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "a/%05d.png", i);
        assert_int_equal(symlink(path, in_scratch(name)), 0);
    }
    gt__file_list list;
    assert_ok(gt__file_list_read(&list, in_scratch("a")));
    assert_int_equal(list.count, MANY);
    assert_true(list.files[0].size > 0 && list.files[MANY - 1].size > 0);
    for (int i = 0; i < MANY; i++) {
        known += list.files[i].size > 0;
        if (!list.files[i].size)
            unknown = i;
    }
    assert_int_equal(known, GT__SIZED);
    gt__file_list_free(&list);

    gt_source *source = open_or_fail("a", NULL, GT_SPLIT_TRAIN);
    assert_int_equal(value_of(source, (uint64_t)unknown, &label), 7);
    put("of-all", 60, 50, 3, 8, 2);
    assert_unreadable(source, (uint64_t)unknown, GT_ERR_IO, "not as it was");
    gt_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(pictures_come_in_the_order_of_the_bytes_of_their_names),
        each(files_are_pictures_by_their_content),
        each(classes_are_folders_in_the_order_of_their_names),
        each(held_out_pictures_have_the_classes_of_the_others),
        each(a_folder_called_train_may_be_a_class),
        each(folders_without_pictures_are_refused),
        each(labels_come_from_a_text_file),
        each(labels_of_two_splits_agree),
        each(wrong_labels_are_named_by_their_line),
        each(the_first_picture_tells_the_kind_of_all),
        each(pictures_of_several_shapes_are_warned_of),
        each(a_picture_that_cannot_be_read_is_one_sample),
        each(the_digest_is_of_names_labels_and_contents),
        each(sizes_of_a_large_folder_are_known_from_the_first_reading_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
