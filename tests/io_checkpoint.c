/* Checkpoints: the state comes back to the bit, foreign and unfit files are
 * refused with the file's and the tensor's name, and the right files of a run
 * are found and removed. */
#include "scratch.h"

#include "base/version.h"
#include "run/checkpoint.h"
#include "run/checkpoint_choose.h"
#include "run/checkpoint_list.h"
#include "store/h5attr.h"
#include "store/h5file.h"
#include "tasks/state.h"

#include <errno.h>
#include <math.h>

enum { SPANS = 4, VALUES = 64 };

/* A model of two tensors with its optimizer's moments. */
typedef struct model {
    gt_real data[SPANS][VALUES];
    gt_span span[SPANS];
} model;

static gt_span span_of(const char *path, int rank, const size_t dim[],
                       gt_real *data)
{
    gt_span s = {.rank = rank, .count = 1, .data = data};
    snprintf(s.path, sizeof s.path, "%s", path);
    for (int i = 0; i < rank; i++) {
        s.dim[i] = dim[i];
        s.count *= dim[i];
    }
    assert_true(s.count <= VALUES);
    return s;
}

static void make_model(model *m, int seed)
{
    static const size_t weight[] = {3, 2, 2, 4}, bias[] = {4}, moments[] = {52};
    m->span[0] = span_of("/g/0_conv2d/weight", 4, weight, m->data[0]);
    m->span[1] = span_of("/g/0_conv2d/bias", 1, bias, m->data[1]);
    m->span[2] = span_of("/optimizer/g/m", 1, moments, m->data[2]);
    m->span[3] = span_of("/optimizer/g/v", 1, moments, m->data[3]);
    for (int i = 0; i < SPANS; i++)
        for (int j = 0; j < VALUES; j++)
            m->data[i][j] = (gt_real)sin(seed + 100 * i + j);
    m->data[0][0] = (gt_real)-0.0;
    m->data[0][1] = (gt_real)1e-42;
    m->data[0][2] = INFINITY;
}

static void assert_equal_spans(const model *a, const model *b, int first, int n)
{
    for (int i = first; i < first + n; i++)
        assert_memory_equal(a->data[i], b->data[i],
                            a->span[i].count * sizeof(gt_real));
}

static const gt_checkpoint_info header = {
    .task = "gan",
    .step = 1200,
    .epoch = 3.7,
    .counted = true,
    .samples = 222000,
    .batches = 3600,
    .updates = "g 1200, d 3600",
    .data = {.count = 60000, .classes = 10, .digest = "fedcba9876543210"},
    .seed = UINT64_MAX - 5,
    .fingerprint = "0123456789abcdef",
    .provenance =
        {[GT_PROVENANCE_BUILD] = "a build", [GT_PROVENANCE_SHARDS] = "12"},
    .config = (char *)"task: gan\n# é\n"};

static const char *save(const char *name, const model *m)
{
    const char *path = in_scratch(name);
    assert_ok(gt_checkpoint_write(path, &header, m->span, SPANS));
    return path;
}

static gt_status open_only(const char *path)
{
    gt_checkpoint c;
    gt_status status = gt_checkpoint_open(&c, path);
    gt_checkpoint_close(&c);
    return status;
}

static gt_status read_spans(const char *path, const gt_span *spans, int n,
                            bool with_optimizer)
{
    gt_checkpoint c;
    assert_ok(gt_checkpoint_open(&c, path));
    gt_status status = gt_checkpoint_read(
        &c, spans, n, with_optimizer ? GT_CHECKPOINT_ALL : GT_CHECKPOINT_LAST);
    gt_checkpoint_close(&c);
    return status;
}

static void the_state_comes_back_to_the_bit(void **state)
{
    (void)state;
    model saved, loaded;
    make_model(&saved, 1);
    make_model(&loaded, 2);
    const char *path = save("a.h5", &saved);
    assert_ok(read_spans(path, loaded.span, SPANS, true));
    assert_equal_spans(&saved, &loaded, 0, SPANS);
    assert_int_equal(names_in(""), 1);
}

static void what_a_checkpoint_says_of_itself_comes_back(void **state)
{
    (void)state;
    model m;
    make_model(&m, 1);
    gt_checkpoint c;
    const gt_checkpoint_info *info = &c.info;
    const char *path = save("a.h5", &m);
    assert_ok(gt_checkpoint_open(&c, path));
    gt_checkpoint_release(&c); /* of the numbers only */
    assert_string_equal(c.path, path);
    assert_string_equal(info->task, "gan");
    assert_string_equal(info->fingerprint, "0123456789abcdef");
    assert_true(info->counted);
    assert_int_equal(info->samples, header.samples);
    assert_int_equal(info->batches, header.batches);
    assert_string_equal(info->updates, header.updates);
    assert_int_equal(info->data.count, header.data.count);
    assert_int_equal(info->data.classes, header.data.classes);
    assert_string_equal(info->data.digest, header.data.digest);
    assert_string_equal(info->provenance[GT_PROVENANCE_BUILD], "a build");
    assert_string_equal(info->provenance[GT_PROVENANCE_SHARDS], "12");
    assert_string_equal(info->provenance[GT_PROVENANCE_BLAS], "");
    assert_string_equal(info->config, header.config);
    assert_true(info->step == header.step && info->seed == header.seed);
    assert_memory_equal(&info->epoch, &header.epoch, sizeof info->epoch);
    gt_checkpoint_close(&c);
    assert_null(info->config);
    gt_h5 *f;
    char *version;
    assert_ok(gt_h5_open(&f, in_scratch("a.h5")));
    assert_ok(gt_h5_get_text(f, "/", "gentrain_version", &version));
    assert_string_equal(version, GT_VERSION);
    free(version);
    gt_h5_close(f);
}

