/* Fences: the newest one holds, and of several at once one. Whoever has lost a
 * run's directory finds out, but not whoever merely cannot look into it. */
#include "scratch.h"

#include "run/fence.h"

#include <sys/wait.h>

static void the_newest_fence_holds(void **state)
{
    (void)state;
    gt_fence a = {0}, b = {0}, c = {0};
    assert_ok(gt_fence_check(&a));
    assert_ok(gt_fence_take(&a, scratch, true));
    assert_ok(gt_fence_check(&a));
    assert_ok(gt_fence_take(&b, scratch, false));
    assert_ok(gt_fence_take(&c, scratch, false));
    assert_fails(gt_fence_check(&a), GT_ERR_IO, "another gentrain has resumed");
    assert_fails(gt_fence_check(&b), GT_ERR_IO, scratch);
    assert_ok(gt_fence_check(&c));
    assert_true(exists("fence.3"));
    assert_int_equal(names_in(""), 1);
}

static void a_new_run_cannot_be_taken_twice(void **state)
{
    (void)state;
    gt_fence a = {0}, b = {0};
    assert_ok(gt_fence_take(&a, scratch, true));
    assert_fails(gt_fence_take(&b, scratch, true), GT_ERR_IO,
                 "another gentrain has just started");
    assert_says(scratch);
    assert_ok(gt_fence_check(&a));
    assert_int_equal(names_in(""), 1);
}

/* A directory that was removed and made again by somebody else. */
static void the_same_number_of_another_process_is_not_ours(void **state)
{
    (void)state;
    gt_fence a = {0}, b = {0};
    assert_ok(gt_fence_take(&a, scratch, true));
    assert_int_equal(unlink(in_scratch("fence.1")), 0);
    assert_ok(gt_fence_take(&b, scratch, true));
    assert_fails(gt_fence_check(&a), GT_ERR_IO, "another gentrain");
    assert_ok(gt_fence_check(&b));
}

static void a_directory_that_went_away_stays_ours(void **state)
{
    (void)state;
    gt_fence a = {0};
    char run[128];
    snprintf(run, sizeof run, "%s/run", scratch);
    assert_int_equal(mkdir(run, 0777), 0);
    assert_ok(gt_fence_take(&a, run, true));
    assert_int_equal(rename(run, in_scratch("moved")), 0);
    assert_ok(gt_fence_check(&a));
    assert_int_equal(rename(in_scratch("moved"), run), 0);
    assert_ok(gt_fence_check(&a));
    assert_int_equal(unlink(in_scratch("run/fence.1")), 0);
    assert_ok(gt_fence_check(&a));
}

static void files_of_other_names_are_no_fences(void **state)
{
    (void)state;
    static const char *const names[] = {"fence.", "fence.7x", "fence.07",
                                        "fence.-9", "fence.h5"};
    gt_fence a = {0};
    for (int i = 0; i < 5; i++)
        store_text(names[i], "");
    assert_ok(gt_fence_take(&a, scratch, false));
    assert_true(exists("fence.1"));
    assert_int_equal(names_in(""), 6);
}

static void numbers_go_on_from_those_of_an_older_version(void **state)
{
    (void)state;
    gt_fence a = {0}, b = {0};
    store_text("generation.5", "an older version");
    assert_ok(gt_fence_take(&a, scratch, false));
    /* A job of that version stops when it finds another number and not its
     * own. */
    assert_true(exists("fence.6") && exists("generation.6"));
    assert_int_equal(names_in(""), 2);
    assert_ok(gt_fence_check(&a));
    assert_ok(gt_fence_take(&b, scratch, false));
    assert_true(exists("fence.7") && exists("generation.7"));
    assert_int_equal(names_in(""), 2);
    assert_fails(gt_fence_check(&a), GT_ERR_IO, "another gentrain");
    assert_ok(gt_fence_check(&b));
}

static void an_older_version_that_takes_the_run_is_noticed(void **state)
{
    (void)state;
    gt_fence a = {0};
    store_text("generation.5", "an older version");
    assert_ok(gt_fence_take(&a, scratch, false));
    store_text("generation.7", "it goes on");
    assert_int_equal(unlink(in_scratch("generation.6")), 0);
    assert_fails(gt_fence_check(&a), GT_ERR_IO, "another gentrain");
    assert_false(exists("fence.6"));
    assert_true(exists("generation.7"));
}

/* Processes that wait for each other and then take the run all at once; in the
 * end `left` files are there. */
static void take_at_once(bool fresh, int left)
{
    enum { MANY = 8 };
    int gate[2], done[2], winners = 0;
    assert_int_equal(pipe(gate) | pipe(done), 0);
    for (int i = 0; i < MANY; i++) {
        if (fork() > 0)
            continue;
        char c;
        gt_fence mine = {0};
        close(gate[1]);
        if (read(gate[0], &c, 1) < 0)
            _exit(2);
        bool took = gt_fence_take(&mine, scratch, fresh) == GT_OK;
        close(done[1]);
        if (read(done[0], &c, 1) < 0) /* until all have tried */
            _exit(2);
        _exit(took && gt_fence_check(&mine) == GT_OK ? 1 : 0);
    }
    close(gate[1]);
    close(done[1]);
    for (int i = 0; i < MANY; i++) {
        int code;
        assert_true(wait(&code) > 0);
        assert_true(WIFEXITED(code) && WEXITSTATUS(code) < 2);
        winners += WEXITSTATUS(code);
    }
    close(gate[0]);
    close(done[0]);
    assert_int_equal(winners, 1);
    assert_int_equal(names_in(""), left);
}

/* However it goes, in the end the directory is one's, and only that one
 * believes so. */
static void of_many_at_once_one_is_left(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++)
        take_at_once(round == 0, 1);
}

static void of_many_at_once_one_is_left_where_an_older_version_was(void **state)
{
    (void)state;
    store_text("generation.5", "an older version");
    for (int round = 0; round < 20; round++)
        take_at_once(false, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(the_newest_fence_holds),
        each(a_new_run_cannot_be_taken_twice),
        each(the_same_number_of_another_process_is_not_ours),
        each(a_directory_that_went_away_stays_ours),
        each(files_of_other_names_are_no_fences),
        each(numbers_go_on_from_those_of_an_older_version),
        each(an_older_version_that_takes_the_run_is_noticed),
        each(of_many_at_once_one_is_left),
        each(of_many_at_once_one_is_left_where_an_older_version_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
