/* Configurations that are refused: every message says where and what, and is
 * checked for the parts that matter. */
#include "configs.h"

#include <stdio.h>
#include <stdlib.h>

/* `text` of `size` bytes, changed by `set` if there is one, is refused with a
 * message that has all `parts`. */
static void refuses_bytes(const char *text, size_t size, const char *set,
                          const char *const parts[], int n)
{
    gt_config *config = (gt_config *)&config;
    /* On the heap and without a NUL, so that reading past it is found. */
    char *bytes = malloc(size + !size);
    assert_non_null(bytes);
    memcpy(bytes, text, size);
    gt_status status = gt_config_parse(&config, &gt_train_schema, "my.yaml",
                                       bytes, size, &set, !!set);
    free(bytes);
    assert_null(config);
    assert_int_equal(status, GT_ERR_CONFIG);
    for (int i = 0; i < n; i++) {
        if (parts[i] && !strstr(gt_message(), parts[i]))
            print_error("\"%s\" is not in: %s\n", parts[i], gt_message());
        assert_true(!parts[i] || strstr(gt_message(), parts[i]));
    }
}

enum { PARTS = 4 };

typedef struct refusal {
    const char *change; /* a text, or what is put in for `instead` */
    const char *instead;
    const char *parts[PARTS];
} refusal;

/* The GAN with the first `instead` replaced by `change`. */
static void refuses_change(const char *text, const refusal *r)
{
    char changed[4096];
    const char *at = strstr(text, r->instead);
    assert_non_null(at);
    int n = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text),
                     text, r->change, at + strlen(r->instead));
    assert_true(n > 0 && n < (int)sizeof changed);
    refuses_bytes(changed, (size_t)n, NULL, r->parts, PARTS);
}

