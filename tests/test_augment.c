/* Augmentation: which turns keep a shape, what becomes of a sample, and that
 * this depends on its address alone.
 *
 * ctest: threads */
#include "core/rng.h"
#include "data/augment.h"
#include "data/loader.h"
#include "data/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 600, SEED = 7 };

/* A list as a configuration has it; crop by `padding` pixels. */
typedef struct list {
    gt_variant_item items[8];
    int64_t padding;
    gt_variant_list list;
} list;

static const gt_variant_list *list_of(list *l, const char *names,
                                      int64_t padding)
{
    char copy[64];
    *l = (list){.padding = padding, .list = {.items = l->items}};
    snprintf(copy, sizeof copy, "%s", names);
    for (char *name = strtok(copy, " "); name; name = strtok(NULL, " ")) {
        int i = 0;
        while (gt_augment_variants.at(i).name &&
               strcmp(gt_augment_variants.at(i).name, name))
            i++;
        assert_non_null(gt_augment_variants.at(i).name);
        l->items[l->list.count++] =
            (gt_variant_item){.variant = i, .options = &l->padding};
    }
    return &l->list;
}

/* --- Turns. */

static bool same_turn(const gt_turn *a, const gt_turn *b)
{
    for (int i = 0; i < 3; i++)
        if (a->axis[i] != b->axis[i] || a->reversed[i] != b->reversed[i])
            return false;
    return true;
}

/* b after a. */
static gt_turn composed(const gt_turn *a, const gt_turn *b)
{
    gt_turn c;
    for (int i = 0; i < 3; i++) {
        c.axis[i] = a->axis[b->axis[i]];
        c.reversed[i] = a->reversed[b->axis[i]] ^ b->reversed[i];
    }
    return c;
}

/* A set of turns that holds what any two of them make is a group. */
static void check_turns(gt_shape shape, int count)
{
    gt_turn turn[GT_MOST_TURNS];
    const gt_turn none = {{0, 1, 2}, {false, false, false}};
    int n = gt_augment_turns(shape, turn);
    assert_int_equal(n, count);
    assert_true(same_turn(&turn[0], &none));
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            gt_turn both = composed(&turn[i], &turn[j]);
            int found = 0;
            for (int k = 0; k < n; k++)
                found += same_turn(&turn[k], &both);
            assert_int_equal(found, 1);
        }
}

static void turns_are_those_that_keep_the_shape(void **state)
{
    (void)state;
    check_turns((gt_shape){8, 8, 3}, 4);
    check_turns((gt_shape){8, 6, 1}, 2);
    check_turns((gt_shape){5, 5, 1, 5}, 24);
    check_turns((gt_shape){5, 5, 1, 3}, 8);
    check_turns((gt_shape){3, 5, 1, 5}, 8);
    check_turns((gt_shape){5, 3, 2, 5}, 8);
    check_turns((gt_shape){4, 3, 2, 5}, 4);
}

/* A mirrored corner is not among the turns of a cube: each keeps the sense in
 * which three edges that meet in a corner follow each other. */
static void turns_are_no_mirrors(void **state)
{
    (void)state;
    gt_turn turn[GT_MOST_TURNS];
    int n = gt_augment_turns((gt_shape){2, 2, 1, 2}, turn);
    for (int t = 0; t < n; t++) {
        int m[3][3] = {{0}};
        for (int i = 0; i < 3; i++)
            m[i][turn[t].axis[i]] = turn[t].reversed[i] ? -1 : 1;
        int determinant = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                          m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                          m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
        assert_int_equal(determinant, 1);
    }
}

/* --- One sample. */

/* Element i of a sample is i. */
static void fill(gt_real *x, gt_shape shape)
{
    for (size_t i = 0; i < gt_shape_size(shape); i++)
        x[i] = (gt_real)i;
}

/* The value at a place of a sample that was filled so. */
static gt_real value_at(gt_shape s, int d, int h, int w, int c)
{
    return (gt_real)(((d * s.h + h) * s.w + w) * s.c + c);
}

static void apply(const char *names, int64_t padding, gt_shape shape,
                  uint64_t epoch, uint64_t number, gt_real *x)
{
    list l;
    gt_augment augment;
    assert_int_equal(
        gt_augment_open(&augment, list_of(&l, names, padding), shape), GT_OK);
    fill(x, shape);
    gt_augment_apply(&augment, SEED, epoch, number, x);
    gt_augment_close(&augment);
}

