/* The life of a run's directory, as run.h draws it: what may be changed when,
 * and from which checkpoint it goes on. */
#include "scratch.h"

#include "run/checkpoint_list.h"
#include "run/run.h"
#include "store/files.h"
#include "tasks/state.h"

static gt_comm comm;

static const char *path_of(int step)
{
    static char path[GT_PATH];
    gt_checkpoint_path(scratch, (uint64_t)step, path);
    return path;
}

static void save(int step)
{
    gt_real weight[4] = {(gt_real)step, 2, 3, 4};
    const gt_span span = {"/g/0_dense/weight", 1, {4}, 4, weight};
    const gt_checkpoint_info info = {
        .task = "gan", .step = (uint64_t)step, .config = (char *)"task: gan\n"};
    assert_ok(gt_checkpoint_write(path_of(step), &info, &span, 1));
}

static bool is_saved(int step)
{
    return access(path_of(step), F_OK) == 0;
}

/* A run of three checkpoints, left by the first process. */
static int make_run(void **state)
{
    comm = gt_comm_solo();
    if (make_scratch(state))
        return -1;
    gt_run run;
    assert_ok(gt_run_init(&run, scratch, "name"));
    assert_ok(gt_run_take(&run, "first\n"));
    for (int step = 1; step <= 3; step++)
        save(step);
    assert_ok(gt_run_mark_interrupted(&run, 3));
    gt_run_close(&run);
    return 0;
}

#define with_run(test)                                                         \
    cmocka_unit_test_setup_teardown(test, make_run, remove_scratch)

/* --- New runs. */

static void a_new_run_makes_its_directory_when_it_is_taken(void **state)
{
    (void)state;
    gt_run run;
    const char *path = in_scratch("deep/run");
    assert_ok(gt_run_init(&run, path, "name"));
    assert_int_equal(names_in(""), 0);
    assert_ok(gt_run_take(&run, "task: gan\n"));
    assert_string_equal(run.path, path);
    assert_text("deep/run/config.yaml", "task: gan\n");
    assert_int_equal(names_in("deep/run/checkpoints"), 0);
    assert_int_equal(names_in("deep/run/samples"), 0);
    assert_true(exists("deep/run/fence.1"));
    assert_int_equal(names_in("deep/run"), 4);
    gt_run_close(&run);
}

static void a_directory_that_is_not_empty_is_left_alone(void **state)
{
    (void)state;
    gt_run run;
    store_text("notes", "mine");
    assert_ok(gt_run_init(&run, scratch, "name"));
    assert_fails(gt_run_take(&run, "task: gan\n"), GT_ERR_IO,
                 "exists and is not empty");
    assert_int_equal(names_in(""), 1);
    gt_run_close(&run);
}

static void a_start_that_was_cut_off_is_begun_anew(void **state)
{
    (void)state;
    gt_run run;
    assert_int_equal(mkdir(in_scratch("checkpoints"), 0777), 0);
    store_text("fence.1", "process 1 on a machine that is not this one\n");
    store_text("config.yaml.7-0.tmp", "task");
    assert_ok(gt_run_init(&run, scratch, "name"));
    assert_ok(gt_run_take(&run, "task: gan\n"));
    assert_text("config.yaml", "task: gan\n");
    assert_false(exists("fence.1") || exists("config.yaml.7-0.tmp"));
    assert_true(exists("fence.2") && exists("samples"));
    gt_run_close(&run);
}

/* The fence says that its maker is alive, as it is this test's parent. */
static void a_start_that_goes_on_is_left_alone(void **state)
{
    (void)state;
    gt_run run;
    char text[256], host[64] = "";
    gethostname(host, sizeof host - 1);
    snprintf(text, sizeof text, "process %ld on %s since 1.0\n",
             (long)getppid(), host);
    store_text("fence.1", text);
    assert_ok(gt_run_init(&run, scratch, "name"));
    assert_fails(gt_run_take(&run, "task: gan\n"), GT_ERR_IO,
                 "another gentrain has just started");
    assert_text("fence.1", text);
    assert_int_equal(names_in(""), 1);
    gt_run_close(&run);
}

