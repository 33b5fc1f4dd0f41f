/* Checkpoints that are written while training goes on: they hold the state of
 * their step, not a later one, come after their lines of metrics, and a state
 * that must not be kept is refused on all ranks without touching older files.
 *
 * ctest: threads */
#define _GNU_SOURCE
#include "scratch.h"
#include "task_fixture.h"

#include "base/heartbeat.h"
#include "run/checkpoint_list.h"
#include "run/outputs.h"
#include "store/files.h"

#include <dlfcn.h>
#include <fcntl.h>

static gt_comm *comm;

/* In place of the system's: there is no memory for texts. */
static bool no_texts;

FILE *open_memstream(char **text, size_t *size)
{
    __typeof__(&open_memstream) real =
        (__typeof__(real))dlsym(RTLD_NEXT, "open_memstream");
    return no_texts ? NULL : real(text, size);
}

static const char *const recipe =
    "task: vae\n"
    "data: {uri: \"glyphs?count=100&test_count=40\", image: [12, 12, 1],\n"
    "  range: unit}\n"
    "model:\n"
    "  latent: 4\n"
    "  encoder: [flatten, dense: {units: 8}]\n"
    "  decoder: [dense: {units: 144}, reshape: {shape: [12, 12, 1]}]\n"
    "  likelihood: bernoulli\n"
    "train: {batch: 24, shards: 12, steps: 10}\n"
    "optimizer: {ema: 0.5}\n"
    "output: {keep: 2, sample_count: 4}\n";

/* A run directory of its own, on rank 0 alone. */
static int begin(void **state)
{
    if (comm->rank != 0)
        return 0;
    return make_scratch(state) || mkdir(in_scratch("checkpoints"), 0777) ||
           mkdir(in_scratch("samples"), 0777);
}

static int end(void **state)
{
    return comm->rank == 0 ? remove_scratch(state) : 0;
}

static const char *path_of(uint64_t step)
{
    static char path[GT_PATH];
    gt_checkpoint_path(scratch, step, path);
    return path;
}

/* Without a fence, as long as a test takes none. */
static gt_run run;

static void open_all(fixture *f, gt_outputs *outputs)
{
    fixture_open(f, comm, recipe, NO_SETS);
    succeeds(gt_run_init(&run, scratch, ""));
    succeeds(gt_outputs_new(outputs, f->task, &run, f->source));
    gt_outputs_set_data(outputs, f->source);
}

static void close_all(fixture *f, gt_outputs *outputs)
{
    gt_outputs_free(outputs);
    gt_run_close(&run);
    fixture_close(f);
}

/* The state that was saved after a step, which rank 0 has on its disk. */
static gt_status read_back(gt_task *task, uint64_t step)
{
    gt_checkpoint from;
    gt_status status =
        gt_checkpoint_choose_shared(task->setup.comm, &from, path_of(step));
    if (status == GT_OK) {
        assert_int_equal(from.info.step, step);
        status = gt_snapshot_read(task, &from, GT_CHECKPOINT_ALL);
    }
    gt_checkpoint_close(&from);
    return status;
}

static void a_checkpoint_holds_the_state_of_its_step(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    uint64_t want[4] = {0};
    for (int i = 1; i < 4; i++) {
        fixture_step(&f, 1);
        want[i] = hash_of_params(&f, 0);
        succeeds(gt_outputs_write(&outputs, f.step, 0, true, true));
    }
    fixture_step(&f, 1);
    succeeds(gt_outputs_finish(&outputs, GT_OK));
    if (comm->rank == 0) {
        assert_int_equal(names_in("checkpoints"), 2);
        assert_int_equal(names_in("samples"), 9);
    }
    for (uint64_t step = 2; step < 4; step++) {
        succeeds(read_back(f.task, step));
        assert_true(hash_of_params(&f, 0) == want[step]);
    }
    close_all(&f, &outputs);
}

static void assert_same_state(const fixture *f, const whole_state *want)
{
    whole_state got = whole_state_of(f);
    assert_int_equal(got.count, want->count);
    for (int i = 0; i < got.count; i++)
        assert_memory_equal(got.spans[i].data, want->spans[i].data,
                            got.spans[i].count * sizeof(gt_real));
    whole_state_free(&got);
}

/* What every rank has of the moments is in one file, from which any number of
 * ranks takes what it needs. */