/* How a sample with this number was mirrored: each axis is one way or the
 * other for the whole sample. */
static int mirrored(const char *names, gt_shape s, uint64_t number)
{
    gt_real x[MOST];
    int d = s.d ? s.d : 1, way = 0;
    apply(names, 0, s, 0, number, x);
    if (x[0] >= (gt_real)(s.h * s.w * s.c))
        way |= 4;
    int corner = (int)x[0] % (s.h * s.w * s.c);
    if (corner / (s.w * s.c) > 0)
        way |= 2;
    if (corner % (s.w * s.c) >= s.c)
        way |= 1;
    const gt_real *at = x;
    for (int i = 0; i < d; i++)
        for (int j = 0; j < s.h; j++)
            for (int k = 0; k < s.w; k++)
                for (int c = 0; c < s.c; c++)
                    assert_true(*at++ == value_at(s, way & 4 ? d - 1 - i : i,
                                                  way & 2 ? s.h - 1 - j : j,
                                                  way & 1 ? s.w - 1 - k : k,
                                                  c));
    return way;
}

static void check_flips(const char *names, gt_shape s, int mask)
{
    int seen[8] = {0};
    for (uint64_t number = 0; number < 200; number++)
        seen[mirrored(names, s, number)]++;
    for (int way = 0; way < 8; way++)
        if ((way & mask) == way)
            assert_true(seen[way] >= 8);
        else
            assert_int_equal(seen[way], 0);
}

static void flips_mirror_half_of_the_samples(void **state)
{
    (void)state;
    const gt_shape image = {4, 5, 3}, volume = {3, 4, 2, 5};
    check_flips("hflip", image, 1);
    check_flips("vflip", image, 2);
    check_flips("hflip vflip", image, 3);
    check_flips("dflip", volume, 4);
    check_flips("hflip vflip dflip", volume, 7);
}

static int clamp(int i, int n)
{
    return i < 0 ? 0 : i < n ? i : n - 1;
}

/* The places where `value` lies on the way to the edge must all be copies of
 * the edge. */
static bool is_moved(const gt_real *x, gt_shape s, int dd, int dh, int dw)
{
    for (int d = 0; d < (s.d ? s.d : 1); d++)
        for (int h = 0; h < s.h; h++)
            for (int w = 0; w < s.w; w++)
                for (int c = 0; c < s.c; c++)
                    if (*x++ != value_at(s, clamp(d + dd, s.d ? s.d : 1),
                                         clamp(h + dh, s.h), clamp(w + dw, s.w),
                                         c))
                        return false;
    return true;
}

static void check_crop(gt_shape s, int p)
{
    int seen = 0, most = s.d ? p : 0, ways = (2 * most + 1) * (2 * p + 1);
    bool moved[7 * 7 * 7] = {false};
    for (uint64_t number = 0; number < 1500; number++) {
        gt_real x[MOST];
        int found = 0;
        apply("crop", p, s, 3, number, x);
        for (int i = 0; i < ways * (2 * p + 1); i++) {
            int dw = i % (2 * p + 1) - p,
                dh = i / (2 * p + 1) % (2 * p + 1) - p,
                dd = i / (2 * p + 1) / (2 * p + 1) - most;
            if (!is_moved(x, s, dd, dh, dw))
                continue;
            found++;
            seen += !moved[i];
            moved[i] = true;
        }
        assert_int_equal(found, 1);
    }
    assert_int_equal(seen, ways * (2 * p + 1));
}

static void crops_move_by_all_distances_and_repeat_the_edge(void **state)
{
    (void)state;
    check_crop((gt_shape){6, 5, 2}, 3);
    check_crop((gt_shape){4, 4, 1, 3}, 1);
}

/* Turned squares and cubes hold the same values, each of all turns is seen, and
 * nothing else is. */