static void text_that_is_no_configuration_is_refused(void **state)
{
    (void)state;
    static const refusal table[] = {
        {"", NULL, {"my.yaml: ", "nothing in it"}},
        {"# a comment\n", NULL, {"my.yaml: ", "nothing in it"}},
        {"- a\n- b\n", NULL, {"my.yaml:1: ", "task: gan"}},
        {"\nhello\n", NULL, {"my.yaml:2: ", "task: gan"}},
        {"task: [gan", NULL, {"my.yaml:", "not YAML", "line 1"}},
        {"task: gan\n data: x\n", NULL, {"my.yaml:2:6: ", "not YAML"}},
        {"task: gan\n\tdata: x\n", NULL, {"my.yaml:2:1: ", "not with tabs"}},
        {"a:\n  b: 1\n\tc: 2\n", NULL, {"my.yaml:3:", "not with tabs"}},
        {"task: \"gan\n", NULL, {"my.yaml:", "not YAML", "quoted"}},
        {"task: gan\n---\ntask: vae\n", NULL, {"my.yaml:2: ", "second"}},
        {"task: *other\n", NULL, {"my.yaml:1: ", "alias"}},
        {"x: &a [1]\ny: *a\n", NULL, {"my.yaml:2: ", "alias"}},
        {"x: &a [*a]\n", NULL, {"my.yaml:1: ", "alias"}},
        {"? [a]\n: b\n", NULL, {"my.yaml:1: ", "where a key is expected"}},
        {"a: \"x\\0y\"\n", NULL, {"my.yaml:1: ", "NUL"}},
        {"a: 1\nb: \xFF\n", NULL, {"my.yaml:2: ", "UTF-8", "0xff"}},
        {"a: 1\nb: \xC3\n", NULL, {"my.yaml:2: ", "UTF-8"}},
        {"a: \x01\n", NULL, {"my.yaml:1: ", "0x01"}},
        {"data: {}\n", NULL, {"my.yaml: task: missing", "task: vae"}},
        {"task:\n", NULL, {"my.yaml:1: task: no value"}},
        {"task: {a: b}\n", NULL, {"my.yaml:1: task: a mapping"}},
        {"task: gam\n", NULL, {"my.yaml:1: task: ", "did you mean \"gan\""}},
        {"task: gan\ntask: gan\n", NULL, {"my.yaml:2: task: given twice"}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        refuses_bytes(table[i].change, strlen(table[i].change), NULL,
                      table[i].parts, PARTS);
}

static void binary_files_are_refused(void **state)
{
    (void)state;
    static const char *const nul[] = {"my.yaml:2: ", "0x00"};
    refuses_bytes("task: gan\na\0b: 1\n", 17, NULL, nul, 2);
    char zeros[512] = {0};
    static const char *const first[] = {"my.yaml:1: ", "0x00"};
    refuses_bytes(zeros, sizeof zeros, NULL, first, 2);

    enum { LARGE = (1 << 20) + 1 };
    char *large = malloc(LARGE);
    assert_non_null(large);
    memset(large, '#', LARGE);
    static const char *const size[] = {"my.yaml: 1048577 bytes"};
    refuses_bytes(large, LARGE, NULL, size, 1);

    /* As deep as a megabyte goes. */
    memset(large, '[', LARGE);
    static const char *const any[] = {"my.yaml:1"};
    refuses_bytes(large, LARGE - 1, NULL, any, 1);
    free(large);
    static const char *const deep[] = {"my.yaml:1: ", "nested too deeply"};
    const char *text = "a: [[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]";
    refuses_bytes(text, strlen(text), NULL, deep, 2);
}

static void unknown_and_misplaced_keys_are_refused(void **state)
{
    (void)state;
    static const refusal table[] = {
        {"  bach: 64",
         "  batch: 64",
         {"my.yaml:28: train.bach: unknown key", "did you mean \"batch\"?",
          "keys of train: batch, steps, epochs"}},
        {"optimiser:",
         "optimizer:",
         {"my.yaml:21: optimiser: unknown key", "did you mean \"optimizer\"?",
          "keys at the top: task, data"}},
        {"  quux: 64",
         "  batch: 64",
         {"my.yaml:28: train.quux: unknown key (keys"}},
        {"  init: dcgan\n  init: he",
         "  init: dcgan",
         {"my.yaml:5: model.init: given twice"}},
        {"  sigma: 1",
         "  init: dcgan",
         {"my.yaml:4: model.sigma: only for task vae", "task is gan"}},
        {"  encoder:",
         "  discriminator:",
         {"my.yaml:16: model.encoder: only for task vae"}},
        {"task: vae",
         "task: gan",
         {"optimizer_discriminator: only for task gan", "task is vae"}},
        {"train: 64\nx:", "train:", {"my.yaml:", "x: unknown key"}},
        {"output: 3\n#", "output:\n ", {"my.yaml:30: output: expected keys"}},
        {"data: {image: 5}",
         "data: {uri: glyphs, image: [28, 28, 1]}",
         {"my.yaml:2: data.uri: missing"}},
        {"#", "data:", {"my.yaml: data.uri: missing"}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        refuses_change(gan_text, &table[i]);
    static const refusal vae[] = {
        {"  encode: [", "  encoder: [", {"did you mean \"encoder\"?"}},
        {"  prior: normal\n  decoder", "  decoder", {"only for task gan"}},
        {"train: {d_steps: 1,", "train: {", {"train.d_steps: only for"}},
        {"train: {steps: 1, ",
         "train: {",
         {"my.yaml:8: train.steps: given twice"}},
        {"optimizer_generator: {}\ntrain: {",
         "train: {",
         {"my.yaml:8: optimizer_generator: only for task gan"}},
    };
    for (size_t i = 0; i < sizeof vae / sizeof *vae; i++)
        refuses_change(vae_text, &vae[i]);
}

static void bad_values_are_refused(void **state)
{
    (void)state;
    static const refusal table[] = {
        {"lr: fast",
         "lr: 2.0e-4",
         {"my.yaml:23: optimizer.lr: \"fast\" is not a number",
          "(allowed: 0 to "}},
        {"lr: 0x10", "lr: 2.0e-4", {"\"0x10\" is not a number"}},
        {"lr: nan", "lr: 2.0e-4", {"\"nan\" is not a number"}},
        {"lr: -1", "lr: 2.0e-4", {"-1 is out of range"}},
        {"lr: 1e999", "lr: 2.0e-4", {"1e999 is out of range"}},
        {"lr: 1.2.3", "lr: 2.0e-4", {"is not a number"}},
        {"lr: [1]", "lr: 2.0e-4", {"optimizer.lr: a list where a single"}},
        {"lr: {a: 1}", "lr: 2.0e-4", {"optimizer.lr: a mapping where"}},
        {"lr:", "lr: 2.0e-4", {"my.yaml:23: optimizer.lr: no value"}},
        {"kind: adm",
         "kind: adam",
         {"my.yaml:22: optimizer.kind: \"adm\" is not known",
          "did you mean \"adam\"?", "(allowed: sgd, adam)"}},
        {"batch: 0",
         "batch: 64",
         {"my.yaml:28: train.batch: 0 is out of range",
          "(allowed: 1 to 1048576)"}},
        {"batch: 64.5", "batch: 64", {"\"64.5\" is not a whole number"}},
        {"batch: 1e3", "batch: 64", {"\"1e3\" is not a whole number"}},
        {"batch: 5 6", "batch: 64", {"\"5 6\" is not a whole number"}},
        {"batch: 99999999999999999999", "batch: 64", {"is out of range"}},
        {"shards: sometimes\n  batch: 64",
         "batch: 64",
         {"train.shards: \"sometimes\" is not known", "or auto"}},
        {"shards: -1\n  batch: 64",
         "batch: 64",
         {"train.shards: -1 is out of range"}},
        {"latent: [1, 2]",
         "latent: 100",
         {"my.yaml:5: model.latent: a list of 2 where 3 numbers"}},
        {"latent: [1, 2, 3, 4, 5]",
         "latent: 100",
         {"a list of 5 where 3 numbers [height, width, channels], 4 numbers "
          "[depth, height, width, channels] or one number are expected"}},
        {"latent: [65536, 65536, 65536, 65536]",
         "latent: 100",
         {"my.yaml:5: model.latent: 65536x65536x65536x65536 has "
          "18446744073709551616 values; the most is 1073741824"}},
        {"latent: [1, 1, 0]", "latent: 100", {"0 is out of range"}},
        {"latent: [1, 1, [5]]", "latent: 100", {"model.latent: a list"}},
        {"latent: many", "latent: 100", {"\"many\" is not a whole number"}},
        {"latent: {n: 1}", "latent: 100", {"model.latent: a mapping where"}},
        {"bias: no}", "bias: false}", {"\"no\" is neither true nor false"}},
        {"log_every: 0", "log_every: 10", {"my.yaml:31: output.log_every"}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        refuses_change(gan_text, &table[i]);
}

static void bad_layers_are_refused(void **state)
{
    (void)state;
    static const refusal table[] = {
        {"- batch_nrm",
         "- batch_norm",
         {"my.yaml:9: model.generator.2: unknown layer \"batch_nrm\"",
          "did you mean \"batch_norm\"?", "layers: "}},
        {"- dense: {unit: 6272}",
         "- dense: {units: 6272, bias: false}",
         {"my.yaml:7: model.generator.0.dense.unit: unknown key",
          "did you mean \"units\"?"}},
        {"- dense",
         "- dense: {units: 6272, bias: false}",
         {"model.generator.0.dense.units: missing"}},
        {"- dense: 6272",
         "- dense: {units: 6272, bias: false}",
         {"model.generator.0.dense: expected options"}},
        {"- dense:\n      units: 6272",
         "- dense: {units: 6272, bias: false}",
         {"my.yaml:7: model.generator.0: expected one layer",
          "indent options deeper"}},
        {"- relu: {slope: 1}",
         "- relu",
         {"model.generator.3.relu.slope: unknown key",
          "(keys of model.generator.3.relu: name, from)"}},
        {"- relu: {from: []}",
         "- relu",
         {"model.generator.3.relu.from: an empty list"}},
        {"- relu: {from: {a: b}}",
         "- relu",
         {"model.generator.3.relu.from: a mapping where a list"}},
        {"- relu: {from: [[a]]}",
         "- relu",
         {"model.generator.3.relu.from: a list or mapping where a word"}},
        {"- relu: {name: [a]}",
         "- relu",
         {"model.generator.3.relu.name: a list where a single value"}},
        {"- relu: {nane: a}",
         "- relu",
         {"model.generator.3.relu.nane: unknown key", "did you mean \"name\""}},
        {"- [relu]", "- relu", {"model.generator.3: a list where a layer"}},
        {"-", "- relu", {"model.generator.3: unknown layer \"\""}},
        {"padding: full}", "padding: same}", {"\"full\" is not known", "same"}},
        {"padding: saem}", "padding: same}", {"did you mean \"same\"?"}},
        {"padding: -1}", "padding: same}", {"-1 is out of range"}},
        {"kernel: 3x5",
         "kernel: [3, 5]",
         {"\"3x5\" is not a list; write [3, 5]"}},
        {"padding: [1, 1]}",
         "padding: same}",
         {"model.generator.5.conv2d.padding: a list of 2 where 4 numbers"}},
        {"kernel: [3, 5, 1]",
         "kernel: [3, 5]",
         {"model.generator.5.conv2d.kernel: a list of 3 where 2 numbers"}},
        {"  discriminator: relu\n  x:",
         "  discriminator:",
         {"my.yaml:17: model.x: unknown"}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        refuses_change(gan_text, &table[i]);
    static const refusal vae[] = {
        {"  encoder: flatten\n#",
         "  encoder:",
         {"my.yaml:6: model.encoder: expected a list of layers"}},
        {"  encoder: []\n#",
         "  encoder:",
         {"my.yaml:6: model.encoder: expected a list of layers"}},
        {"#", "  encoder:", {"model.encoder: missing", "task vae needs"}},
        {"#", "  decoder:", {"model.decoder: missing", "task vae needs"}},
    };
    for (size_t i = 0; i < sizeof vae / sizeof *vae; i++)
        refuses_change(vae_text, &vae[i]);
}

static void what_does_not_go_together_is_refused(void **state)
{
    (void)state;
    static const refusal table[] = {
        {"epochs: 0",
         "epochs: 5",
         {"my.yaml:", "train: steps and epochs are both 0"}},
        {"epochs: 5\n  steps: 7",
         "epochs: 5",
         {"my.yaml:30: train.steps: both steps (7) and epochs (5)"}},
        {"batch: 64\n  shards: 65",
         "batch: 64",
         {"my.yaml:29: train.shards: a batch of 64 leaves 1 shard without "
          "samples"}},
        {"batch: 64\n  steps: 5\n  accumulate: 2\nnorm: {sync: true}\n",
         "batch: 64\n  epochs: 5\noutput:\n  log_every: 10\n",
         {"my.yaml:31: norm.sync: ", "train.accumulate (2)", "to false or"}},
        {"batch: 64\n  steps: 5\n"
         "communication: {reduction: mpi, compression: bf16}\n",
         "batch: 64\n  epochs: 5\noutput:\n  log_every: 10\n",
         {"my.yaml:30: communication.compression: ", "reduction to tree"}},
        {"beta1: 0.5\n  schedule: cosine",
         "beta1: 0.5",
         {"my.yaml:25: optimizer_generator.schedule: cosine needs "
          "decay_steps"}},
        {"lr: 4e-4\n  schedule: step",
         "lr: 4e-4",
         {"my.yaml:27: optimizer_discriminator.schedule: step needs "
          "decay_steps"}},
        {"lr: 4e-4\n  schedule: multistep",
         "lr: 4e-4",
         {"my.yaml:27: optimizer_discriminator.schedule: schedule multistep "
          "needs milestones"}},
        {"lr: 4e-4\n  schedule: multistep\n  milestones: [9, 3]",
         "lr: 4e-4",
         {"my.yaml:28: optimizer_discriminator.milestones: milestone '3'"}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        refuses_change(gan_text, &table[i]);
    static const refusal vae[] = {
        {"range: symmetric",
         "range: unit",
         {"my.yaml:5: model.likelihood: bernoulli", "data.range to unit"}},
        {"optimizer: {schedule: linear}\ntrain:",
         "train:",
         {"my.yaml:8: optimizer.schedule: linear needs decay_steps"}},
    };
    for (size_t i = 0; i < sizeof vae / sizeof *vae; i++)
        refuses_change(vae_text, &vae[i]);
}

static void bad_sets_are_refused_by_name(void **state)
{
    (void)state;
    static const refusal table[] = {
        {"optimizer.lr=fast",
         NULL,
         {"--set optimizer.lr=fast: optimizer.lr: \"fast\" is not a number"}},
        {"train.bach=1", NULL, {"--set train.bach=1: ", "\"batch\""}},
        {"trian.batch=1", NULL, {"--set trian.batch=1: ", "\"train\""}},
        {"batch=1",
         NULL,
         {"batch: unknown key; did you mean \"train.batch\"?"}},
        {"train.lr=1", NULL, {"train.lr: ", "did you mean \"optimizer.lr\"?"}},
        {"data.image=30,90,1",
         NULL,
         {"data.image: \"30,90,1\" is not a list; write --set "
          "'data.image=[30, 90, 1]'"}},
        {"data.image=28x28x1", NULL, {"write --set 'data.image=[28, 28, 1]'"}},
        {"data.image=(8 8 3)", NULL, {"write --set 'data.image=[8, 8, 3]'"}},
        {"data.image=eight", NULL, {"\"eight\" is not a whole number"}},
        {"model.generator.5.conv2d.kernel=3, 5",
         NULL,
         {"write --set 'model.generator.5.conv2d.kernel=[3, 5]'"}},
        {"model.generator=relu,tanh",
         NULL,
         {"write --set 'model.generator=[relu, tanh]'"}},
        {"train.batch", NULL, {"--set train.batch: expected key=value"}},
        {"=1", NULL, {"--set =1: expected key=value"}},
        {"a..b=1", NULL, {"--set a..b=1: ", "empty"}},
        {"a.=1", NULL, {"--set a.=1: ", "empty"}},
        {"train.batch=", NULL, {"--set train.batch=: train.batch: no value"}},
        {"train.batch=[1", NULL, {"--set train.batch=[1: not YAML"}},
        {"train.batch=\xFF", NULL, {"--set train.batch=", "UTF-8"}},
        {"data.image=&a [*a]", NULL, {"--set data.image=", "alias"}},
        {"data.uri.x=1", NULL, {"data.uri is a single value"}},
        {"model.generator.8=relu", NULL, {"is a list", "0 to 7"}},
        {"model.generator.-1=relu", NULL, {"is a list", "0 to 7"}},
        {"model.generator.relu=1", NULL, {"is a list", "0 to 7"}},
        {"model.generator.3.tanh.x=1", NULL, {"generator.3 is a single"}},
        {"model.generator.3.relu.x=1", NULL, {"relu.x: unknown key"}},
        {"train.epochs=0", NULL, {"both 0"}},
        {"train.shards=65", NULL, {"--set train.shards=65: train.shards"}},
        {"task=vae", NULL, {"only for task gan"}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        refuses_bytes(gan_text, strlen(gan_text), table[i].change,
                      table[i].parts, PARTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_is_no_configuration_is_refused),
        cmocka_unit_test(binary_files_are_refused),
        cmocka_unit_test(unknown_and_misplaced_keys_are_refused),
        cmocka_unit_test(bad_values_are_refused),
        cmocka_unit_test(bad_layers_are_refused),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(bad_sets_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
