/* Pictures as data. What Pillow wrote, and what it makes of it, is read back
 * equal (pictures.py); damaged files are refused, and ask for no more memory
 * than a file of their size can need. */
#include "data/picture/picture_file.h"
#include "data/picture/resize.h"
#include "scratch.h"

#include <errno.h>
#include <pthread.h>

/* --- What Pillow wrote. */

typedef struct wanted {
    int fit, h, w, c, bits, near, none[2];
} wanted;

static const uint16_t *read_want(const char *name, wanted *want, uint8_t **file)
{
    char path[128];
    size_t size;
    snprintf(path, sizeof path, "%.99s.want", name);
    *file = load_bytes(path, &size);
    memcpy(want, *file, sizeof *want);
    assert_int_equal(size, sizeof *want + sizeof(uint16_t) * (size_t)want->h *
                                              (size_t)want->w *
                                              (size_t)want->c);
    return (const uint16_t *)(*file + sizeof *want);
}

/* One value of a picture as it is seen. */
static int value_of(const gt__pixels *p, int x, int y, int c)
{
    ptrdiff_t at = p->first + x * p->step_x + y * p->step_y + c;
    return p->bits == 8 ? ((const uint8_t *)p->values)[at]
                        : ((const uint16_t *)p->values)[at];
}

static void compare(const char *name, const wanted *want,
                    const uint16_t *values, const gt__pixels *p)
{
    if (want->h != p->height || want->w != p->width || want->c != p->channels ||
        want->bits != p->bits)
        fail_msg("%s: %dx%dx%d of %d bits", name, p->height, p->width,
                 p->channels, p->bits);
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++)
            for (int c = 0; c < p->channels; c++) {
                int is = value_of(p, x, y, c), should = *values++;
                if (abs(is - should) > want->near)
                    fail_msg("%s: (%d, %d) channel %d is %d, not %d", name, x,
                             y, c, is, should);
            }
}

static void compare_fitted(const char *name, const wanted *want,
                           const uint16_t *values, const gt__pixels *p)
{
    gt_shape shape = {.h = want->h, .w = want->w, .c = want->c};
    size_t n = gt_shape_size(shape);
    uint8_t *bytes = malloc(n);
    gt_real *reals = malloc(n * sizeof *reals);
    assert_true(bytes && reals);
    assert_ok(gt__picture_fit(p, (gt_fit)want->fit, shape,
                              want->bits == 8 ? bytes : NULL, reals));
    for (size_t i = 0; i < n; i++) {
        int is = want->bits == 8 ? bytes[i] : (int)reals[i];
        if (abs(is - values[i]) > want->near)
            fail_msg("%s: value %zu is %d, not %d", name, i, is, values[i]);
    }
    free(bytes);
    free(reals);
}

static void check_read(const char *name)
{
    wanted want;
    uint8_t *file, *picture;
    size_t size;
    gt__pixels pixels, look;
    const uint16_t *values = read_want(name, &want, &file);
    assert_ok(gt__picture_load(in_scratch(name), 0, &picture, &size));
    gt_status status = gt__picture_decode(picture, size, false, &pixels);
    if (status != GT_OK)
        fail_msg("%s: %s", name, gt_message());
    assert_ok(gt__picture_decode(picture, size, true, &look));
    assert_null(look.values);
    assert_int_equal(look.width, pixels.width);
    assert_int_equal(look.height, pixels.height);
    assert_int_equal(look.channels, pixels.channels);
    assert_int_equal(look.bits, pixels.bits);
    if (want.fit < 0)
        compare(name, &want, values, &pixels);
    else
        compare_fitted(name, &want, values, &pixels);
    gt__pixels_free(&pixels);
    free(picture);
    free(file);
}

static void check_refused(const char *name)
{
    char path[128];
    uint8_t *picture;
    size_t size;
    gt__pixels pixels;
    snprintf(path, sizeof path, "%.99s.refused", name);
    char *text = (char *)load_bytes(path, &size);
    assert_ok(gt__picture_load(in_scratch(name), 0, &picture, &size));
    assert_fails(gt__picture_decode(picture, size, false, &pixels),
                 GT_ERR_FORMAT, text);
    gt__pixels_free(&pixels);
    free(picture);
    free(text);
}

