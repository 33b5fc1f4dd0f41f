/* A checkpoint that is not what was written is never taken for good, wherever
 * the damage lies, and a run falls back to the newest one that is. */
#include "scratch.h"

#include "run/checkpoint.h"
#include "tasks/state.h"

#include <math.h>

enum { VALUES = 48 };

/* A small checkpoint; returns its path. */
static const char *save_step(const char *name, int step)
{
    static gt_real weight[VALUES], moments[VALUES];
    static char config[] = "task: gan\n# not so short a text\n";
    for (int i = 0; i < VALUES; i++) {
        weight[i] = (gt_real)sin(i);
        moments[i] = (gt_real)cos(i);
    }
    const gt_span spans[] = {{"/g/0_dense/weight", 2, {6, 8}, VALUES, weight},
                             {"/optimizer/g/m", 1, {VALUES}, VALUES, moments}};
    const gt_checkpoint_info info = {.task = "gan",
                                     .step = (uint64_t)step,
                                     .epoch = 3.7,
                                     .seed = 5,
                                     .config = config};
    const char *path = in_scratch(name);
    assert_ok(gt_checkpoint_write(path, &info, spans, 2));
    return path;
}

static const char *save(const char *name)
{
    return save_step(name, 12);
}

/* In the library's tables, attributes, texts, numbers and the digest itself. */
static void one_flipped_bit_anywhere_is_noticed(void **state)
{
    (void)state;
    size_t size;
    assert_ok(gt_checkpoint_check(save("a.h5"), NULL));
    uint8_t *bytes = load_bytes("a.h5", &size);
    for (size_t i = 0; i < size; i += i < 256 ? 1 : 11) {
        uint8_t bit = (uint8_t)(1 << (i % 8));
        bytes[i] ^= bit;
        store_bytes("bad.h5", bytes, size);
        if (gt_checkpoint_check(in_scratch("bad.h5"), NULL) != GT_ERR_FORMAT)
            fail_msg("bit %zu of byte %zu: %s", i % 8, i, gt_message());
        assert_says(in_scratch("bad.h5"));
        bytes[i] ^= bit;
    }
    store_bytes("good.h5", bytes, size);
    assert_ok(gt_checkpoint_check(in_scratch("good.h5"), NULL));
    free(bytes);
}

static void a_file_that_was_cut_or_padded_is_noticed(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = load_bytes(save("a.h5") + strlen(scratch) + 1, &size);
    bytes = realloc(bytes, size + 8);
    assert_non_null(bytes);
    memset(bytes + size, 0, 8);
    for (size_t n = 0; n <= size + 8; n += n < size ? size / 50 : 1) {
        store_bytes("bad.h5", bytes, n);
        if (n != size)
            assert_fails(gt_checkpoint_check(in_scratch("bad.h5"), NULL),
                         GT_ERR_FORMAT, in_scratch("bad.h5"));
    }
    free(bytes);
}

/* Somebody has changed it and taken its user block away. */
static void a_checkpoint_without_a_digest_is_checked_by_its_sums(void **state)
{
    (void)state;
    size_t size, at = 0;
    uint8_t *bytes = load_bytes(save("a.h5") + strlen(scratch) + 1, &size);
    memmove(bytes, bytes + 512, size -= 512);
    store_bytes("a.h5", bytes, size);
    assert_ok(gt_checkpoint_check(in_scratch("a.h5"), NULL));
    const float known[3] = {(float)sin(1), (float)sin(2), (float)sin(3)};
    while (memcmp(bytes + at, known, sizeof known) != 0)
        assert_true(++at + sizeof known <= size);
    bytes[at] ^= 1;
    store_bytes("bad.h5", bytes, size);
    free(bytes);
    assert_fails(gt_checkpoint_check(in_scratch("bad.h5"), NULL), GT_ERR_FORMAT,
                 "/g/0_dense/weight");
}

/* A run of three checkpoints, with a flipped bit in those that are named. */
static void make_damaged_run(const char *bad)
{
    assert_int_equal(mkdir(in_scratch("checkpoints"), 0777), 0);
    for (int step = 1; step <= 3; step++) {
        char name[64];
        size_t size;
        snprintf(name, sizeof name, "checkpoints/step-%08d.h5", step);
        save_step(name, step);
        if (!strchr(bad, '0' + step))
            continue;
        uint8_t *bytes = load_bytes(name, &size);
        bytes[size / 2] ^= 4;
        store_bytes(name, bytes, size);
        free(bytes);
    }
}

static void assert_good(const char *expected)
{
    char path[GT_PATH];
    assert_ok(gt_checkpoint_find_good(scratch, path));
    assert_string_equal(path, in_scratch(expected));
}

