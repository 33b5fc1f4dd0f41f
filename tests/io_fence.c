/* Claims: the newest one holds, of two at once one, and whoever lost a run's
 * directory is told so, but not whoever merely cannot look into it. */
#include "scratch.h"

#include "run/fence.h"

#include <sys/wait.h>

static void the_newest_claim_holds(void **state)
{
    (void)state;
    gt_fence a = {0}, b = {0}, c = {0};
    assert_ok(gt_fence_check(&a));
    assert_ok(gt_fence_take(&a, scratch, true));
    assert_ok(gt_fence_check(&a));
    assert_ok(gt_fence_take(&b, scratch, false));
    assert_ok(gt_fence_take(&c, scratch, false));
    assert_fails(gt_fence_check(&a), GT_ERR_IO, "another gentrain has gone on");
    assert_fails(gt_fence_check(&b), GT_ERR_IO, scratch);
    assert_ok(gt_fence_check(&c));
    assert_true(exists("generation.3"));
    assert_int_equal(names_in(""), 1);
}

static void a_new_run_cannot_be_claimed_twice(void **state)
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
    assert_int_equal(unlink(in_scratch("generation.1")), 0);
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
    assert_int_equal(unlink(in_scratch("run/generation.1")), 0);
    assert_ok(gt_fence_check(&a));
}

static void files_of_other_names_are_no_claims(void **state)
{
    (void)state;
    static const char *const names[] = {"generation.", "generation.7x",
                                        "generation.07", "generation.-9",
                                        "generation.h5"};
    gt_fence a = {0};
    for (int i = 0; i < 5; i++)
        store_text(names[i], "");
    assert_ok(gt_fence_take(&a, scratch, false));
    assert_true(exists("generation.1"));
    assert_int_equal(names_in(""), 6);
}

/* Processes that wait for each other and then claim all at once: however it
 * goes, in the end the directory is one's, and only that one believes so. */
static void of_many_at_once_one_is_left(void **state)
{
    (void)state;
    enum { MANY = 8, ROUNDS = 20 };
    for (int round = 0; round < ROUNDS; round++) {
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
            bool took = gt_fence_take(&mine, scratch, round == 0) == GT_OK;
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
        assert_int_equal(names_in(""), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(the_newest_claim_holds),
        each(a_new_run_cannot_be_claimed_twice),
        each(the_same_number_of_another_process_is_not_ours),
        each(a_directory_that_went_away_stays_ours),
        each(files_of_other_names_are_no_claims),
        each(of_many_at_once_one_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
