/* A third task, made here with its own sections: the parser, its messages and
 * the reference take it in, and know nothing of it. */
#include "configs.h"

#include "model/config_changes.h"
#include "model/reference.h"
#include "nn/layer_list.h"
#include "nn/optimizer.h"
#include "tasks/config.h"
#include "tasks/task.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct toy_config {
    gt_variant_list network;
    int mood;
    double weight;
} toy_config;

static const char *const moods[] = {"glad", "sad", NULL};

static const gt_option toy_options[] = {
    {"network", GT_OPTION_VARIANTS, offsetof(toy_config, network), NULL, 0, 0,
     NULL, "layers from a sample to a class", .variants = &gt_layer_variants},
    {"mood", GT_OPTION_CHOICE, offsetof(toy_config, mood), "glad", 0, 0, moods,
     "how it feels"},
    /* Two tasks may have the same key with another meaning. */
    {"beta", GT_OPTION_REAL, offsetof(toy_config, weight), "5", 2, 9, NULL,
     "how much"},
    {0},
};

static const toy_config *toy_config_of(const gt_config *config);

static gt_status check(const gt_config *config, gt_config_place *at)
{
    if (toy_config_of(config)->weight < 9)
        return GT_OK;
    at->key = "beta";
    return gt_fail(GT_ERR_CONFIG, "9 is too much of it");
}

static const gt_section toy_section = {.name = "model",
                                       .help = "the networks",
                                       .options = toy_options,
                                       .size = sizeof(toy_config),
                                       .check = check};

static const toy_config *toy_config_of(const gt_config *config)
{
    return gt_config_get(config, &toy_section);
}

typedef struct tune_config {
    int64_t notes;
    char *title;
} tune_config;

static const gt_option tune_options[] = {
    {"notes", GT_OPTION_INT, offsetof(tune_config, notes), "7", 1, 10, NULL,
     "how many"},
    {"title", GT_OPTION_TEXT, offsetof(tune_config, title), "''", 0, 0, NULL,
     "what it is called"},
    {0},
};

/* A section that no other task has. */
static const gt_section tune_section = {.name = "tune",
                                        .help = "the tune it hums",
                                        .options = tune_options,
                                        .size = sizeof(tune_config)};

static const gt_section *const toy_sections[] = {&toy_section, &tune_section,
                                                 NULL};

/* The tasks of the program, and one more. */
static gt_schema_task three_tasks(int number)
{
    gt_schema_task task = gt_task_schema(number);
    bool next = number > 0 && gt_task_schema(number - 1).name;
    return task.name || !next ? task : (gt_schema_task){"toy", toy_sections};
}

static gt_schema schema;

static const char *const toy_text =
    "task: toy\n"                                 /* 1 */
    "data: {uri: glyphs, image: [28, 28, 1]}\n"   /* 2 */
    "model:\n"                                    /* 3 */
    "  network: [flatten, {dense: {units: 3}}]\n" /* 4 */
    "train: {steps: 3}\n"                         /* 5 */
    "tune: {title: 'a b'}\n";                     /* 6 */

static gt_status parse(gt_config **out, const char *text, const char *set)
{
    return gt_config_parse(out, &schema, "my.yaml", text, strlen(text), &set,
                           !!set);
}

static gt_config *toy(const char *set)
{
    gt_config *config;
    if (parse(&config, toy_text, set) != GT_OK)
        fail_msg("%s", gt_message());
    return config;
}

static void a_new_task_has_its_keys_and_those_of_all(void **state)
{
    (void)state;
    gt_config *c = toy("model.beta=3");
    assert_string_equal(c->task_name, "toy");
    assert_int_equal(toy_config_of(c)->network.count, 2);
    assert_true(toy_config_of(c)->weight == 3);
    const tune_config *tune = gt_config_get(c, &tune_section);
    assert_int_equal(tune->notes, 7);
    assert_string_equal(tune->title, "a b");
    assert_int_equal(gt_train_config_of(c)->steps, 3);
    assert_true(gt_optimizer_config_of(c)->lr == 1e-3);
    gt_config_free(c);
}

