/* checkpoints/best.h5 when a run is taken: it is of the step that the run knows
 * as its best, or not there. */
#include "scratch.h"

#include "run/best_file.h"
#include "run/checkpoint_list.h"
#include "run/run.h"
#include "tasks/state.h"

static void save_at(const char *path, int step)
{
    gt_real weight[4] = {(gt_real)step, 2, 3, 4};
    const gt_span span = {"/g/0_dense/weight", 1, {4}, 4, weight};
    const gt_checkpoint_info info = {
        .task = "gan", .step = (uint64_t)step, .config = (char *)"task: gan\n"};
    assert_ok(gt_checkpoint_write(path, &info, &span, 1));
}

static void save(int step)
{
    char path[GT_PATH];
    gt_checkpoint_path(scratch, (uint64_t)step, path);
    save_at(path, step);
}

/* The step that a file says; 0: it is not there. */
static int step_in(const char *name)
{
    gt_checkpoint c;
    if (!exists(name))
        return 0;
    assert_ok(gt_checkpoint_open(&c, in_scratch(name)));
    int step = (int)c.info.step;
    gt_checkpoint_close(&c);
    return step;
}

/* Likewise; -1: it is damaged. */
static int step_in_or_torn(const char *name)
{
    gt_checkpoint c;
    if (!exists(name))
        return 0;
    if (gt_checkpoint_open(&c, in_scratch(name)) != GT_OK)
        return -1;
    gt_checkpoint_close(&c);
    return step_in(name);
}

#define BEST "checkpoints/best.h5"
#define ASIDE BEST ".old"

/* A run with checkpoints of steps 2 and 4, of which 2 was the best. */
static int make_run(void **state)
{
    if (make_scratch(state))
        return -1;
    assert_int_equal(mkdir(in_scratch("checkpoints"), 0777), 0);
    save(2);
    save(4);
    save_at(in_scratch(BEST), 2);
    return 0;
}

#define with_run(test)                                                         \
    cmocka_unit_test_setup_teardown(test, make_run, remove_scratch)

/* Settle where the run knows of `known`; returns whether that is lost. */
static bool settle(int step, int known)
{
    gt_best_file best = {.kept = true, .step = (uint64_t)known};
    bool settled;
    assert_ok(gt_best_file_look(scratch, (uint64_t)step, &best, &settled));
    assert_int_equal(settled, step_in_or_torn(BEST) == known);
    assert_ok(gt_best_file_settle(scratch, (uint64_t)step, &best));
    return best.lost;
}

static void what_is_known_stays(void **state)
{
    (void)state;
    assert_false(settle(4, 2));
    assert_int_equal(step_in(BEST), 2);
    assert_int_equal(names_in("checkpoints"), 3);
}

/* The process died after it had written the checkpoint of step 4. */
static void a_best_one_that_was_not_written_is_copied(void **state)
{
    (void)state;
    assert_false(settle(4, 4));
    assert_int_equal(step_in(BEST), 4);
    assert_int_equal(step_in(ASIDE), 2);
}

static void one_beyond_the_step_is_set_aside(void **state)
{
    (void)state;
    save_at(in_scratch(BEST), 4);
    assert_false(settle(3, 2));
    assert_int_equal(step_in(BEST), 2);
    assert_int_equal(step_in(ASIDE), 4);
}

static void one_that_nobody_knows_is_set_aside(void **state)
{
    (void)state;
    assert_false(settle(4, 0));
    assert_false(exists(BEST));
    assert_int_equal(step_in(ASIDE), 2);
}

static void a_best_one_that_is_there_no_more_is_lost(void **state)
{
    (void)state;
    assert_true(settle(4, 3));
    assert_false(exists(BEST));
    assert_int_equal(step_in(ASIDE), 2);
}

static void a_checkpoint_under_anothers_name_is_not_copied(void **state)
{
    (void)state;
    char path[GT_PATH];
    gt_checkpoint_path(scratch, 3, path);
    save_at(path, 1);
    assert_true(settle(4, 3));
    assert_false(exists(BEST));
}

static void a_damaged_one_is_set_aside_and_copied_again(void **state)
{
    (void)state;
    store_text(BEST, "torn");
    assert_false(settle(4, 2));
    assert_int_equal(step_in(BEST), 2);
    assert_text(ASIDE, "torn");
}

/* Nothing is asked for now: it stays, but for one of a step that is undone. */
static void where_none_is_kept_only_later_ones_go(void **state)
{
    (void)state;
    gt_best_file none = {0};
    assert_ok(gt_best_file_settle(scratch, 4, &none));
    assert_int_equal(step_in(BEST), 2);
    assert_ok(gt_best_file_settle(scratch, 1, &none));
    assert_false(exists(BEST));
    assert_int_equal(step_in(ASIDE), 2);
}

static void pruning_leaves_it(void **state)
{
    (void)state;
    assert_ok(gt_checkpoint_prune(scratch, 1));
    assert_int_equal(step_in("checkpoints/step-00000002.h5"), 0);
    assert_int_equal(step_in(BEST), 2);
}

/* A run that goes on from best.h5 itself, whose step has no other file, has one
 * to go on from again. */
static gt_status take(gt_run *run, void *context)
{
    (void)context;
    run->best = (gt_best_file){.kept = true, .step = run->resumed.info.step};
    return gt_run_take(run, "task: gan\n");
}

static void a_run_can_go_on_from_it(void **state)
{
    (void)state;
    gt_comm comm = gt_comm_solo();
    save_at(in_scratch(BEST), 3);
    assert_ok(gt_run_resume(&comm, in_scratch(BEST), take, NULL));
    assert_int_equal(step_in(BEST), 3);
    assert_int_equal(step_in("checkpoints/step-00000003.h5"), 3);
    assert_false(exists("checkpoints/step-00000004.h5"));
    assert_false(exists(ASIDE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_run(what_is_known_stays),
        with_run(a_best_one_that_was_not_written_is_copied),
        with_run(one_beyond_the_step_is_set_aside),
        with_run(one_that_nobody_knows_is_set_aside),
        with_run(a_best_one_that_is_there_no_more_is_lost),
        with_run(a_checkpoint_under_anothers_name_is_not_copied),
        with_run(a_damaged_one_is_set_aside_and_copied_again),
        with_run(where_none_is_kept_only_later_ones_go),
        with_run(pruning_leaves_it),
        with_run(a_run_can_go_on_from_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
