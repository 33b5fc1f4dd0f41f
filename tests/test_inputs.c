/* What a configuration tells its networks, and what they read, is the same; or
 * the message names the key to set. */
#include "configs.h"
#include "nn/network.h"
#include "tasks/learner.h"
#include "tasks/task.h"

#include <stdio.h>

static const char *const text =
    "task: gan\n"
    "data: {uri: glyphs, image: [28, 28, 1], %s}\n"
    "model:\n"
    "  latent: 8\n"
    "  generator:\n"
    "    - dense: {units: 784%s}\n"
    "    - reshape: {shape: [28, 28, 1]}\n"
    "  discriminator: [flatten, dense: {units: 1}]\n"
    "train: {batch: 8, shards: 2, steps: 1}\n";

/* Build the task of `told` in section data and `from` in the generator's first
 * layer. */
static gt_status build(const char *told, const char *from, gt_task **task)
{
    static gt_comm comm;
    static gt_config *config;
    char whole[1024];
    comm = gt_comm_solo();
    gt_config_free(config);
    snprintf(whole, sizeof whole, text, told, from);
    config = parsed(whole, NULL);
    gt_task_setup setup = {.config = config, .comm = &comm, .max_n = 4};
    return gt_task_new(task, &setup);
}

static void assert_refused(const char *told, const char *from, const char *what,
                           const char *mend)
{
    gt_task *task;
    assert_int_equal(build(told, from, &task), GT_ERR_CONFIG);
    if (!strstr(gt_message(), what) || !strstr(gt_message(), mend))
        fail_msg("'%s' lacks '%s' or '%s'", gt_message(), what, mend);
}

static void a_network_that_reads_what_there_is_not_names_the_key(void **state)
{
    (void)state;
    assert_refused("range: unit", ", from: [z, label]",
                   "the generator reads \"label\", but the run has none",
                   "set data.classes");
    assert_refused("conditions: [slant]", ", from: [z, label, condition]",
                   "the generator reads \"label\"", "set data.classes");
    assert_refused("classes: 10", ", from: [z, label, condition]",
                   "the generator reads \"condition\", but the run has none",
                   "data.conditions");
    assert_refused("classes: 10", ", from: [z, label, x]",
                   "nothing is called \"x\"", "(z, label, previous)");
}

static void what_no_network_reads_is_refused(void **state)
{
    (void)state;
    assert_refused("classes: 10", "",
                   "data.classes is 10, but no network reads \"label\"",
                   "set data.classes to 0");
    assert_refused("conditions: [slant, size]", "",
                   "data.conditions names 2 columns, but no network reads",
                   "leave data.conditions out");
    /* A layer of this name is no input, without classes. */
    gt_task *task;
    assert_int_equal(build("range: unit", ", name: label", &task), GT_OK);
    gt_task_free(task);
}

static void every_network_has_the_inputs_of_the_run(void **state)
{
    (void)state;
    gt_task *task;
    if (build("classes: 10, conditions: [slant, size]",
              ", from: [condition, label]", &task) != GT_OK)
        fail_msg("%s", gt_message());
    static const char *const names[] = {"label", "condition"};
    static const int sizes[] = {10, 2};
    for (int i = 0; i < 2; i++) {
        const gt_network *net = task->learner[i]->net;
        assert_int_equal(net->n_inputs, 3);
        assert_string_equal(net->input[0].name, i ? "x" : "z");
        for (int k = 0; k < 2; k++) {
            assert_string_equal(net->input[k + 1].name, names[k]);
            assert_int_equal(gt_shape_size(net->input[k + 1].shape), sizes[k]);
        }
    }
    gt_task_free(task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_that_reads_what_there_is_not_names_the_key),
        cmocka_unit_test(what_no_network_reads_is_refused),
        cmocka_unit_test(every_network_has_the_inputs_of_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
