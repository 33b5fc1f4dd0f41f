/* Who started this process, and processes that end with their launcher. */
#include "comm/launcher.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const variables[] = {
    "GENTRAIN_ALONE",
    "OMPI_COMM_WORLD_SIZE",
    "OMPI_COMM_WORLD_RANK",
    "PMI_SIZE",
    "PMI_RANK",
    "PMIX_RANK",
    "SLURM_PROCID",
    "SLURM_STEP_NUM_TASKS",
    "SLURM_JOB_ID",
};

/* Only these variables, "NAME=VALUE NAME=VALUE", and nobody else's. */
static gt_launcher find(const char *environment)
{
    char text[200];
    gt_launcher launcher;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    snprintf(text, sizeof text, "%s", environment);
    for (char *at, *word = strtok_r(text, " ", &at); word;
         word = strtok_r(NULL, " ", &at)) {
        char *equals = strchr(word, '=');
        *equals = '\0';
        setenv(word, equals + 1, 1);
    }
    assert_int_equal(gt_launcher_find(&launcher), GT_OK);
    return launcher;
}

static void assert_found(const char *environment, int size, int rank,
                         const char *seen)
{
    gt_launcher l = find(environment);
    assert_int_equal(l.size, size);
    assert_int_equal(l.rank, rank);
    assert_string_equal(l.seen, seen);
}

static void a_launcher_is_found_by_its_marks(void **state)
{
    (void)state;
    assert_found("", 1, 0, "");
    assert_found("PMI_SIZE=4 PMI_RANK=3", 4, 3, "PMI_SIZE=4");
    assert_found("SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1", 2, 1,
                 "SLURM_STEP_NUM_TASKS=2");
    assert_found("PMIX_RANK=2", 3, 2, "PMIX_RANK=2");
    assert_found("SLURM_PROCID=3", 1, 0, "");
}

static void the_innermost_launcher_counts(void **state)
{
    (void)state;
    /* mpirun starts its daemons by srun */
    assert_found("SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1 PMIX_RANK=0 "
                 "OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0",
                 1, 0, "OMPI_COMM_WORLD_SIZE=1");
    /* srun --mpi=pmix */
    assert_found("SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=1 PMIX_RANK=1", 4, 1,
                 "SLURM_STEP_NUM_TASKS=4");
}

static gt_status check(const gt_launcher *l, int size)
{
    return gt_launcher_check(l, size, "Foo MPI 1", "foorun");
}

static void more_processes_than_mpi_sees_are_refused(void **state)
{
    (void)state;
    gt_launcher two = find("PMI_SIZE=2 PMI_RANK=0");
    assert_int_equal(check(&two, 2), GT_OK);
    assert_int_equal(check(&two, 1), GT_ERR_USAGE);
    assert_non_null(strstr(gt_message(), "2 processes (PMI_SIZE=2)"));
    assert_non_null(strstr(gt_message(), "with Foo MPI 1; start its ranks by "
                                         "foorun"));
    gt_launcher one = find("PMI_SIZE=1 PMI_RANK=0");
    assert_int_equal(check(&one, 1), GT_OK);
    gt_launcher alone = find("PMI_SIZE=2 PMI_RANK=0 GENTRAIN_ALONE=1");
    assert_int_equal(check(&alone, 1), GT_OK);
}

static void marks_are_hidden_from_who_is_alone(void **state)
{
    (void)state;
    gt_launcher l = find("PMI_SIZE=2 SLURM_JOB_ID=1 GENTRAIN_ALONE=1");
    setenv("OMPI_MCA_btl", "self", 1);
    gt_launcher_hide(&l, false);
    assert_null(getenv("PMI_SIZE"));
    assert_null(getenv("SLURM_JOB_ID"));
    assert_non_null(getenv("OMPI_MCA_btl"));
    l = find("PMI_SIZE=2 SLURM_JOB_ID=1");
    gt_launcher_hide(&l, true);
    assert_non_null(getenv("PMI_SIZE"));
    assert_non_null(getenv("SLURM_JOB_ID"));
}