static void
without_a_name_a_run_gets_the_first_number_that_is_free(void **state)
{
    (void)state;
    gt_run run;
    char before[GT_PATH];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scratch), 0);
    for (int i = 1; i <= 3; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "runs/mine-%d", i);
        assert_ok(gt_run_init(&run, NULL, "mine"));
        assert_ok(gt_run_take(&run, ""));
        assert_string_equal(run.path, expected);
        gt_run_close(&run);
    }
    assert_int_equal(chdir(before), 0);
}

static void a_path_without_end_is_refused(void **state)
{
    (void)state;
    gt_run run;
    char path[GT_PATH + 1];
    memset(path, 'a', GT_PATH);
    path[GT_PATH] = '\0';
    assert_fails(gt_run_init(&run, path, "name"), GT_ERR_IO, "too long");
}

/* --- Branches. */

static void a_branch_has_its_configuration_last(void **state)
{
    (void)state;
    gt_run run;
    assert_ok(gt_run_init(&run, in_scratch("branch"), "name"));
    assert_ok(gt_run_branch(&comm, &run, path_of(2), GT_BRANCH_STATE));
    assert_true(gt_run_goes_on(&run));
    assert_ok(gt_run_take(&run, "task: gan\n"));
    assert_false(exists("branch/config.yaml"));
    assert_true(exists("branch/fence.1") && exists("branch/checkpoints"));
    assert_ok(gt_run_write_config(&run, "task: gan\n"));
    assert_text("branch/config.yaml", "task: gan\n");
    gt_run_close(&run);
    assert_true(is_saved(3) && exists("INTERRUPTED"));
    assert_text("config.yaml", "first\n");
}

static void a_branch_knows_its_parent(void **state)
{
    (void)state;
    gt_run run;
    char absolute[GT_PATH];
    assert_ok(gt_run_init(&run, in_scratch("branch"), "name"));
    assert_ok(gt_run_branch(&comm, &run, scratch, GT_BRANCH_WEIGHTS));
    assert_false(gt_run_goes_on(&run));
    gt_checkpoint_parent parent = gt_run_parent(&run);
    assert_string_equal(parent.path, realpath(path_of(3), absolute));
    assert_int_equal(parent.step, 3);
    assert_true(parent.weights);
    gt_checkpoint_info later = {.parent = parent};
    assert_int_equal(gt_run_begin(&later), 0);
    later.parent.weights = false;
    assert_int_equal(gt_run_begin(&later), 3);
    gt_run_close(&run);
}

static void a_checkpoint_tells_its_run(void **state)
{
    (void)state;
    char run[GT_PATH];
    assert_true(gt_run_of_checkpoint("a/b/checkpoints/step.h5", run));
    assert_string_equal(run, "a/b");
    assert_true(gt_run_of_checkpoint("checkpoints/step.h5", run));
    assert_string_equal(run, ".");
    assert_true(gt_run_of_checkpoint("/checkpoints/step.h5", run));
    assert_string_equal(run, "/");
    assert_false(gt_run_of_checkpoint("step.h5", run));
    assert_false(gt_run_of_checkpoint("a/b/step.h5", run));
}

/* --- Going on. What a training does there, by its number of calls. */

typedef struct training {
    int calls;
    uint64_t step[3];                      /* that each goes on from */
    gt_status (*prepare)(int call);        /* before the run is taken */
    gt_status (*train)(const gt_run *run); /* after it */
} training;