static void the_optimizer_is_left_out_where_it_is_not_wanted(void **state)
{
    (void)state;
    model saved, loaded, before;
    make_model(&saved, 1);
    make_model(&loaded, 2);
    make_model(&before, 2);
    const char *path = save("a.h5", &saved);
    assert_ok(read_spans(path, loaded.span, SPANS, false));
    assert_equal_spans(&saved, &loaded, 0, 2);
    assert_equal_spans(&before, &loaded, 2, 2);
    assert_ok(read_spans(path, loaded.span, 2, false));
}

static void another_shape_of_a_tensor_is_refused(void **state)
{
    (void)state;
    model m;
    make_model(&m, 1);
    const char *path = save("a.h5", &m);
    m.span[0].dim[3] = 5;
    assert_fails(read_spans(path, m.span, SPANS, true), GT_ERR_MISMATCH, path);
    assert_says("/g/0_conv2d/weight");
    assert_says("3x2x2x4");
    assert_says("3x2x2x5");
}

static void a_tensor_the_file_lacks_is_named(void **state)
{
    (void)state;
    model m;
    make_model(&m, 1);
    const char *path = save("a.h5", &m);
    strcpy(m.span[1].path, "/g/0_conv2d/offset");
    assert_fails(read_spans(path, m.span, SPANS, true), GT_ERR_MISMATCH, path);
    assert_says("has no /g/0_conv2d/offset");
    make_model(&m, 1);
    strcpy(m.span[3].path, "/optimizer/g/w");
    assert_fails(read_spans(path, m.span, SPANS, true), GT_ERR_MISMATCH,
                 "has no /optimizer/g/w");
    assert_ok(read_spans(path, m.span, SPANS, false));
}

static void a_tensor_the_model_lacks_is_named(void **state)
{
    (void)state;
    model m;
    make_model(&m, 1);
    const char *path = save("a.h5", &m);
    assert_fails(read_spans(path, m.span, 1, false), GT_ERR_MISMATCH, path);
    assert_says("holds /g/0_conv2d/bias");
    assert_says("another architecture");
}

static void other_files_are_no_checkpoints(void **state)
{
    (void)state;
    gt_h5 *f;
    gt_checkpoint c;
    assert_ok(gt_h5_create(&f, in_scratch("other.h5")));
    assert_ok(gt_h5_commit(f));
    assert_ok(gt_h5_create(&f, in_scratch("samples.h5")));
    assert_ok(gt_h5_set_text(f, "/", "format", "gentrain samples"));
    assert_ok(gt_h5_set_int(f, "/", "format_version", 1));
    assert_ok(gt_h5_commit(f));
    static const char *const names[] = {"other.h5", "samples.h5"};
    for (int i = 0; i < 2; i++) {
        const char *path = in_scratch(names[i]);
        assert_fails(gt_checkpoint_open(&c, path), GT_ERR_FORMAT, path);
        assert_says("is not a gentrain checkpoint");
        assert_true(!c.file && !c.info.config && !c.path[0]);
    }
    store_text("text.h5", "weights");
    assert_fails(open_only(in_scratch("text.h5")), GT_ERR_FORMAT,
                 in_scratch("text.h5"));
    assert_fails(open_only(in_scratch("none.h5")), GT_ERR_IO,
                 in_scratch("none.h5"));
}

static void a_newer_format_is_refused(void **state)
{
    (void)state;
    gt_h5 *f;
    assert_ok(gt_h5_create(&f, in_scratch("a.h5")));
    assert_ok(gt_h5_set_text(f, "/", "format", "gentrain checkpoint"));
    assert_ok(gt_h5_set_int(f, "/", "format_version", 3));
    assert_ok(gt_h5_commit(f));
    assert_fails(open_only(in_scratch("a.h5")), GT_ERR_FORMAT,
                 in_scratch("a.h5"));
    assert_says("format 3");
    assert_says(GT_VERSION);
}

/* Files of a run that are only looked at by name. */
static void make_run(void)
{
    assert_int_equal(mkdir(in_scratch("checkpoints"), 0777), 0);
    static const char *const names[] = {
        "step-00000900.h5", "step-00001000.h5",     "step-00000100.h5",
        "step-00000200.h5", "step-123456789.h5",    "step-123456788.h5",
        "step-00001100.h5", "step-999999999.h5.tmp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "checkpoints/%s", names[i]);
        store_text(path, names[i]);
    }
}

