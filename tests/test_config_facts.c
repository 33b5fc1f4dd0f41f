/* A configuration as facts: those that differ are found by key and value. */
#include "configs.h"

#include "model/config_facts.h"

#include <stdlib.h>
#include <string.h>

static char *facts_of(const char *set)
{
    char *text;
    gt_config *config = parsed(gan_text, set);
    assert_int_equal(gt_config_facts(config, &text), GT_OK);
    gt_config_free(config);
    return text;
}

static void has(const char *set, const char *fact)
{
    char *text = facts_of(set);
    if (!strstr(text, fact))
        fail_msg("no fact %s in\n%s", fact, text);
    free(text);
}

static void every_key_is_a_fact(void **state)
{
    (void)state;
    has(NULL, "task\tgan\n");
    has(NULL, "\ntrain.batch\t64\n");
    has("train.batch=8", "\ntrain.batch\t8\n");
    has(NULL, "\noutput.keep\t");
    has(NULL, "\nmodel.generator.0\tdense\n");
    has("model.generator.0.dense.bias=true",
        "\nmodel.generator.0.dense.bias\ttrue\n");
    has("model.discriminator.1.leaky_relu.from=[x, previous]",
        "\nmodel.discriminator.1.leaky_relu.from\tx, previous\n");
    has("model.discriminator.1.leaky_relu.name=a",
        "\nmodel.discriminator.1.leaky_relu.name\ta\n");
    has("model.discriminator.1=relu", "\nmodel.discriminator.1\trelu\n");
}

static bool same(const char *one, const char *other)
{
    char *a = facts_of(one), *b = facts_of(other);
    bool equal = !strcmp(a, b);
    free(a);
    free(b);
    return equal;
}

static void how_a_value_is_written_makes_no_other_fact(void **state)
{
    (void)state;
    assert_true(same("optimizer.lr=0.001", "optimizer.lr=1e-3"));
    assert_false(
        same("optimizer.lr=0.001", "optimizer.lr=0.0010000000000000002"));
}

static void where_the_data_are_is_no_fact(void **state)
{
    (void)state;
    assert_true(same("data.uri=/here", "data.uri=/there"));
    assert_false(same("data.range=unit", "data.range=symmetric"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_a_fact),
        cmocka_unit_test(how_a_value_is_written_makes_no_other_fact),
        cmocka_unit_test(where_the_data_are_is_no_fact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