static gt_status begin(gt_run *run, void *context)
{
    training *t = context;
    assert_true(t->calls < 3);
    assert_string_equal(run->path, scratch);
    assert_non_null(run->resumed.file);
    assert_string_equal(run->resumed.info.config, "task: gan\n");
    t->step[t->calls++] = run->resumed.info.step;
    gt_status status = t->prepare ? t->prepare(t->calls) : GT_OK;
    if (status == GT_OK)
        status = gt_run_take(run, "second\n");
    if (status == GT_OK && t->train)
        status = t->train(run);
    return status;
}

static void a_run_goes_on_from_its_newest_checkpoint(void **state)
{
    (void)state;
    training t = {0};
    store_text("metrics.jsonl.7-0.tmp", "half a file");
    store_text("samples/step-00000003.png.7-1.tmp", "half a file");
    assert_ok(gt_run_resume(&comm, scratch, begin, &t));
    assert_int_equal(t.calls, 1);
    assert_int_equal(t.step[0], 3);
    assert_text("config.yaml", "second\n");
    assert_true(exists("fence.2") && !exists("fence.1"));
    assert_false(exists("INTERRUPTED"));
    assert_int_equal(names_in("checkpoints"), 3);
    assert_int_equal(names_in("samples"), 0);
    assert_int_equal(names_in(""), 4);
}

static void what_lies_beyond_the_step_is_set_aside(void **state)
{
    (void)state;
    training t = {0};
    assert_ok(gt_run_resume(&comm, path_of(1), begin, &t));
    assert_int_equal(t.step[0], 1);
    assert_true(is_saved(1) && !is_saved(2) && !is_saved(3));
    assert_true(exists("checkpoints/step-00000002.h5.old"));
    assert_true(exists("checkpoints/step-00000003.h5.old"));
}

/* Names, files and their bytes. */
static void add_tree(gt_hash *hash, const char *folder)
{
    DIR *dir = opendir(in_scratch(folder));
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        char name[256];
        if (is_dots(e->d_name))
            continue;
        int n = snprintf(name, sizeof name, "%.50s%s%.150s", folder,
                         *folder ? "/" : "", e->d_name);
        gt_hash_add(hash, name, (size_t)n);
        gt_hash_add(hash, &e->d_ino, sizeof e->d_ino);
        struct stat info;
        assert_int_equal(stat(in_scratch(name), &info), 0);
        if (S_ISDIR(info.st_mode)) {
            add_tree(hash, name);
            continue;
        }
        size_t size;
        uint8_t *bytes = load_bytes(name, &size);
        gt_hash_add(hash, bytes, size);
        free(bytes);
    }
    closedir(dir);
}

static uint64_t hash_of_tree(void)
{
    gt_hash *hash = gt_hash_new();
    assert_non_null(hash);
    add_tree(hash, "");
    uint64_t value = gt_hash_value(hash);
    gt_hash_free(hash);
    return value;
}

static uint64_t tree_before;

static gt_status look_and_fail(int call)
{
    (void)call;
    assert_true(hash_of_tree() == tree_before);
    return gt_fail(GT_ERR_CONFIG, "no such setting");
}

static void a_run_is_not_changed_before_it_is_taken(void **state)
{
    (void)state;
    training t = {.prepare = look_and_fail};
    store_text("metrics.jsonl.7-0.tmp", "half a file");
    tree_before = hash_of_tree();
    assert_fails(gt_run_resume(&comm, scratch, begin, &t), GT_ERR_CONFIG,
                 "no such setting");
    assert_int_equal(t.calls, 1);
    assert_true(hash_of_tree() == tree_before);
}

/* Nor by one that cannot write its fence. */
static void a_fence_that_cannot_be_written_changes_nothing(void **state)
{
    (void)state;
    training t = {0};
    assert_int_equal(rmdir(in_scratch("samples")), 0);
    tree_before = hash_of_tree();
    limit_files(4);
    gt_status status = gt_run_resume(&comm, scratch, begin, &t);
    limit_files(-1);
    assert_fails(status, GT_ERR_IO, in_scratch("fence.2"));
    assert_true(hash_of_tree() == tree_before);
}