static void assert_newest(const char *expected)
{
    char path[GT_PATH];
    uint64_t *steps;
    size_t count;
    assert_ok(gt_checkpoint_steps(scratch, &steps, &count));
    assert_true(count > 0);
    for (size_t i = 1; i < count; i++)
        assert_true(steps[i - 1] < steps[i]);
    gt_checkpoint_path(scratch, steps[count - 1], path);
    assert_string_equal(path, in_scratch(expected));
    free(steps);
}

static void the_newest_complete_checkpoint_is_found(void **state)
{
    (void)state;
    make_run();
    assert_newest("checkpoints/step-123456789.h5");
    unlink(in_scratch("checkpoints/step-123456789.h5"));
    unlink(in_scratch("checkpoints/step-123456788.h5"));
    assert_newest("checkpoints/step-00001100.h5");
}

static void names_that_only_resemble_a_checkpoint_are_passed_over(void **state)
{
    (void)state;
    make_run();
    static const char *const names[] = {
        "step-.h5",          "step-200000000",        "step-200000000.h5~",
        "step-2000.h5",      "step--200000000.h5",    "step-+200000000.h5",
        "step- 20000000.h5", "old-step-200000000.h5", "step-0200000000.h5"};
    const int n = sizeof names / sizeof *names;
    for (int i = 0; i < n; i++) {
        char path[64];
        snprintf(path, sizeof path, "checkpoints/%s", names[i]);
        store_text(path, "");
        assert_newest("checkpoints/step-123456789.h5");
    }
    assert_ok(gt_checkpoint_prune(scratch, 2));
    assert_true(exists("checkpoints/step-123456789.h5"));
    assert_true(exists("checkpoints/step-123456788.h5"));
    assert_int_equal(names_in("checkpoints"), 2 + 1 + n);
}

static void a_path_that_is_written_is_the_one_that_is_found(void **state)
{
    (void)state;
    static const uint64_t steps[] = {0, 7, 99999999, 100000000, UINT64_MAX};
    assert_int_equal(mkdir(in_scratch("checkpoints"), 0777), 0);
    for (int i = 0; i < 5; i++) {
        char path[GT_PATH];
        gt_checkpoint_path(scratch, steps[i], path);
        store_text(path + strlen(scratch) + 1, "");
        assert_newest(path + strlen(scratch) + 1);
    }
}

static void where_no_checkpoint_was_found_is_said(void **state)
{
    (void)state;
    gt_checkpoint c;
    assert_fails(gt_checkpoint_choose(&c, in_scratch("none")), GT_ERR_IO,
                 in_scratch("none"));
    assert_says(strerror(ENOENT));
    assert_fails(gt_checkpoint_choose(&c, scratch), GT_ERR_IO,
                 in_scratch("checkpoints"));
    assert_says("is not a run");
    assert_int_equal(mkdir(in_scratch("checkpoints"), 0777), 0);
    store_text("checkpoints/step-00000001.h5.tmp", "");
    assert_fails(gt_checkpoint_choose(&c, scratch), GT_ERR_IO,
                 in_scratch("checkpoints"));
    assert_says("no checkpoint");
}

static void pruning_keeps_the_last_few(void **state)
{
    (void)state;
    make_run();
    assert_ok(gt_checkpoint_prune(scratch, 0));
    assert_int_equal(names_in("checkpoints"), 8);
    assert_ok(gt_checkpoint_prune(scratch, 7));
    assert_int_equal(names_in("checkpoints"), 8);
    assert_ok(gt_checkpoint_prune(scratch, 3));
    assert_int_equal(names_in("checkpoints"), 4);
    assert_true(exists("checkpoints/step-123456789.h5"));
    assert_true(exists("checkpoints/step-123456788.h5"));
    assert_true(exists("checkpoints/step-00001100.h5"));
    assert_true(exists("checkpoints/step-999999999.h5.tmp"));
    assert_ok(gt_checkpoint_prune(scratch, 1));
    assert_int_equal(names_in("checkpoints"), 2);
    assert_true(exists("checkpoints/step-123456789.h5"));
    assert_fails(gt_checkpoint_prune(in_scratch("none"), 1), GT_ERR_IO,
                 in_scratch("none/checkpoints"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(the_state_comes_back_to_the_bit),
        each(what_a_checkpoint_says_of_itself_comes_back),
        each(the_optimizer_is_left_out_where_it_is_not_wanted),
        each(another_shape_of_a_tensor_is_refused),
        each(a_tensor_the_file_lacks_is_named),
        each(a_tensor_the_model_lacks_is_named),
        each(other_files_are_no_checkpoints),
        each(a_newer_format_is_refused),
        each(the_newest_complete_checkpoint_is_found),
        each(names_that_only_resemble_a_checkpoint_are_passed_over),
        each(a_path_that_is_written_is_the_one_that_is_found),
        each(where_no_checkpoint_was_found_is_said),
        each(pruning_keeps_the_last_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