/* Have Pillow make pictures, where it is there. */
static bool made;

static int make_pictures(void **state)
{
    char command[1024];
    if (make_scratch(state) != 0)
        return -1;
    if (system("/usr/bin/python3 -c 'import PIL, numpy' 2>/dev/null") != 0) {
        print_message("skipped: Pillow or NumPy is not installed (Debian: "
                      "python3-pil, python3-numpy)\n");
        return 0;
    }
    snprintf(command, sizeof command, "/usr/bin/python3 %s/../pictures.py %s",
             GT_TEST_DATA, scratch);
    made = system(command) == 0;
    return made ? 0 : -1;
}

static void what_pillow_wrote_is_read_back_equal(void **state)
{
    (void)state;
    if (!made)
        skip();
    char formats[GT_PICTURE_FORMATS];
    bool jpeg = !strstr(gt_picture_formats(formats), "no JPEG");
    DIR *dir = opendir(scratch);
    assert_non_null(dir);
    int read = 0, refused = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        char name[256];
        snprintf(name, sizeof name, "%s", e->d_name);
        char *end = strrchr(name, '.');
        bool good = !strcmp(end, ".want");
        if (!good && strcmp(end, ".refused") != 0)
            continue;
        *end = '\0';
        if (!jpeg && (strstr(name, ".jpg") || strstr(name, "jpeg")))
            continue;
        good ? check_read(name) : check_refused(name);
        read += good;
        refused += !good;
    }
    closedir(dir);
    assert_in_range(read, jpeg ? 90 : 70, 200);
    assert_int_equal(refused, jpeg);
}

/* --- Damage. */

