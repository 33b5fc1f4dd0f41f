/* A checkpoint that is not what was written is never taken for good, wherever
 * the damage lies, and a run falls back to the newest one that is. */
#include "scratch.h"

#include "run/checkpoint_choose.h"
#include "run/checkpoint_list.h"
#include "store/h5file.h"
#include "tasks/state.h"

#include <fcntl.h>
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

/* All of a file is read before it is believed. */
static gt_status check(const char *path)
{
    gt_checkpoint c;
    gt_status status = gt_checkpoint_open(&c, path);
    gt_checkpoint_close(&c);
    return status;
}

/* In the library's tables, attributes, texts, numbers and the digest itself. */
static void one_flipped_bit_anywhere_is_noticed(void **state)
{
    (void)state;
    size_t size;
    assert_ok(check(save("a.h5")));
    uint8_t *bytes = load_bytes("a.h5", &size);
    for (size_t i = 0; i < size; i += i < 256 ? 1 : 11) {
        uint8_t bit = (uint8_t)(1 << (i % 8));
        bytes[i] ^= bit;
        store_bytes("bad.h5", bytes, size);
        if (check(in_scratch("bad.h5")) != GT_ERR_FORMAT)
            fail_msg("bit %zu of byte %zu: %s", i % 8, i, gt_message());
        assert_says(in_scratch("bad.h5"));
        bytes[i] ^= bit;
    }
    store_bytes("good.h5", bytes, size);
    assert_ok(check(in_scratch("good.h5")));
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
            assert_fails(check(in_scratch("bad.h5")), GT_ERR_FORMAT,
                         in_scratch("bad.h5"));
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
    assert_ok(check(in_scratch("a.h5")));
    const float known[3] = {(float)sin(1), (float)sin(2), (float)sin(3)};
    while (memcmp(bytes + at, known, sizeof known) != 0)
        assert_true(++at + sizeof known <= size);
    bytes[at] ^= 1;
    store_bytes("bad.h5", bytes, size);
    free(bytes);
    assert_fails(check(in_scratch("bad.h5")), GT_ERR_FORMAT,
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

static void assert_chosen(const char *expected)
{
    gt_checkpoint c;
    gt_h5 *file;
    char path[GT_PATH];
    assert_ok(gt_checkpoint_choose(&c, scratch));
    assert_string_equal(c.path, in_scratch(expected));
    assert_non_null(c.file);
    gt_checkpoint_close(&c);
    assert_ok(gt_checkpoint_choose_file(&file, scratch, path));
    assert_string_equal(path, in_scratch(expected));
    gt_h5_close(file);
}

static void the_newest_good_checkpoint_is_chosen(void **state)
{
    (void)state;
    gt_checkpoint c;
    make_damaged_run("3");
    assert_chosen("checkpoints/step-00000002.h5");
    assert_fails(
        gt_checkpoint_choose(&c, in_scratch("checkpoints/step-00000003.h5")),
        GT_ERR_FORMAT, in_scratch("checkpoints/step-00000003.h5"));
    remove_tree(in_scratch("checkpoints"));
    make_damaged_run("2");
    assert_chosen("checkpoints/step-00000003.h5");
    remove_tree(in_scratch("checkpoints"));
    make_damaged_run("23");
    assert_chosen("checkpoints/step-00000001.h5");
    remove_tree(in_scratch("checkpoints"));
    make_damaged_run("123");
    assert_fails(gt_checkpoint_choose(&c, scratch), GT_ERR_FORMAT,
                 "no good checkpoint");
    assert_says(in_scratch("checkpoints/step-00000001.h5"));
}

static void checkpoints_beyond_a_step_are_set_aside(void **state)
{
    (void)state;
    make_damaged_run("");
    assert_ok(gt_checkpoint_set_aside(scratch, 3));
    assert_chosen("checkpoints/step-00000003.h5");
    assert_ok(gt_checkpoint_set_aside(scratch, 1));
    assert_chosen("checkpoints/step-00000001.h5");
    assert_true(exists("checkpoints/step-00000002.h5.old"));
    assert_true(exists("checkpoints/step-00000003.h5.old"));
    assert_ok(gt_checkpoint_prune(scratch, 1));
    assert_int_equal(names_in("checkpoints"), 3);
}

/* Chosen while somebody else may have trained there. */
static void a_choice_is_confirmed_while_it_is_there_and_the_newest(void **state)
{
    (void)state;
    gt_checkpoint two;
    make_damaged_run("3");
    assert_ok(gt_checkpoint_choose(&two, scratch));
    assert_ok(gt_checkpoint_confirm(scratch, &two, true));
    assert_ok(gt_checkpoint_confirm(scratch, &two, false));
    save_step("checkpoints/step-00000003.h5", 3);
    assert_fails(gt_checkpoint_confirm(scratch, &two, true), GT_ERR_STALE,
                 "step-00000003.h5 was written meanwhile");
    assert_ok(gt_checkpoint_confirm(scratch, &two, false));
    assert_int_equal(unlink(two.path), 0);
    assert_fails(gt_checkpoint_confirm(scratch, &two, false), GT_ERR_STALE,
                 "step-00000002.h5 was removed meanwhile");
    gt_checkpoint_close(&two);
}

/* Somebody's copy under the name of a later step is no reason to look again. */
static void a_checkpoint_under_another_step_s_name_is_passed_over(void **state)
{
    (void)state;
    gt_checkpoint two;
    make_damaged_run("3");
    save_step("checkpoints/step-00000003.h5", 2);
    assert_chosen("checkpoints/step-00000002.h5");
    assert_ok(gt_checkpoint_choose(&two, scratch));
    assert_ok(gt_checkpoint_confirm(scratch, &two, true));
    gt_checkpoint_close(&two);
    assert_ok(
        gt_checkpoint_choose(&two, in_scratch("checkpoints/step-00000003.h5")));
    gt_checkpoint_close(&two);
}

/* In place of the system's: whoever trains there removes a checkpoint at the
 * moment at which it is opened, as there is a newer one. */
static const char *removed_at_open, *newer_then;

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    if (removed_at_open && !strcmp(path, in_scratch(removed_at_open))) {
        unlink(path);
        removed_at_open = NULL;
        if (newer_then)
            save_step(newer_then, 4);
    }
    return openat(AT_FDCWD, path, flags, mode);
}

static void
a_checkpoint_that_is_removed_meanwhile_is_looked_for_again(void **state)
{
    (void)state;
    make_damaged_run("");
    removed_at_open = "checkpoints/step-00000003.h5";
    assert_chosen("checkpoints/step-00000002.h5");
    assert_null(removed_at_open);
    removed_at_open = "checkpoints/step-00000002.h5";
    newer_then = "checkpoints/step-00000004.h5";
    assert_chosen(newer_then);
    assert_null(removed_at_open);
    newer_then = NULL;
}

/* It is there, and stays so. */
static void a_name_that_leads_nowhere_is_passed_over(void **state)
{
    (void)state;
    make_damaged_run("");
    assert_int_equal(
        symlink("nowhere", in_scratch("checkpoints/step-00000004.h5")), 0);
    assert_chosen("checkpoints/step-00000003.h5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(one_flipped_bit_anywhere_is_noticed),
        each(a_file_that_was_cut_or_padded_is_noticed),
        each(a_checkpoint_without_a_digest_is_checked_by_its_sums),
        each(the_newest_good_checkpoint_is_chosen),
        each(checkpoints_beyond_a_step_are_set_aside),
        each(a_choice_is_confirmed_while_it_is_there_and_the_newest),
        each(a_checkpoint_under_another_step_s_name_is_passed_over),
        each(a_checkpoint_that_is_removed_meanwhile_is_looked_for_again),
        each(a_name_that_leads_nowhere_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