static void marks_of_one_process_are_hidden_from_who_misses_them(void **state)
{
    (void)state;
    gt_launcher l = find("PMI_SIZE=1 PMI_RANK=0 SLURM_STEP_NUM_TASKS=1");
    gt_launcher_hide(&l, false);
    assert_non_null(getenv("PMI_SIZE"));
    gt_launcher_hide(&l, true);
    assert_null(getenv("PMI_SIZE"));
    assert_null(getenv("SLURM_STEP_NUM_TASKS"));
}

static void what_open_mpi_looks_for_is_known(void **state)
{
    (void)state;
    assert_false(find("PMI_SIZE=2 SLURM_STEP_NUM_TASKS=2").for_open_mpi);
    assert_true(find("PMIX_RANK=0 SLURM_STEP_NUM_TASKS=2").for_open_mpi);
    assert_true(find("OMPI_COMM_WORLD_SIZE=2").for_open_mpi);
}

#ifdef __linux__

/* Between a test, a "launcher" that it starts and the "rank" of that one. The
 * rank writes 'r' when it is ready, and 'a' when it was asked and is alive. */
static int answers[2], questions[2];

static _Noreturn void be_rank(void)
{
    gt_launcher launcher;
    gt_launcher_find(&launcher);
    gt_launcher_follow(&launcher);
    char word = 'r';
    close(questions[1]);
    if (write(answers[1], &word, 1) == 1 && read(questions[0], &word, 1) == 1 &&
        write(answers[1], "a", 1) != 1)
        _exit(1);
    _exit(0);
}

static void *start_rank(void *unused)
{
    (void)unused;
    if (fork() == 0)
        be_rank();
    return NULL;
}

/* A launcher that dies when its rank is ready, or whose thread has ended that
 * started the rank; then what the rank says, which is nothing if it ends. */
static char answer_of_rank(const char *environment, bool launcher_dies)
{
    find(environment);
    assert_int_equal(pipe(answers), 0);
    assert_int_equal(pipe(questions), 0);
    pid_t launcher = fork();
    if (launcher == 0) {
        pthread_t thread;
        close(answers[0]);
        close(questions[1]);
        pthread_create(&thread, NULL, start_rank, NULL);
        pthread_join(thread, NULL);
        close(answers[1]);
        pause();
        _exit(0);
    }
    char word = '-';
    close(answers[1]);
    close(questions[0]);
    assert_int_equal(read(answers[0], &word, 1), 1);
    assert_int_equal(word, 'r');
    if (launcher_dies) {
        kill(launcher, SIGKILL);
        waitpid(launcher, NULL, 0);
    }
    usleep(100000);
    signal(SIGPIPE, SIG_IGN);
    word = '-';
    if (write(questions[1], "?", 1) == 1 && read(answers[0], &word, 1) != 1)
        word = '-';
    kill(launcher, SIGKILL);
    if (!launcher_dies)
        waitpid(launcher, NULL, 0);
    close(answers[0]);
    close(questions[1]);
    return word;
}

static void a_rank_ends_with_its_launcher(void **state)
{
    (void)state;
    assert_int_equal(answer_of_rank("PMI_SIZE=2 PMI_RANK=1", true), '-');
}

static void a_rank_outlives_a_thread_of_its_launcher(void **state)
{
    (void)state;
    assert_int_equal(answer_of_rank("PMI_SIZE=2 PMI_RANK=1", false), 'a');
}

static void a_lone_process_outlives_its_shell(void **state)
{
    (void)state;
    assert_int_equal(answer_of_rank("", true), 'a');
    assert_int_equal(answer_of_rank("SLURM_PROCID=0 SLURM_JOB_ID=4", true),
                     'a');
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_launcher_is_found_by_its_marks),
        cmocka_unit_test(the_innermost_launcher_counts),
        cmocka_unit_test(more_processes_than_mpi_sees_are_refused),
        cmocka_unit_test(marks_are_hidden_from_who_is_alone),
        cmocka_unit_test(marks_of_one_process_are_hidden_from_who_misses_them),
        cmocka_unit_test(what_open_mpi_looks_for_is_known),
#ifdef __linux__
        cmocka_unit_test(a_rank_ends_with_its_launcher),
        cmocka_unit_test(a_rank_outlives_a_thread_of_its_launcher),
        cmocka_unit_test(a_lone_process_outlives_its_shell),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
