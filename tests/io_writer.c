/* The writer's promises: what was submitted is written, in that order, also
 * when something before it failed or the writer is closed at once; a write's
 * buffers are left alone until it is reserved again; the first failure is
 * returned to whoever asks; and the training loop keeps its signals and its
 * priority.
 *
 * ctest: threads */
#include "scratch.h"

#include "run/checkpoint.h"
#include "run/checkpoint_list.h"
#include "run/writer.h"
#include "store/files.h"
#include "store/h5file.h"
#include "tasks/state.h"

#include <pthread.h>
#include <semaphore.h>

static gt_writer *writer;

static int open_writer(void **state)
{
    return make_scratch(state) || gt_writer_open(&writer) != GT_OK;
}

static int close_writer(void **state)
{
    gt_writer_close(writer);
    writer = NULL;
    return remove_scratch(state);
}

#define with_writer(test)                                                      \
    cmocka_unit_test_setup_teardown(test, open_writer, close_writer)

/* What a test's writes did, one letter each. */
typedef struct diary {
    char text[64];
    size_t used;
} diary;

typedef struct job {
    gt_write_job write;
    diary *diary;
    char letter;
    gt_status result;
    sem_t *gate; /* waited for before the end; NULL: none */
} job;

static gt_status run_job(void *context)
{
    job *j = context;
    if (j->gate)
        while (sem_wait(j->gate) != 0)
            ;
    j->diary->text[j->diary->used++] = j->letter;
    return j->result == GT_OK ? GT_OK
                              : gt_fail(j->result, "job %c broke", j->letter);
}

static void init_job(job *j, diary *d, char letter)
{
    *j = (job){.diary = d, .letter = letter};
    j->write = (gt_write_job){.run = run_job, .context = j};
}

/* If submitting waited for the gate, this would hang. */
static void writes_run_in_the_order_of_submission(void **state)
{
    (void)state;
    diary d = {0};
    job jobs[5];
    sem_t gate;
    sem_init(&gate, 0, 0);
    for (int i = 0; i < 5; i++) {
        init_job(&jobs[i], &d, (char)('a' + i));
        jobs[i].gate = i == 0 ? &gate : NULL;
        assert_ok(gt_writer_reserve(writer, &jobs[i].write));
        gt_writer_submit(writer, &jobs[i].write);
    }
    sem_post(&gate);
    assert_ok(gt_writer_drain(writer));
    assert_string_equal(d.text, "abcde");
    sem_destroy(&gate);
}

static gt_status dawdle(void *context)
{
    usleep(30000);
    *(bool *)context = true;
    return GT_OK;
}

static void claiming_waits_until_the_write_is_done(void **state)
{
    (void)state;
    bool done = false;
    gt_write_job write = {.run = dawdle, .context = &done};
    for (int i = 0; i < 3; i++) {
        done = false;
        gt_writer_submit(writer, &write);
        assert_ok(gt_writer_reserve(writer, &write));
        assert_true(done);
    }
}

/* One kind of file may be slow without keeping another from being prepared. */
static void claiming_does_not_wait_for_other_writes(void **state)
{
    (void)state;
    diary d = {0};
    job slow, other;
    sem_t gate;
    sem_init(&gate, 0, 0);
    init_job(&slow, &d, 's');
    init_job(&other, &d, 'o');
    slow.gate = &gate;
    gt_writer_submit(writer, &slow.write);
    assert_ok(gt_writer_reserve(writer, &other.write));
    assert_int_equal(d.used, 0);
    sem_post(&gate);
    assert_ok(gt_writer_drain(writer));
    sem_destroy(&gate);
}

static void the_first_failure_is_told_with_its_message(void **state)
{
    (void)state;
    diary d = {0};
    job good, bad, worse;
    init_job(&good, &d, 'g');
    init_job(&bad, &d, 'b');
    init_job(&worse, &d, 'w');
    bad.result = GT_ERR_NUMERIC;
    worse.result = GT_ERR_IO;
    assert_false(gt_writer_failed(writer));
    gt_writer_submit(writer, &bad.write);
    gt_writer_submit(writer, &worse.write);
    gt_writer_submit(writer, &good.write);
    assert_fails(gt_writer_drain(writer), GT_ERR_NUMERIC, "job b broke");
    assert_true(gt_writer_failed(writer));
    gt_fail(GT_ERR_USAGE, "something else");
    assert_fails(gt_writer_reserve(writer, &good.write), GT_ERR_NUMERIC,
                 "job b broke");
    assert_string_equal(d.text, "bwg");
}

static void a_writer_without_failures_leaves_the_message_alone(void **state)
{
    (void)state;
    diary d = {0};
    job j;
    init_job(&j, &d, 'a');
    gt_fail(GT_ERR_USAGE, "the caller's own");
    gt_writer_submit(writer, &j.write);
    assert_ok(gt_writer_drain(writer));
    assert_ok(gt_writer_reserve(writer, &j.write));
    assert_says("the caller's own");
}

static void closing_writes_what_was_submitted(void **state)
{
    (void)state;
    diary d = {0};
    job jobs[3];
    for (int i = 0; i < 3; i++) {
        init_job(&jobs[i], &d, (char)('a' + i));
        jobs[i].result = i == 1 ? GT_ERR_IO : GT_OK;
        gt_writer_submit(writer, &jobs[i].write);
    }
    gt_writer_close(writer);
    writer = NULL;
    assert_string_equal(d.text, "abc");
}