static void check_turned(gt_shape s, int count)
{
    gt_real seen[GT_MOST_TURNS][MOST];
    int n = 0;
    size_t size = gt_shape_size(s);
    for (uint64_t number = 0; number < 400; number++) {
        gt_real x[MOST];
        bool there[MOST] = {false};
        int i = 0;
        apply("turns", 0, s, 1, number, x);
        for (size_t k = 0; k < size; k++)
            there[(size_t)x[k]] = true;
        for (size_t k = 0; k < size; k++)
            assert_true(there[k]);
        while (i < n && memcmp(seen[i], x, size * sizeof *x) != 0)
            i++;
        assert_true(i < count);
        memcpy(seen[i], x, size * sizeof *x);
        n = i == n ? n + 1 : n;
    }
    assert_int_equal(n, count);
}

static void all_turns_occur(void **state)
{
    (void)state;
    check_turned((gt_shape){5, 5, 2}, 4);
    check_turned((gt_shape){4, 6, 1}, 2);
    check_turned((gt_shape){4, 4, 2, 4}, 24);
    check_turned((gt_shape){4, 4, 1, 3}, 8);
}

static void a_quarter_turn_of_an_image_is_one(void **state)
{
    (void)state;
    const gt_shape s = {3, 3, 1};
    const gt_real left[] = {2, 5, 8, 1, 4, 7, 0, 3, 6},
                  right[] = {6, 3, 0, 7, 4, 1, 8, 5, 2};
    bool is_left = false, is_right = false;
    for (uint64_t number = 0; number < 100; number++) {
        gt_real x[MOST];
        apply("turns", 0, s, 1, number, x);
        is_left = is_left || !memcmp(x, left, sizeof left);
        is_right = is_right || !memcmp(x, right, sizeof right);
    }
    assert_true(is_left && is_right);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *names, *says;
        int64_t padding;
        gt_shape shape;
    } cases[] = {
        {"hflip", "points of 2 numbers have no directions", 0, {1, 1, 2}},
        {"turns", "vectors of 96 numbers have no directions", 0, {1, 1, 96}},
        {"hflip vflip hflip", "hflip is given twice", 0, {8, 8, 1}},
        {"dflip",
         "dflip is for volumes, but samples are images of 8x8x1",
         0,
         {8, 8, 1}},
        {"crop", "8 is not below the 8 of 12x8x1", 8, {12, 8, 1}},
        {"crop", "4 is not below the 3 of 3x8x8x1", 4, {8, 8, 1, 3}},
    };
    list l;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const gt_variant_list *given =
            list_of(&l, cases[i].names, cases[i].padding);
        assert_int_equal(gt_augment_check(given, cases[i].shape),
                         GT_ERR_CONFIG);
        if (!strstr(gt_message(), cases[i].says))
            fail_msg("%s", gt_message());
    }
    assert_int_equal(gt_augment_check(list_of(&l, "hflip vflip crop turns", 7),
                                      (gt_shape){12, 8, 1}),
                     GT_OK);
    assert_int_equal(gt_augment_check(list_of(&l, "dflip crop turns", 2),
                                      (gt_shape){8, 8, 1, 3}),
                     GT_OK);
    assert_int_equal(gt_augment_check(list_of(&l, "", 0), (gt_shape){1, 1, 2}),
                     GT_OK);
}

/* --- Batches. */

enum { COUNT = 60, BATCH = 16, SHARDS = 8 };

/* Batch `number` by a rank that has n_shards of the shards from `first` on, and
 * began with batch `start`. */
static void read_batch(const gt_source *source, const gt_data_config *data,
                       uint64_t start, uint64_t number, int first, int n_shards,
                       gt_real *x)
{
    gt_loader *loader;
    size_t size = gt_shape_size(source->shape);
    gt_loader_config config = {.source = source,
                               .data = data,
                               .seed = SEED,
                               .batch = BATCH,
                               .shards = SHARDS,
                               .first_shard = first,
                               .n_shards = n_shards,
                               .start = start};
    assert_int_equal(gt_loader_open(&loader, &config), GT_OK);
    for (uint64_t i = start; i <= number; i++) {
        assert_int_equal(gt_loader_expect(loader, 1), GT_OK);
        const gt_batch *batch = gt_loader_next(loader);
        for (int k = 0; i == number && k < n_shards; k++)
            memcpy(x + batch->shards[k].first_sample * size,
                   batch->shards[k].samples.x,
                   (size_t)batch->shards[k].samples.n * size * sizeof *x);
    }
    gt_loader_close(loader);
}