/* Whoever trained there has written another checkpoint, and removed the one
 * that was chosen. */
static gt_status write_newer(int call)
{
    if (call == 1) {
        save(4);
        unlink(path_of(3));
    }
    return GT_OK;
}

static void a_newer_checkpoint_is_found_after_fencing(void **state)
{
    (void)state;
    training t = {.prepare = write_newer};
    assert_ok(gt_run_resume(&comm, scratch, begin, &t));
    assert_int_equal(t.calls, 2);
    assert_int_equal(t.step[0], 3);
    assert_int_equal(t.step[1], 4);
    assert_true(is_saved(4));
    assert_true(exists("fence.3"));
}

static gt_status write_one_more(int call)
{
    if (call == 1)
        save(4);
    return GT_OK;
}

/* It is what was asked for, so it stays the one to go on from. */
static void a_checkpoint_that_is_named_need_not_be_the_newest(void **state)
{
    (void)state;
    training t = {.prepare = write_one_more};
    assert_ok(gt_run_resume(&comm, path_of(2), begin, &t));
    assert_int_equal(t.calls, 1);
    assert_int_equal(t.step[0], 2);
    assert_true(exists("checkpoints/step-00000004.h5.old"));
}

/* Another process takes the run while this one trains. */
static gt_status lose_it(const gt_run *run)
{
    gt_fence other;
    assert_ok(gt_fence_take(&other, scratch, false));
    store_text("metrics.jsonl.7-0.tmp", "half a file");
    uint64_t before = hash_of_tree();
    assert_fails(gt_run_mark_interrupted(run, 3), GT_ERR_IO,
                 "another gentrain has resumed");
    assert_int_equal(gt_checkpoint_prune(scratch, 1), GT_ERR_IO);
    assert_int_equal(gt_checkpoint_set_aside(scratch, 1), GT_ERR_IO);
    assert_int_equal(gt_directory_sweep(scratch), GT_ERR_IO);
    assert_true(hash_of_tree() == before);
    return GT_OK;
}

static void a_run_that_was_lost_is_not_changed_any_more(void **state)
{
    (void)state;
    training t = {.train = lose_it};
    assert_ok(gt_run_resume(&comm, scratch, begin, &t));
    assert_int_equal(t.calls, 1);
    /* What follows is no business of that run's. */
    assert_ok(gt_file_replace(in_scratch("free"), "", 0));
}

static void a_checkpoint_that_lies_in_no_run_is_refused(void **state)
{
    (void)state;
    training t = {0};
    assert_int_equal(rename(path_of(3), in_scratch("step.h5")), 0);
    assert_fails(gt_run_resume(&comm, in_scratch("step.h5"), begin, &t),
                 GT_ERR_USAGE, "RUN/checkpoints/FILE");
    assert_int_equal(t.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(a_new_run_makes_its_directory_when_it_is_taken),
        each(a_directory_that_is_not_empty_is_left_alone),
        each(a_start_that_was_cut_off_is_begun_anew),
        each(a_start_that_goes_on_is_left_alone),
        each(without_a_name_a_run_gets_the_first_number_that_is_free),
        each(a_path_without_end_is_refused),
        with_run(a_branch_has_its_configuration_last),
        with_run(a_branch_knows_its_parent),
        each(a_checkpoint_tells_its_run),
        with_run(a_run_goes_on_from_its_newest_checkpoint),
        with_run(what_lies_beyond_the_step_is_set_aside),
        with_run(a_run_is_not_changed_before_it_is_taken),
        with_run(a_fence_that_cannot_be_written_changes_nothing),
        with_run(a_newer_checkpoint_is_found_after_fencing),
        with_run(a_checkpoint_that_is_named_need_not_be_the_newest),
        with_run(a_run_that_was_lost_is_not_changed_any_more),
        with_run(a_checkpoint_that_lies_in_no_run_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
