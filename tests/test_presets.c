/* Every preset is a configuration whose networks fit together, and those that
 * follow a reference have its number of parameters. */
#include "configs.h"

#include "model/preset.h"
#include "tasks/config.h"
#include "tasks/task.h"

/* Plan the networks; the number of their parameters together, without the gaps
 * between tensors. Building the task checks what they end with. */
static size_t plan(const gt_config *c)
{
    gt_comm comm = gt_comm_solo();
    gt_task *task;
    gt_task_setup setup = {.config = c, .comm = &comm, .max_n = 2};
    if (gt_task_new(&task, &setup) != GT_OK)
        fail_msg("%s", gt_message());
    assert_true(gt_train_config_of(c)->batch >= 2);
    size_t n = gt_task_parameters(task);
    gt_task_free(task);
    return n;
}

static void every_preset_plans_networks_that_fit(void **state)
{
    (void)state;
    for (const gt_preset *p = gt_presets; p->name; p++) {
        print_message("%s\n", p->name);
        assert_true(strlen(p->summary) > 10 && strlen(p->summary) <= 60);
        assert_int_equal(strlen(p->text), p->size);
        gt_config *c = parsed(p->text, NULL);
        assert_true(plan(c) > 0);
        gt_config_free(c);
    }
}

/* The same networks in PyTorch have these many. */
static void presets_have_the_parameters_of_their_references(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t params;
    } reference[] = {
        {"dcgan28", 898242},      {"dcgan64", 6342272},
        {"seed-gan", 8639908},    {"seed-gan-literal", 301220},
        {"mlp-vae", 652824},      {"seed-vae", 21366019},
        {"ring", 566003},         {"conv-vae28", 371073},
        {"grid", 566003},         {"resgan32", 410404},
        {"cgan28", 1002050},      {"cvae28", 820824},
        {"classifier28", 436298}, {"vae-binary", 676864},
        {"vae-l1", 425284},       {"classifier32", 429128},
    };
    for (size_t i = 0; i < sizeof reference / sizeof *reference; i++) {
        const gt_preset *p;
        assert_int_equal(gt_preset_find(reference[i].name, &p), GT_OK);
        gt_config *c = parsed(p->text, NULL);
        assert_int_equal(plan(c), reference[i].params);
        gt_config_free(c);
    }
}

static void unknown_preset_gets_a_suggestion_and_the_list(void **state)
{
    (void)state;
    const gt_preset *p;
    assert_int_equal(gt_preset_find("dcgan82", &p), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "\"dcgan82\""));
    assert_non_null(strstr(gt_message(), "did you mean \"dcgan28\"?"));
    assert_non_null(strstr(gt_message(), "conv-vae28, cvae28, dcgan28"));
    assert_int_equal(gt_preset_find("transformer", &p), GT_ERR_CONFIG);
    assert_null(strstr(gt_message(), "did you mean"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_plans_networks_that_fit),
        cmocka_unit_test(presets_have_the_parameters_of_their_references),
        cmocka_unit_test(unknown_preset_gets_a_suggestion_and_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