static void check_batches(const gt_source *source, const gt_data_config *data,
                          const gt_data_config *plain)
{
    size_t n = BATCH * gt_shape_size(source->shape),
           bytes = n * sizeof(gt_real);
    gt_real *one = calloc(n, sizeof *one), *many = calloc(n, sizeof *many);
    bool differs = false;
    assert_non_null(one);
    assert_non_null(many);
    for (uint64_t number = 0; number < 6; number++) { /* the fourth has 12 */
        memset(one, 0, bytes);
        memset(many, 0, bytes);
        read_batch(source, data, 0, number, 0, SHARDS, one);
        for (int rank = 0; rank < 4; rank++)
            read_batch(source, data, number, number, 2 * rank, 2, many);
        assert_memory_equal(one, many, bytes);
        read_batch(source, plain, 0, number, 0, SHARDS, many);
        differs = differs || memcmp(one, many, bytes) != 0;
    }
    assert_true(differs);
    free(one);
    free(many);
}

/* In the second epoch, whose batches begin with number 4, a sample is varied in
 * another way. */
static void batches_are_the_same_on_any_number_of_ranks(void **state)
{
    (void)state;
    list l;
    gt_source *source;
    gt_data_config plain = {.uri = (char[]){"glyphs?count=60"},
                            .image = {9, 8, 1}},
                   data = plain;
    data.augment = *list_of(&l, "hflip vflip crop turns", 2);
    assert_int_equal(gt_source_open(&source, &data, GT_SPLIT_TRAIN), GT_OK);
    check_batches(source, &data, &plain);
    gt_source_close(source);
}

/* The mean of a batch that is only mirrored is that of the batch as it is; a
 * reader that is not for training does not vary. */
static void only_training_batches_are_varied(void **state)
{
    (void)state;
    list l;
    gt_source *source;
    gt_reader plain, varied;
    gt_real a[72], b[72];
    gt_data_config data = {.uri = (char[]){"glyphs?count=60"},
                           .image = {9, 8, 1}};
    assert_int_equal(gt_source_open(&source, &data, GT_SPLIT_TRAIN), GT_OK);
    assert_int_equal(gt_reader_open(&plain, source, &data), GT_OK);
    data.augment = *list_of(&l, "vflip", 0);
    assert_int_equal(gt_reader_open(&varied, source, &data), GT_OK);
    int changed[2] = {0};
    for (int augments = 0; augments < 2; augments++)
        for (uint64_t number = 0; number < 60; number++) {
            varied.augments = augments;
            gt_sample_rows to_a = {.x = a}, to_b = {.x = b};
            assert_int_equal(gt_reader_read(&plain, &number, 1, &to_a), GT_OK);
            assert_int_equal(gt_reader_read(&varied, &number, 1, &to_b), GT_OK);
            changed[augments] += memcmp(a, b, sizeof a) != 0;
        }
    assert_int_equal(changed[0], 0);
    assert_true(changed[1] > 15 && changed[1] < 45);
    gt_reader_close(&plain);
    gt_reader_close(&varied);
    gt_source_close(source);
}

/* Of the same sample of a file, whose number is the same in each epoch. */
static void epochs_vary_a_sample_apart(void **state)
{
    (void)state;
    const gt_shape s = {6, 5, 1};
    int same = 0;
    for (uint64_t epoch = 0; epoch < 40; epoch++) {
        gt_real x[MOST], y[MOST], z[MOST];
        apply("hflip crop", 2, s, epoch, 11, x);
        apply("hflip crop", 2, s, epoch, 11, y);
        apply("hflip crop", 2, s, epoch + 1, 11, z);
        assert_memory_equal(x, y, gt_shape_size(s) * sizeof *x);
        same += !memcmp(x, z, gt_shape_size(s) * sizeof *x);
    }
    assert_true(same < 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_are_those_that_keep_the_shape),
        cmocka_unit_test(turns_are_no_mirrors),
        cmocka_unit_test(flips_mirror_half_of_the_samples),
        cmocka_unit_test(crops_move_by_all_distances_and_repeat_the_edge),
        cmocka_unit_test(all_turns_occur),
        cmocka_unit_test(a_quarter_turn_of_an_image_is_one),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(batches_are_the_same_on_any_number_of_ranks),
        cmocka_unit_test(only_training_batches_are_varied),
        cmocka_unit_test(epochs_vary_a_sample_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