static void moments_come_from_all_ranks_and_go_back_to_any(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    fixture_step(&f, 3);
    whole_state want = whole_state_of(&f);
    succeeds(gt_outputs_write(&outputs, f.step, 0, false, true));
    fixture_step(&f, 2);
    succeeds(gt_outputs_finish(&outputs, GT_OK));
    succeeds(read_back(f.task, 3));
    assert_same_state(&f, &want);
    assert_int_equal(f.task->learner[1]->optimizer.updates, 3);
    if (comm->rank == 0) {
        fixture one;
        fixture_open(&one, comm_of_one(), recipe, NO_SETS);
        succeeds(read_back(one.task, 3));
        assert_same_state(&one, &want);
        fixture_close(&one);
    }
    whole_state_free(&want);
    close_all(&f, &outputs);
}

/* Nothing follows, so nothing is copied but what other ranks have. */
static void the_last_checkpoint_is_written_from_where_the_state_is(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    fixture_step(&f, 3);
    whole_state want = whole_state_of(&f);
    gt_outputs_last(&outputs, 0);
    succeeds(gt_outputs_write(&outputs, f.step, 0, false, true));
    const gt_snapshot *s = &outputs.snapshot;
    size_t total = 0;
    for (int i = 0; i < s->count; i++)
        total += s->copy[i].count;
    for (int i = 0; i < s->count; i++)
        if (!s->copy[i].vector || comm->size == 1)
            assert_false(s->copy[i].data >= s->numbers &&
                         s->copy[i].data < s->numbers + total);
    succeeds(gt_outputs_finish(&outputs, GT_OK));
    fixture_step(&f, 1);
    succeeds(read_back(f.task, 3));
    assert_same_state(&f, &want);
    whole_state_free(&want);
    close_all(&f, &outputs);
}

/* Pictures are made of the averages, which change places with the state that
 * the writer reads. */
static void the_last_picture_leaves_the_last_checkpoint_alone(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    fixture_step(&f, 3);
    whole_state want = whole_state_of(&f);
    gt_outputs_last(&outputs, 0);
    succeeds(gt_outputs_write(&outputs, f.step, 0, true, true));
    assert_same_state(&f, &want);
    succeeds(gt_outputs_finish(&outputs, GT_OK));
    fixture_step(&f, 1);
    succeeds(read_back(f.task, 3));
    assert_same_state(&f, &want);
    whole_state_free(&want);
    close_all(&f, &outputs);
}

/* The broken state is handed over with success and refused behind the scenes;
 * who asks next hears of it, and so does the end of the run. */
static void a_state_with_nan_is_refused_on_all_ranks(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    succeeds(gt_outputs_write(&outputs, 1, 0, false, true));
    param_of(&f, 0, 1, 0)[3] = NAN;
    succeeds(gt_outputs_write(&outputs, 2, 0, false, true));
    assert_fails(gt_outputs_write(&outputs, 3, 0, false, true), GT_ERR_NUMERIC,
                 "step 2: encoder/");
    assert_true(gt_outputs_failed(&outputs) == (comm->rank == 0));
    gt_status later = gt_fail(GT_ERR_IO, "what came of it");
    assert_fails(gt_outputs_finish(&outputs, later), GT_ERR_NUMERIC,
                 "holds NaN or infinity");
    if (comm->rank == 0) {
        assert_int_equal(names_in("checkpoints"), 1);
        assert_int_equal(access(path_of(1), F_OK), 0);
    }
    close_all(&f, &outputs);
}

static void a_failed_training_keeps_its_own_message(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    succeeds(gt_outputs_write(&outputs, 1, 0, true, true));
    gt_status broken = gt_fail(GT_ERR_NUMERIC, "step 2 broke");
    assert_fails(gt_outputs_finish(&outputs, broken), GT_ERR_NUMERIC,
                 "step 2 broke");
    close_all(&f, &outputs);
    if (comm->rank == 0) {
        assert_int_equal(names_in("checkpoints"), 1);
        assert_int_equal(names_in("samples"), 3);
    }
}

static void a_folder_that_is_gone_is_told_to_all_ranks(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    if (comm->rank == 0)
        assert_int_equal(rmdir(in_scratch("checkpoints")), 0);
    succeeds(gt_outputs_write(&outputs, 1, 0, false, true));
    assert_fails(gt_outputs_finish(&outputs, GT_OK), GT_ERR_IO,
                 "checkpoints/step-00000001.h5: No such file or directory");
    close_all(&f, &outputs);
}

