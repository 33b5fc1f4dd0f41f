/* Blocks: groups of layers that a configuration writes once. */
#include "configs.h"

#include <stdio.h>

#define HEAD                                                                   \
    "task: vae\n"                                                              \
    "data: {uri: ring, image: 2}\n"                                            \
    "train: {batch: 4, steps: 1}\n"
#define REST "  latent: 1\n  decoder:\n  - dense: {units: 2}\n"

static const char definitions[] =
    "blocks:\n"
    "  residual:\n"
    "    with: {units: 8, slope: 0.1}\n"
    "    layers:\n"
    "    - leaky_relu: {slope: $slope}\n"
    "    - dense: {units: $units, name: wide}\n"
    "    - dense: {units: 2, from: [wide, input]}\n"
    "    - add: {from: [input, previous]}\n"
    "  pair:\n"
    "    with: {units: 4}\n"
    "    layers:\n"
    "    - residual: {units: $units, name: half}\n"
    "    - tanh\n"
    "    - residual: {from: half}\n"
    "    - add: {from: [half, previous, input]}\n"
    "  needy:\n"
    "    with: {units: }\n"
    "    layers:\n"
    "    - dense: {units: $units}\n"
    "  endless:\n"
    "    layers: [endless]\n";

/* The encoder of layers, with blocks and without. */
static void unfolds_to(const char *folded, const char *plain)
{
    char text[4096];
    snprintf(text, sizeof text, "%s" HEAD "model:\n  encoder:\n%s" REST,
             definitions, folded);
    gt_config *a = parsed(text, NULL);
    snprintf(text, sizeof text, HEAD "model:\n  encoder:\n%s" REST, plain);
    gt_config *b = parsed(text, NULL);
    assert_string_equal(a->text, b->text);
    gt_config_free(a);
    gt_config_free(b);
}

static void blocks_stand_for_their_layers(void **state)
{
    (void)state;
    unfolds_to("  - residual\n",
               "  - leaky_relu: {slope: 0.1}\n"
               "  - dense: {units: 8, name: residual-1-wide}\n"
               "  - dense: {units: 2, from: [residual-1-wide, previous-3]}\n"
               "  - add: {from: [previous-4, previous]}\n");
    unfolds_to("  - dense: {units: 2, name: a}\n"
               "  - residual: {units: 3, slope: 0.5, name: b}\n"
               "  - residual: {from: [a, b], name: c}\n",
               "  - dense: {units: 2, name: a}\n"
               "  - leaky_relu: {slope: 0.5}\n"
               "  - dense: {units: 3, name: b-wide}\n"
               "  - dense: {units: 2, from: [b-wide, previous-3]}\n"
               "  - add: {from: [previous-4, previous], name: b}\n"
               "  - leaky_relu: {slope: 0.1, from: [a, b]}\n"
               "  - dense: {units: 8, name: c-wide}\n"
               "  - dense: {units: 2, from: [c-wide, a, b]}\n"
               "  - add: {from: [a, b, previous], name: c}\n");
}

static void blocks_are_made_of_blocks(void **state)
{
    (void)state;
    unfolds_to("  - pair: {name: p, from: x}\n",
               "  - leaky_relu: {slope: 0.1, from: x}\n"
               "  - dense: {units: 4, name: p-half-wide}\n"
               "  - dense: {units: 2, from: [p-half-wide, x]}\n"
               "  - add: {from: [x, previous], name: p-half}\n"
               "  - tanh\n"
               "  - leaky_relu: {slope: 0.1, from: p-half}\n"
               "  - dense: {units: 8, name: residual-3-wide}\n"
               "  - dense: {units: 2, from: [residual-3-wide, p-half]}\n"
               "  - add: {from: [p-half, previous]}\n"
               "  - add: {from: [p-half, previous, x], name: p}\n");
}

static void refuses(const char *blocks, const char *encoder, const char *part)
{
    char text[4096];
    gt_config *config;
    snprintf(text, sizeof text, "%s" HEAD "model:\n  encoder:\n%s" REST, blocks,
             encoder);
    assert_int_equal(gt_config_parse(&config, &gt_train_schema, "my.yaml", text,
                                     strlen(text), NULL, 0),
                     GT_ERR_CONFIG);
    if (!strstr(gt_message(), part))
        fail_msg("\"%s\" is not in: %s", part, gt_message());
}

static void faults_of_blocks_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *encoder, *part;
    } uses[] = {
        {"  - residual: {unit: 3}\n",
         "my.yaml:27: block residual: there is no parameter \"unit\"; did you "
         "mean \"units\"? (units, slope)"},
        {"  - residual: 5\n", "block residual: expected parameters"},
        {"  - residual: {from: {a: b}}\n", "block residual: from: expected"},
        {"  - needy\n", "block needy: give its parameter \"units\""},
        {"  - endless\n", "block endless: blocks within blocks, more than 8 "
                          "deep; does it use itself?"},
        {"  - residul\n", "unknown layer \"residul\""},
        {"  - residual: {units: many}\n", "units: \"many\" is not a whole"},
    };
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        refuses(definitions, uses[i].encoder, uses[i].part);
    static const struct {
        const char *blocks, *part;
    } faults[] = {
        {"blocks: [a]\n", "my.yaml:1: blocks: expected names"},
        {"blocks: {a: [tanh]}\n", "blocks.a: expected \"layers\", a list, and"},
        {"blocks: {a: {layer: [tanh]}}\n",
         "blocks.a.layer: unknown key; did you mean \"layers\"?"},
        {"blocks: {a: {layers: []}}\n",
         "blocks.a: expected \"layers\", a list"},
        {"blocks: {a: {with: [b], layers: [tanh]}}\n", "blocks.a: with: "},
        {"blocks: {a: {with: {name: b}, layers: [tanh]}}\n",
         "blocks.a: with: \"name\" is what every layer may have"},
        {"blocks: {tanh: {layers: [relu]}}\n",
         "blocks: tanh is a layer; choose another name"},
        {"blocks: {a: {layers: [dense: {units: $n}]}}\n",
         "block a: there is no parameter \"n\" (it has no parameters)"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        refuses(faults[i].blocks, "  - a\n", faults[i].part);
}

/* Blocks that use each other many times must not fill the memory. */
static void what_unfolds_without_end_is_refused(void **state)
{
    (void)state;
    refuses("blocks:\n"
            "  a: {layers: [tanh, tanh, tanh, tanh, tanh, tanh, tanh, tanh]}\n"
            "  b: {layers: [a, a, a, a, a, a, a, a]}\n"
            "  c: {layers: [b, b, b, b, b, b, b, b]}\n"
            "  d: {layers: [c, c, c, c, c, c, c, c]}\n",
            "  - d\n", "blocks unfold to more than 1024 items");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_stand_for_their_layers),
        cmocka_unit_test(blocks_are_made_of_blocks),
        cmocka_unit_test(faults_of_blocks_are_named),
        cmocka_unit_test(what_unfolds_without_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
