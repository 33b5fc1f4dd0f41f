/* Pictures of data: samples from all over a source, those that cannot be read
 * left out. */
#include "scratch.h"

#include "run/contact_sheet.h"

#include <png.h>

enum { COUNT = 6400, ACROSS = 8, CELL = 56 + 2 };

static uint64_t damaged_from = COUNT;

/* A sample is one shade, which grows with its number. */
static gt_status read_shades(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    (void)source;
    for (int i = 0; i < n; i++) {
        if (numbers[i] >= damaged_from)
            return gt_fail(GT_ERR_FORMAT, "shade %d is damaged",
                           (int)numbers[i]);
        if (to->bytes)
            to->bytes[i] = (uint8_t)(numbers[i] / 100 + 100);
        if (to->reals)
            to->reals[i] = (gt_real)numbers[i];
    }
    return GT_OK;
}

static const gt_source_type type = {.name = "shades", .read = read_shades};

static gt_source source_of(gt_element element)
{
    return (gt_source){.type = &type,
                       .uri = (char[]){"shades"},
                       .shape = {1, 1, 1},
                       .element = element,
                       .count = COUNT};
}

/* The colours in the middles of all cells. */
static void cells(uint8_t colour[ACROSS * ACROSS][3])
{
    size_t size;
    uint8_t *bytes = load_bytes("p.png", &size);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, bytes, size));
    image.format = PNG_FORMAT_RGB;
    uint8_t *pixels = malloc(PNG_IMAGE_SIZE(image));
    assert_non_null(pixels);
    assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    assert_true(image.width >= ACROSS * CELL && image.height >= ACROSS * CELL);
    for (size_t i = 0; i < ACROSS * ACROSS; i++) {
        size_t x = i % ACROSS * CELL + 30, y = i / ACROSS * CELL + 30;
        memcpy(colour[i], pixels + 3 * (y * image.width + x), 3);
    }
    free(pixels);
    free(bytes);
}

static void a_sheet_shows_samples_from_all_over_the_data(void **state)
{
    (void)state;
    uint8_t colour[ACROSS * ACROSS][3];
    gt_source source = source_of(GT_ELEMENT_BYTES);
    damaged_from = COUNT;
    assert_ok(gt_contact_sheet_write(in_scratch("p.png"), &source));
    cells(colour);
    for (int i = 0; i < ACROSS * ACROSS; i++)
        assert_int_equal(colour[i][0], 100 + i);
}

static void reals_are_shown_in_their_own_units(void **state)
{
    (void)state;
    uint8_t colour[ACROSS * ACROSS][3];
    gt_source source = source_of(GT_ELEMENT_REALS);
    damaged_from = COUNT;
    assert_ok(gt_contact_sheet_write(in_scratch("p.png"), &source));
    cells(colour);
    assert_memory_equal(colour[0], ((uint8_t[]){68, 1, 84}), 3);
    assert_memory_equal(colour[ACROSS * ACROSS - 1],
                        ((uint8_t[]){253, 231, 37}), 3);
}

static void what_cannot_be_read_is_blank(void **state)
{
    (void)state;
    uint8_t colour[ACROSS * ACROSS][3];
    gt_source source = source_of(GT_ELEMENT_BYTES);
    damaged_from = 1000;
    assert_ok(gt_contact_sheet_write(in_scratch("p.png"), &source));
    cells(colour);
    for (int i = 0; i < ACROSS * ACROSS; i++)
        assert_int_equal(colour[i][0], i < 10 ? 100 + i : 0);
    damaged_from = 0;
    assert_fails(gt_contact_sheet_write(in_scratch("q.png"), &source),
                 GT_ERR_FORMAT, "shade 0 is damaged");
    assert_int_equal(names_in(""), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(a_sheet_shows_samples_from_all_over_the_data),
        each(reals_are_shown_in_their_own_units),
        each(what_cannot_be_read_is_blank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
