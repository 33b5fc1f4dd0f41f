/* What a recipe probably does not mean is warned of by the name of a layer,
 * with the mend; presets and sound recipes are left in peace. */
#include "base/log.h"
#include "model/config.h"
#include "model/preset.h"
#include "tasks/advice.h"
#include "tasks/shards.h"
#include "train/schema.h"

#include "near.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const gan =
    "task: gan\n"
    "data: {uri: glyphs, image: [12, 12, 1], range: symmetric}\n"
    "model:\n"
    "  latent: 8\n"
    "  generator: [dense: {units: 144}, tanh, reshape: {shape: [12, 12, 1]}]\n"
    "  discriminator: [flatten, dense: {units: 1}]\n"
    "train: {batch: 8, shards: 2, steps: 1}\n";

static const char *const vae =
    "task: vae\n"
    "data: {uri: glyphs, image: [12, 12, 1], range: unit}\n"
    "model:\n"
    "  latent: 4\n"
    "  encoder: [flatten, dense: {units: 8}]\n"
    "  decoder: [dense: {units: 144}, reshape: {shape: [12, 12, 1]}]\n"
    "  likelihood: bernoulli\n"
    "train: {batch: 8, shards: 2, steps: 1}\n";

static const char *const classifier =
    "task: classifier\n"
    "data: {uri: glyphs, image: [12, 12, 1], classes: 10}\n"
    "model: {classifier: [flatten, dense: {units: 10}]}\n"
    "train: {batch: 8, shards: 2, steps: 1}\n";

static char advice[4096];

/* What is said of a recipe with up to three sets, as one text. */
static const char *advise(const char *name, const char *text, int max_n,
                          const char *const *sets)
{
    int n = 0;
    while (sets[n])
        n++;
    gt_config *config = NULL;
    gt_task *task = NULL;
    gt_comm comm = gt_comm_solo();
    if (gt_config_parse(&config, &gt_train_schema, name, text, strlen(text),
                        sets, n) != GT_OK)
        fail_msg("%s", gt_message());
    gt_task_setup setup = {.config = config, .comm = &comm, .max_n = max_n};
    if (gt_task_new(&task, &setup) != GT_OK)
        fail_msg("%s", gt_message());
    advice[0] = '\0';
    gt_log_capture(advice, sizeof advice);
    gt_task_advise(task);
    gt_log_capture(NULL, 0);
    gt_task_free(task);
    gt_config_free(config);
    return advice;
}

#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void assert_advice(const char *text, const char *const *sets,
                          const char *part, const char *mend)
{
    advise("here", text, 4, sets);
    if (!strstr(advice, part) || !strstr(advice, mend) || strchr(advice, '\n'))
        fail_msg("'%s' lacks '%s' or '%s', or has more lines", advice, part,
                 mend);
}

static void presets_and_sound_recipes_are_left_in_peace(void **state)
{
    (void)state;
    assert_string_equal(advise("gan", gan, 4, SETS("train.seed=1")), "");
    assert_string_equal(advise("vae", vae, 4, SETS("train.seed=1")), "");
    assert_string_equal(
        advise("classifier", classifier, 4, SETS("train.seed=1")), "");
    int seen = 0;
    for (int i = 0; gt_presets[i].name; i++, seen++)
        if (strcmp(gt_presets[i].name, "seed-gan-literal"))
            assert_string_equal(advise(gt_presets[i].name, gt_presets[i].text,
                                       4, SETS("train.seed=1")),
                                "");
    assert_true(seen > 5);
}

static void an_end_that_does_not_reach_the_data_is_named(void **state)
{
    (void)state;
    assert_advice(gan, SETS("model.generator.1=sigmoid"),
                  "generator 01_sigmoid makes values from 0 to 1, but pixels "
                  "are -1 to 1 with data.range: symmetric",
                  "end with tanh, or set data.range to unit");
    assert_advice(gan, SETS("data.range=unit"),
                  "generator 01_tanh makes values from -1 to 1, but pixels are "
                  "0 to 1 with data.range: unit",
                  "end with sigmoid, or set data.range to symmetric");
    assert_advice(gan, SETS("model.generator.1=relu"),
                  "generator 01_relu makes no values below 0", "end with tanh");
    assert_string_equal(
        advise("x", gan, 4, SETS("model.generator.1=relu", "data.range=unit")),
        "");
    assert_string_equal(
        advise("x", gan, 4,
               SETS("model.generator.1=sigmoid", "data.range=unit")),
        "");
    assert_string_equal(advise("x", gan, 4, SETS("model.generator.1=flatten")),
                        "");
    assert_advice(vae,
                  SETS("model.likelihood=gaussian",
                       "model.decoder=[dense: {units: 144}, tanh, reshape: "
                       "{shape: [12, 12, 1]}]"),
                  "decoder 01_tanh makes values from -1 to 1",
                  "end with sigmoid");
    assert_advice(gan,
                  SETS("data={uri: ring, image: [1, 1, 2]}",
                       "model.generator=[dense: {units: 2}, tanh]"),
                  "generator 01_tanh", "points may lie anywhere");
}