typedef struct surroundings {
    bool blocked[3];
    int level;
} surroundings;

static const int signals[] = {SIGINT, SIGTERM, SIGUSR1};

static void look_around(surroundings *s)
{
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    for (int i = 0; i < 3; i++)
        s->blocked[i] = sigismember(&mask, signals[i]);
    s->level = getpriority(PRIO_PROCESS, 0);
}

static gt_status look(void *context)
{
    look_around(context);
    return GT_OK;
}

static void the_thread_leaves_signals_and_core_to_its_caller(void **state)
{
    (void)state;
    surroundings theirs = {0}, ours = {0};
    gt_write_job write = {.run = look, .context = &theirs};
    gt_writer_submit(writer, &write);
    assert_ok(gt_writer_drain(writer));
    look_around(&ours);
    for (int i = 0; i < 3; i++) {
        assert_true(theirs.blocked[i]);
        assert_false(ours.blocked[i]);
    }
#ifdef __linux__
    assert_int_equal(theirs.level, ours.level + 10 < 19 ? ours.level + 10 : 19);
#endif
}

/* --- Files, many of them, from buffers that change as soon as they may. */

enum { ROUNDS = 60, NUMBERS = 3000 };

typedef struct page {
    gt_write_job write;
    int round;
    char text[NUMBERS + 1];
} page;

static gt_status write_page(void *context)
{
    page *p = context;
    char path[512];
    snprintf(path, sizeof path, "%s/page-%d", scratch, p->round);
    return gt_file_replace(path, p->text, NUMBERS);
}

typedef struct state_copy {
    gt_write_job write;
    int round;
    gt_real numbers[NUMBERS];
    char run[512];
} state_copy;

static gt_span span_of(gt_real *numbers)
{
    return (gt_span){.path = "/generator/00_dense/weight",
                     .rank = 1,
                     .dim = {NUMBERS},
                     .count = NUMBERS,
                     .data = numbers};
}

static gt_status write_state(void *context)
{
    state_copy *s = context;
    char config[] = "task: gan\n";
    gt_checkpoint_info info = {
        .task = "gan", .step = (uint64_t)s->round, .config = config};
    gt_span span = span_of(s->numbers);
    char path[GT_PATH];
    gt_checkpoint_path(s->run, info.step, path);
    gt_status status = gt_checkpoint_write(path, &info, &span, 1);
    return status == GT_OK ? gt_checkpoint_prune(s->run, ROUNDS / 2) : status;
}

static void check_page(int round)
{
    char name[32], want[NUMBERS + 1] = "";
    snprintf(name, sizeof name, "page-%d", round);
    memset(want, 'A' + round, NUMBERS);
    assert_text(name, want);
}

static void check_state(int round)
{
    static gt_real numbers[NUMBERS];
    gt_span span = span_of(numbers);
    char path[GT_PATH];
    gt_checkpoint_path(scratch, (uint64_t)round, path);
    gt_checkpoint c;
    assert_ok(gt_checkpoint_open(&c, path));
    assert_ok(gt_checkpoint_read(&c, &span, 1, GT_CHECKPOINT_LAST));
    gt_checkpoint_close(&c);
    for (int i = 0; i < NUMBERS; i++)
        assert_true(numbers[i] == (gt_real)round);
}

static void many_files_hold_what_was_submitted(void **state)
{
    (void)state;
    static page p;
    static state_copy s;
    p = (page){.write = {.run = write_page, .context = &p}};
    s = (state_copy){.write = {.run = write_state, .context = &s}};
    snprintf(s.run, sizeof s.run, "%s", scratch);
    assert_ok(gt_h5_start());
    assert_ok(gt_directory_make(in_scratch("checkpoints")));
    for (int round = 0; round < ROUNDS; round++) {
        assert_ok(gt_writer_reserve(writer, &p.write));
        p.round = round;
        memset(p.text, 'A' + round, NUMBERS);
        gt_writer_submit(writer, &p.write);
        assert_ok(gt_writer_reserve(writer, &s.write));
        s.round = round;
        for (int i = 0; i < NUMBERS; i++)
            s.numbers[i] = (gt_real)round;
        gt_writer_submit(writer, &s.write);
    }
    assert_ok(gt_writer_drain(writer));
    assert_int_equal(names_in("checkpoints"), ROUNDS / 2);
    assert_int_equal(names_in(""), ROUNDS + 1);
    for (int round = 0; round < ROUNDS; round++)
        check_page(round);
    for (int round = ROUNDS - ROUNDS / 2; round < ROUNDS; round++)
        check_state(round);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_writer(writes_run_in_the_order_of_submission),
        with_writer(claiming_waits_until_the_write_is_done),
        with_writer(claiming_does_not_wait_for_other_writes),
        with_writer(the_first_failure_is_told_with_its_message),
        with_writer(a_writer_without_failures_leaves_the_message_alone),
        with_writer(closing_writes_what_was_submitted),
        with_writer(the_thread_leaves_signals_and_core_to_its_caller),
        with_writer(many_files_hold_what_was_submitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
