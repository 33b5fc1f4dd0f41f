/* What tells two configurations apart: the keys that change what is trained,
 * by their values, however these are written. */
#include "configs.h"

#include "model/config_changes.h"

#include <stdlib.h>

static void between(const char *before, const char *after, const char *set,
                    const char *expected)
{
    char text[256];
    gt_config *then = parsed(before, NULL), *now = parsed(after, set);
    gt_config_changes(then, now, text, sizeof text);
    assert_string_equal(text, expected);
    gt_config_changes(then, now, text, 12); /* cut to fit */
    assert_int_equal(strlen(text),
                     strlen(expected) < 11 ? strlen(expected) : 11);
    gt_config_free(then);
    gt_config_free(now);
}

static void changes(const char *set, const char *expected)
{
    between(gan_text, gan_text, set, expected);
}

static void a_change_is_named_with_both_values(void **state)
{
    (void)state;
    changes(NULL, "");
    changes("train.batch=8", "train.batch 8 (64 before)");
    changes("train.accumulate=2", "train.accumulate 2 (1 before)");
    changes("data.uri='glyphs?count=77'",
            "data.uri glyphs?count=77 (glyphs before)");
    changes("data.image=[28, 28, 3]",
            "data.image [28, 28, 3] ([28, 28, 1] before)");
    changes("model.prior=uniform", "model.prior uniform (normal before)");
    changes("train={steps: 5, batch: 32, seed: 3, d_steps: 2}",
            "train.batch 32 (64 before), train.seed 3 (1 before), "
            "train.d_steps 2 (1 before)");
}

static void layers_are_named_by_their_place(void **state)
{
    (void)state;
    changes("model.discriminator.1=relu",
            "model.discriminator.1 relu (leaky_relu before)");
    changes("model.discriminator=[{conv2d: {filters: 8, kernel: 4, padding: "
            "[0, 1, 2, 3]}}, flatten]",
            "model.discriminator 2 layers (4 layers before)");
    changes("model.generator.0.dense.bias=true",
            "model.generator.0.dense.bias true (false before)");
    changes("model.generator.3.relu.from=[z, a]",
            "model.generator.3.relu.from [z, a] (none before)");
    changes("model.generator.3.relu.name=a",
            "model.generator.3.relu.name a (none before)");
    changes("model.generator.5.conv2d.padding=1",
            "model.generator.5.conv2d.padding [1, 1, 1, 1] (same before)");
    changes("model.generator.5.conv2d.padding=valid",
            "model.generator.5.conv2d.padding valid (same before)");
    changes("model.generator.5.conv2d.kernel=3",
            "model.generator.5.conv2d.kernel [3, 3] ([3, 5] before)");
    changes("model.generator.2.batch_norm.momentum=0.25",
            "model.generator.2.batch_norm.momentum 0.25 (0.1 before)");
}

static void what_a_run_may_be_resumed_with_is_no_change(void **state)
{
    (void)state;
    changes("output.keep=7", "");
    changes("output.test_samples=7", "");
    changes("train.epochs=7", "");
    changes("train.shards=8", "");
    changes("train.watchdog_s=8", "");
    changes("norm.sync=true", "");
    changes("communication.bucket_mb=7", "");
}

static void another_way_to_write_a_value_is_no_change(void **state)
{
    (void)state;
    changes("optimizer.lr=0.0002", "");
    changes("model.latent=[1, 1, 100]", "");
    changes("model.generator.4.conv2d_transpose.stride=[2, 2]", "");
    changes("data.uri='glyphs'", "");
}

/* A text that does not have a key: it is older than the key, or says nothing.
 */
static void a_default_that_is_not_written_is_no_change(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    static const char *const later[] = {"  accumulate: 1\n", "  range: sym",
                                        "  prior: normal\n"};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        char *old = strdup(c->text), *line = strstr(old, later[i]);
        assert_non_null(line);
        size_t n = strcspn(line, "\n") + 1;
        memmove(line, line + n, strlen(line + n) + 1);
        between(old, c->text, NULL, "");
        free(old);
    }
    gt_config_free(c);
}

/* Two sections inherit from "optimizer"; in gan_text one of them has a learning
 * rate of its own. */
static void an_inherited_change_is_named_once_where_it_was_made(void **state)
{
    (void)state;
    changes("optimizer.lr=1e-5", "optimizer.lr 1e-05 (0.0002 before)");
    changes("optimizer.kind=sgd", "optimizer.kind sgd (adam before)");
    changes("optimizer_generator.lr=1e-5",
            "optimizer_generator.lr 1e-05 (0.0002 before)");
    changes("optimizer_generator.lr=2e-4", "");
    changes("optimizer_discriminator.lr=2e-4",
            "optimizer_discriminator.lr 0.0002 (0.0004 before)");
}

static void another_task_is_the_only_change_that_is_named(void **state)
{
    (void)state;
    between(gan_text, vae_text, NULL, "task vae (gan before)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_named_with_both_values),
        cmocka_unit_test(layers_are_named_by_their_place),
        cmocka_unit_test(what_a_run_may_be_resumed_with_is_no_change),
        cmocka_unit_test(another_way_to_write_a_value_is_no_change),
        cmocka_unit_test(a_default_that_is_not_written_is_no_change),
        cmocka_unit_test(an_inherited_change_is_named_once_where_it_was_made),
        cmocka_unit_test(another_task_is_the_only_change_that_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