static void an_activation_before_a_loss_on_logits_is_named(void **state)
{
    (void)state;
    assert_advice(gan,
                  SETS("model.discriminator=[flatten, dense: {units: 1}, "
                       "sigmoid]"),
                  "discriminator 02_sigmoid makes values from 0 to 1, but the "
                  "loss takes logits",
                  "remove the layer");
    assert_advice(vae,
                  SETS("model.decoder=[dense: {units: 144}, sigmoid, reshape: "
                       "{shape: [12, 12, 1]}]"),
                  "decoder 01_sigmoid", "the loss takes logits");
    assert_advice(classifier,
                  SETS("model.classifier=[flatten, dense: {units: "
                       "10}, sigmoid]"),
                  "classifier 02_sigmoid makes values from 0 to 1, but the "
                  "loss takes logits and applies a softmax itself",
                  "remove the layer");
    assert_advice(vae, SETS("model.encoder=[flatten, dense: {units: 8}, relu]"),
                  "encoder 02_relu makes no values below 0",
                  "means and log-variances of z may be any numbers");
}

static void limits_that_an_option_sets_are_not_given_in_figures(void **state)
{
    (void)state;
    assert_advice(vae,
                  SETS("model.encoder=[flatten, dense: {units: 8}, elu: "
                       "{alpha: 2}]"),
                  "encoder 02_elu makes few values below 0",
                  "remove the layer");
}

static void a_bias_before_batch_norm_is_named(void **state)
{
    (void)state;
    const char *before = "model.discriminator=[conv2d: {filters: 4, kernel: 3, "
                         "bias: true}, batch_norm, relu, flatten, dense: "
                         "{units: 1}]";
    assert_advice(gan, SETS(before),
                  "discriminator 00_conv2d: its bias has no effect, as "
                  "batch_norm after it",
                  "set bias: false");
    assert_string_equal(
        advise("x", gan, 4,
               SETS(before, "model.discriminator.0.conv2d.bias=false")),
        "");
    /* Here it shifts each position by itself. */
    assert_string_equal(
        advise("x", gan, 4,
               SETS("model.generator=[dense: {units: 72}, reshape: {shape: [3, "
                    "3, 8]}, batch_norm, flatten, dense: {units: 144}, "
                    "reshape: {shape: [12, 12, 1]}]")),
        "");
}

static void a_batch_norm_of_one_value_is_named(void **state)
{
    (void)state;
    const char *norm = "model.discriminator=[flatten, dense: {units: 4, bias: "
                       "false}, batch_norm, dense: {units: 1}]";
    assert_string_equal(advise("x", gan, 2, SETS(norm)), "");
    assert_string_equal(advise("x", gan, 1, SETS(norm, "norm.sync=true")), "");
    advise("x", gan, 1, SETS(norm));
    assert_non_null(strstr(advice, "discriminator 02_batch_norm sees one value "
                                   "per channel"));
    assert_non_null(strstr(advice, "lower train.shards"));
}

static void auto_shards_that_follow_the_ranks_are_named(void **state)
{
    (void)state;
    int shards;
    char text[512] = "";
    gt_log_capture(text, sizeof text);
    assert_int_equal(gt_shards_choose(-1, 1, 64, 4, &shards), GT_OK);
    assert_int_equal(gt_shards_choose(3, 1, 64, 3, &shards), GT_OK);
    assert_string_equal(text, "");
    assert_int_equal(gt_shards_choose(-1, 1, 64, 3, &shards), GT_OK);
    gt_log_capture(NULL, 0);
    assert_non_null(strstr(text, "train.shards: auto is 3 on 3 ranks, but 4 on "
                                 "one"));
    assert_non_null(strstr(text, "set train.shards to 3"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_and_sound_recipes_are_left_in_peace),
        cmocka_unit_test(an_end_that_does_not_reach_the_data_is_named),
        cmocka_unit_test(an_activation_before_a_loss_on_logits_is_named),
        cmocka_unit_test(limits_that_an_option_sets_are_not_given_in_figures),
        cmocka_unit_test(a_bias_before_batch_norm_is_named),
        cmocka_unit_test(a_batch_norm_of_one_value_is_named),
        cmocka_unit_test(auto_shards_that_follow_the_ranks_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