static void metrics_that_do_not_fit_keep_a_checkpoint_back(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    if (comm->rank == 0) {
        assert_ok(gt_metrics_log_open(&outputs.metrics_log, scratch, 0, 0));
        assert_int_equal(close(outputs.metrics_log.fd), 0);
        outputs.metrics_log.fd = open("/dev/full", O_RDWR);
        assert_true(outputs.metrics_log.fd >= 0);
    }
    gt_metrics none = {0};
    gt_outputs_line(&outputs, 1, 0, &none);
    succeeds(gt_outputs_write(&outputs, 1, 0, false, true));
    assert_false(gt_outputs_failed(&outputs));
    assert_fails(gt_outputs_finish(&outputs, GT_OK), GT_ERR_IO,
                 "no checkpoint of step 1 (");
    assert_says("not all metrics of step");
    assert_says("metrics.jsonl: No space left");
    if (comm->rank == 0)
        assert_int_equal(names_in("checkpoints"), 0);
    close_all(&f, &outputs);
}

/* The first checkpoint finds no room for its line of metrics, the second does,
 * and then both lines are there. */
static void lines_that_did_not_fit_are_written_when_they_do(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    int file = -1;
    gt_metrics none = {0};
    open_all(&f, &outputs);
    if (comm->rank == 0) {
        assert_ok(gt_metrics_log_open(&outputs.metrics_log, scratch, 0, 0));
        file = outputs.metrics_log.fd;
        outputs.metrics_log.fd = open("/dev/full", O_RDWR);
    }
    gt_outputs_line(&outputs, 1, 0, &none);
    succeeds(gt_outputs_write(&outputs, 1, 0, false, true));
    if (comm->rank == 0) {
        close(outputs.metrics_log.fd);
        outputs.metrics_log.fd = file;
    }
    gt_outputs_line(&outputs, 2, 0, &none);
    succeeds(gt_outputs_write(&outputs, 2, 0, false, true));
    assert_fails(gt_outputs_finish(&outputs, GT_OK), GT_ERR_IO,
                 "no checkpoint of step 1 (");
    assert_null(strstr(gt_message(), "not all metrics"));
    close_all(&f, &outputs);
    if (comm->rank != 0)
        return;
    assert_int_equal(names_in("checkpoints"), 1);
    assert_text("metrics.jsonl", "{\"step\": 1, \"epoch\": 0}\n"
                                 "{\"step\": 2, \"epoch\": 0}\n");
}

/* What comes after cannot bring it back. */
static void a_line_that_found_no_memory_is_missing_in_the_end(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    gt_metrics none = {0};
    open_all(&f, &outputs);
    if (comm->rank == 0)
        assert_ok(gt_metrics_log_open(&outputs.metrics_log, scratch, 0, 0));
    gt_outputs_line(&outputs, 1, 0, &none);
    no_texts = true;
    gt_outputs_line(&outputs, 2, 0, &none);
    no_texts = false;
    gt_outputs_line(&outputs, 3, 0, &none);
    assert_fails(gt_outputs_finish(&outputs, GT_OK), GT_ERR_IO,
                 "not all metrics of step 2 (");
    close_all(&f, &outputs);
    if (comm->rank == 0)
        assert_text("metrics.jsonl", "{\"step\": 1, \"epoch\": 0}\n"
                                     "{\"step\": 3, \"epoch\": 0}\n");
}

/* A checkpoint that is written, or finds no folder, by the time this returns.
 */
static void write_checkpoint(gt_outputs *outputs, uint64_t step, bool lost)
{
    bool first = comm->rank == 0;
    if (first && lost)
        assert_int_equal(rmdir(in_scratch("checkpoints")), 0);
    succeeds(gt_outputs_write(outputs, step, 0, false, true));
    if (first)
        assert_ok(gt_writer_drain(outputs->writer));
    if (first && lost)
        assert_int_equal(mkdir(in_scratch("checkpoints"), 0777), 0);
}

/* Files that were lost on the way do not keep a run from going on. */
static void a_stopped_run_is_marked_if_it_can_go_on_from_there(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    gt_outputs_last(&outputs, 9);
    write_checkpoint(&outputs, 1, true);
    assert_fails(gt_outputs_finish(&outputs, GT_OK), GT_ERR_IO,
                 "no checkpoint of step 1 (");
    if (comm->rank == 0)
        assert_false(exists("INTERRUPTED"));
    write_checkpoint(&outputs, 2, false);
    if (comm->rank == 0) /* at once: the launcher may kill this job soon */
        assert_true(exists("INTERRUPTED"));
    assert_fails(gt_outputs_finish(&outputs, GT_OK), GT_ERR_IO,
                 "no checkpoint of step 1 (");
    close_all(&f, &outputs);
}

static void a_checkpoint_that_is_not_there_is_told_to_all_ranks(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, recipe, NO_SETS);
    assert_fails(read_back(f.task, 1), GT_ERR_IO, "no run directory or");
    fixture_close(&f);
}

/* The state is read from memory: who removes the file meanwhile does no harm.
 */