/* The orders of the head of a PNG file of so many pixels, and its pixels. */
static size_t small_png(uint8_t *to, uint32_t w, uint32_t h)
{
    static const uint8_t head[] = {
        0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D',
        'R',  0,   0,   0,   0,    0,    0,    0,    0, 8, 2, 0,  0,   0};
    memcpy(to, head, sizeof head);
    for (int i = 0; i < 4; i++) {
        to[16 + i] = (uint8_t)(w >> (24 - 8 * i));
        to[20 + i] = (uint8_t)(h >> (24 - 8 * i));
    }
    uint32_t crc = 0xffffffff;
    for (size_t i = 12; i < sizeof head; i++) {
        crc ^= to[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    crc = ~crc;
    for (int i = 0; i < 4; i++)
        to[sizeof head + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
    static const uint8_t data[] = {0, 0, 0, 0, 'I', 'D', 'A', 'T', 0, 0, 0, 0};
    memcpy(to + sizeof head + 4, data, sizeof data);
    return sizeof head + 4 + sizeof data;
}

static void assert_refused(const void *file, size_t size, const char *part)
{
    gt__pixels pixels;
    assert_fails(gt__picture_decode(file, size, false, &pixels), GT_ERR_FORMAT,
                 part);
    gt__pixels_free(&pixels);
}

static void a_picture_that_is_none_is_named(void **state)
{
    (void)state;
    assert_refused("", 0, "the file is empty");
    assert_refused("hello, world", 12, "not a PNG or JPEG picture but a text");
    assert_refused("GIF89a\1\1", 8, "but a GIF picture");
    assert_refused("\1\2\3\4", 4, "not a PNG or JPEG picture");
    assert_refused("\x89PNG\r\n\x1a\n", 8, "truncated");
}

static void absurd_sizes_are_refused_before_memory_is_taken(void **state)
{
    (void)state;
    uint8_t file[128];
    assert_refused(file, small_png(file, 900000, 900000), "268435456 in all");
    assert_refused(file, small_png(file, 10000, 10000), "cannot hold");
    assert_refused(file, small_png(file, 4000000, 1), "damaged PNG");
    assert_refused(file, small_png(file, 0, 5), "damaged PNG");
    assert_refused(file, small_png(file, 10, 10), "PNG picture");
}

/* Files cut anywhere, and with any byte turned over, are read or refused, and
 * what is read has the size that was announced. */
static void damage(const char *name)
{
    uint8_t *file;
    size_t size;
    gt__pixels pixels;
    assert_ok(gt__picture_load(in_scratch(name), 0, &file, &size));
    for (size_t n = 0; n < size; n++) {
        uint8_t *part = malloc(n + 1); /* so that sanitizers see its end */
        assert_non_null(part);
        memcpy(part, file, n);
        if (gt__picture_decode(part, n, false, &pixels) == GT_OK)
            fail_msg("%s is read without its last %zu bytes", name, size - n);
        gt__pixels_free(&pixels);
        free(part);
    }
    for (size_t i = 0; i < size; i++) {
        file[i] ^= 0xff;
        gt__picture_decode(file, size, false, &pixels);
        gt__pixels_free(&pixels);
        file[i] ^= 0xff;
    }
    free(file);
}

static void damaged_pictures_are_refused_or_read(void **state)
{
    (void)state;
    if (!made)
        skip();
    damage("colour_16_4_interlaced.png");
    damage("mode_P_clear.png");
    damage("progressive_grey.jpg");
    damage("turned_6.jpg");
}

/* --- Files. */

static void files_that_change_or_vanish_are_named(void **state)
{
    (void)state;
    uint8_t *file;
    size_t size;
    assert_fails(gt__picture_load(in_scratch("a"), 0, &file, &size), GT_ERR_IO,
                 in_scratch("a"));
    assert_says(strerror(ENOENT));
    store_text("a", "12345");
    assert_ok(gt__picture_load(in_scratch("a"), 5, &file, &size));
    assert_int_equal(size, 5);
    free(file);
    assert_fails(gt__picture_load(in_scratch("a"), 6, &file, &size), GT_ERR_IO,
                 "not as it was when the data were opened");
    assert_fails(gt__picture_load(in_scratch(""), 0, &file, &size), GT_ERR_IO,
                 "not a file");
    assert_int_equal(mkfifo(in_scratch("pipe"), 0600), 0);
    assert_fails(gt__picture_load(in_scratch("pipe"), 0, &file, &size),
                 GT_ERR_IO, "not a file");
}

/* --- Threads. */

enum { THREADS = 4, ROUNDS = 20 };

static void *decode_often(void *unused)
{
    (void)unused;
    static const char *const names[] = {"colour_8_3_plain.png", "colour.jpg",
                                        "cmyk.jpg", "whole_0.png"};
    for (int i = 0; i < ROUNDS * 4; i++) {
        char path[512];
        uint8_t *file;
        size_t size;
        gt__pixels pixels;
        snprintf(path, sizeof path, "%s/%s", scratch, names[i % 4]);
        if (gt__picture_load(path, 0, &file, &size) != GT_OK)
            return "load";
        bool good = gt__picture_decode(file, size, false, &pixels) == GT_OK;
        gt__pixels_free(&pixels);
        free(file);
        if (!good && !strstr(path, ".jpg"))
            return "decode";
    }
    return NULL;
}

static void several_threads_decode_at_once(void **state)
{
    (void)state;
    if (!made)
        skip();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, decode_often, NULL),
                         0);
    for (int i = 0; i < THREADS; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

int main(void)
{
    const struct CMUnitTest pictures[] = {
        cmocka_unit_test(what_pillow_wrote_is_read_back_equal),
        cmocka_unit_test(damaged_pictures_are_refused_or_read),
        cmocka_unit_test(several_threads_decode_at_once),
    };
    const struct CMUnitTest others[] = {
        each(a_picture_that_is_none_is_named),
        each(absurd_sizes_are_refused_before_memory_is_taken),
        each(files_that_change_or_vanish_are_named),
    };
    int failed =
        cmocka_run_group_tests(pictures, make_pictures, remove_scratch);
    return cmocka_run_group_tests(others, NULL, NULL) + failed;
}