static void the_newest_good_checkpoint_is_found(void **state)
{
    (void)state;
    char path[GT_PATH];
    make_damaged_run("3");
    assert_good("checkpoints/step-00000002.h5");
    assert_fails(gt_checkpoint_find_good(
                     in_scratch("checkpoints/step-00000003.h5"), path),
                 GT_ERR_FORMAT, in_scratch("checkpoints/step-00000003.h5"));
    remove_tree(in_scratch("checkpoints"));
    make_damaged_run("2");
    assert_good("checkpoints/step-00000003.h5");
    remove_tree(in_scratch("checkpoints"));
    make_damaged_run("23");
    assert_good("checkpoints/step-00000001.h5");
    remove_tree(in_scratch("checkpoints"));
    make_damaged_run("123");
    assert_fails(gt_checkpoint_find_good(scratch, path), GT_ERR_FORMAT,
                 "no good checkpoint");
    assert_says(in_scratch("checkpoints/step-00000001.h5"));
}

static void checkpoints_beyond_a_step_are_set_aside(void **state)
{
    (void)state;
    make_damaged_run("");
    assert_ok(gt_checkpoint_set_aside(scratch, 3));
    assert_good("checkpoints/step-00000003.h5");
    assert_ok(gt_checkpoint_set_aside(scratch, 1));
    assert_good("checkpoints/step-00000001.h5");
    assert_true(exists("checkpoints/step-00000002.h5.old"));
    assert_true(exists("checkpoints/step-00000003.h5.old"));
    assert_ok(gt_checkpoint_prune(scratch, 1));
    assert_int_equal(names_in("checkpoints"), 3);
}

/* Chosen while somebody else may have trained there. */
static void a_choice_is_confirmed_while_it_is_there_and_the_newest(void **state)
{
    (void)state;
    char two[GT_PATH];
    make_damaged_run("3");
    gt_checkpoint_path(scratch, 2, two);
    assert_ok(gt_checkpoint_confirm(scratch, 2, two, true));
    assert_ok(gt_checkpoint_confirm(scratch, 2, two, false));
    save_step("checkpoints/step-00000003.h5", 3);
    assert_fails(gt_checkpoint_confirm(scratch, 2, two, true), GT_ERR_STALE,
                 "step-00000003.h5 was written meanwhile");
    assert_ok(gt_checkpoint_confirm(scratch, 2, two, false));
    assert_int_equal(unlink(two), 0);
    assert_fails(gt_checkpoint_confirm(scratch, 2, two, false), GT_ERR_STALE,
                 "step-00000002.h5 was removed meanwhile");
}

/* Somebody's copy under the name of a later step is no reason to look again. */
static void a_checkpoint_under_another_step_s_name_is_passed_over(void **state)
{
    (void)state;
    char two[GT_PATH], path[GT_PATH];
    make_damaged_run("3");
    gt_checkpoint_path(scratch, 2, two);
    save_step("checkpoints/step-00000003.h5", 2);
    assert_good("checkpoints/step-00000002.h5");
    assert_ok(gt_checkpoint_confirm(scratch, 2, two, true));
    assert_ok(gt_checkpoint_find_good(
        in_scratch("checkpoints/step-00000003.h5"), path));
}

static void a_file_that_went_away_is_told_from_a_bad_one(void **state)
{
    (void)state;
    char path[GT_PATH];
    make_damaged_run("1");
    gt_checkpoint_path(scratch, 1, path);
    assert_fails(gt_checkpoint_missed(path, gt_checkpoint_check(path, NULL)),
                 GT_ERR_FORMAT, "is damaged");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(
        gt_checkpoint_missed(path, gt_checkpoint_check(path, NULL)),
        GT_ERR_STALE);
    /* A name that leads nowhere is there, and stays so. */
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(
        gt_checkpoint_missed(path, gt_checkpoint_check(path, NULL)), GT_ERR_IO);
    assert_int_equal(
        symlink("nowhere", in_scratch("checkpoints/step-00000004.h5")), 0);
    assert_good("checkpoints/step-00000003.h5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(one_flipped_bit_anywhere_is_noticed),
        each(a_file_that_was_cut_or_padded_is_noticed),
        each(a_checkpoint_without_a_digest_is_checked_by_its_sums),
        each(the_newest_good_checkpoint_is_found),
        each(checkpoints_beyond_a_step_are_set_aside),
        each(a_choice_is_confirmed_while_it_is_there_and_the_newest),
        each(a_checkpoint_under_another_step_s_name_is_passed_over),
        each(a_file_that_went_away_is_told_from_a_bad_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