static void a_checkpoint_that_was_chosen_needs_no_file(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    gt_checkpoint from;
    open_all(&f, &outputs);
    fixture_step(&f, 1);
    uint64_t want = hash_of_params(&f, 0);
    succeeds(gt_outputs_write(&outputs, f.step, 0, false, true));
    succeeds(gt_outputs_finish(&outputs, GT_OK));
    succeeds(gt_checkpoint_choose_shared(comm, &from, scratch));
    assert_true((comm->rank == 0) == (from.file != NULL));
    assert_non_null(strstr(from.info.config, "task: vae"));
    if (comm->rank == 0)
        assert_int_equal(unlink(path_of(1)), 0);
    fixture_step(&f, 1);
    succeeds(gt_snapshot_read(f.task, &from, GT_CHECKPOINT_ALL));
    assert_true(hash_of_params(&f, 0) == want);
    gt_checkpoint_close(&from);
    close_all(&f, &outputs);
}

/* Somebody else goes on with the run while this one still writes. */
static void a_run_that_was_taken_over_stops_on_all_ranks(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    gt_fence other = {0};
    gt_metrics none = {0};
    open_all(&f, &outputs);
    if (comm->rank == 0)
        assert_ok(gt_fence_take(&run.fence, scratch, true));
    succeeds(gt_outputs_write(&outputs, 1, 0, false, true));
    assert_false(gt_outputs_failed(&outputs));
    if (comm->rank == 0)
        assert_ok(gt_fence_take(&other, scratch, false));
    gt_outputs_line(&outputs, 2, 0, &none);
    assert_true(gt_outputs_failed(&outputs) == (comm->rank == 0));
    assert_fails(gt_outputs_write(&outputs, 2, 0, true, true), GT_ERR_IO,
                 "another gentrain has resumed the run");
    assert_fails(gt_outputs_finish(&outputs, GT_OK), GT_ERR_IO,
                 "another gentrain has resumed the run");
    if (comm->rank == 0) {
        assert_int_equal(names_in("checkpoints"), 1);
        assert_int_equal(names_in("samples"), 0);
    }
    close_all(&f, &outputs);
}

static _Atomic uint64_t enough;

/* A checkpoint that takes its time before it gets its name, with heartbeats,
 * until the thread that trains has passed on some. */
static gt_status linger(void *context)
{
    (void)context;
    for (int i = 0; i < 1000 && gt_heartbeat_count() < enough; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        gt_heartbeat();
    }
    return GT_OK;
}

static void ranks_that_wait_for_a_file_live_as_long_as_it_grows(void **state)
{
    (void)state;
    fixture f;
    gt_outputs outputs;
    open_all(&f, &outputs);
    enough = UINT64_MAX;
    if (comm->rank == 0)
        gt_file_set_guard(linger, NULL);
    succeeds(gt_outputs_write(&outputs, 1, 0, false, true));
    uint64_t before = gt_heartbeat_count();
    enough = before + 3;
    succeeds(gt_outputs_write(&outputs, 2, 0, false, true));
    bool heard =
        gt_heartbeat_count() - before > 1; /* one comes with agreement */
    assert_true(gt_comm_max(comm, !heard) == 0);
    succeeds(gt_outputs_finish(&outputs, GT_OK));
    gt_file_set_guard(NULL, NULL);
    close_all(&f, &outputs);
}

#define on_all_ranks(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        on_all_ranks(a_checkpoint_holds_the_state_of_its_step),
        on_all_ranks(moments_come_from_all_ranks_and_go_back_to_any),
        on_all_ranks(the_last_checkpoint_is_written_from_where_the_state_is),
        on_all_ranks(the_last_picture_leaves_the_last_checkpoint_alone),
        on_all_ranks(a_state_with_nan_is_refused_on_all_ranks),
        on_all_ranks(a_failed_training_keeps_its_own_message),
        on_all_ranks(a_folder_that_is_gone_is_told_to_all_ranks),
        on_all_ranks(metrics_that_do_not_fit_keep_a_checkpoint_back),
        on_all_ranks(lines_that_did_not_fit_are_written_when_they_do),
        on_all_ranks(a_line_that_found_no_memory_is_missing_in_the_end),
        on_all_ranks(a_stopped_run_is_marked_if_it_can_go_on_from_there),
        on_all_ranks(a_checkpoint_that_is_not_there_is_told_to_all_ranks),
        on_all_ranks(a_checkpoint_that_was_chosen_needs_no_file),
        on_all_ranks(a_run_that_was_taken_over_stops_on_all_ranks),
        on_all_ranks(ranks_that_wait_for_a_file_live_as_long_as_it_grows),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