static void its_keys_stand_behind_those_of_all_in_the_text(void **state)
{
    (void)state;
    gt_config *c = toy(NULL);
    assert_non_null(strstr(c->text, "task: toy\ndata:\n"));
    assert_non_null(strstr(c->text, "\nmodel:\n  init: glorot\n  network:\n"
                                    "  - flatten\n  - dense: {units: 3, bias: "
                                    "true, parametrization: none}\n"
                                    "  mood: glad\n  beta: 5\n"));
    assert_non_null(strstr(c->text, "\ntune:\n  notes: 7\n  title: a b\n"));
    assert_null(strstr(c->text, "latent"));
    gt_config *again;
    assert_int_equal(parse(&again, c->text, NULL), GT_OK);
    assert_string_equal(again->text, c->text);
    char text[200];
    gt_config_changes(c, again, text, sizeof text);
    assert_string_equal(text, "");
    gt_config_free(again);
    again = toy("tune.title=c");
    gt_config_changes(c, again, text, sizeof text);
    assert_string_equal(text, "tune.title c (a b before)");
    gt_config_free(c);
    gt_config_free(again);
}

static void refuses(const char *text, const char *set, const char *part)
{
    gt_config *c;
    assert_int_equal(parse(&c, text, set), GT_ERR_CONFIG);
    assert_null(c);
    if (!strstr(gt_message(), part))
        print_error("\"%s\" is not in: %s\n", part, gt_message());
    assert_non_null(strstr(gt_message(), part));
}

static void keys_of_other_tasks_are_refused_by_name(void **state)
{
    (void)state;
    refuses(toy_text, "model.mod=sad", "did you mean \"mood\"?");
    refuses(toy_text, "model.beta=1", "1 is out of range (allowed: 2 to 9)");
    refuses(toy_text, "model.beta=9", "--set model.beta=9: model.beta: 9 is");
    refuses(toy_text, "model.prior=normal",
            "model.prior: only for task gan, but the task is toy");
    refuses(toy_text, "model.latent=3",
            "model.latent: only for task gan or vae, but the task is toy");
    refuses(gan_text, "tune.notes=1",
            "tune: only for task toy, but the task is gan");
    refuses(gan_text, "model.beta=3",
            "model.beta: only for task vae or toy, but the task is gan");
    refuses("data: {}", NULL, " or \"task: toy\" at the top");
    refuses("task: toi", NULL, "(allowed: gan, vae, ");
    refuses("task: toy\ndata: {uri: glyphs, image: 3}\ntrain: {steps: 1}", NULL,
            "model.network: missing; task toy needs this list of layers");
}

static void other_tasks_stay_as_they_are(void **state)
{
    (void)state;
    const char *const texts[] = {gan_text, vae_text};
    for (int i = 0; i < 2; i++) {
        gt_config *c = parsed(texts[i], NULL), *with_toy;
        assert_int_equal(parse(&with_toy, texts[i], NULL), GT_OK);
        assert_string_equal(c->text, with_toy->text);
        assert_int_equal(c->task, with_toy->task);
        gt_config_free(c);
        gt_config_free(with_toy);
    }
}

static void the_reference_says_whose_keys_they_are(void **state)
{
    (void)state;
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    gt_config_print_reference(&(gt_page){.out = file}, &schema);
    fclose(file);
    assert_non_null(strstr(text, ", toy)\n"));
    assert_non_null(
        strstr(text, "\nmodel - the networks (task gan or vae only)\n"));
    assert_non_null(strstr(text, "\ntune - the tune it hums (task toy only)\n"
                                 "  notes  7   how many (1 to 10)\n"));
    free(text);
}

static int set_up(void **state)
{
    (void)state;
    schema = gt_train_schema;
    schema.task = three_tasks;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_task_has_its_keys_and_those_of_all),
        cmocka_unit_test(its_keys_stand_behind_those_of_all_in_the_text),
        cmocka_unit_test(keys_of_other_tasks_are_refused_by_name),
        cmocka_unit_test(other_tasks_stay_as_they_are),
        cmocka_unit_test(the_reference_says_whose_keys_they_are),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
