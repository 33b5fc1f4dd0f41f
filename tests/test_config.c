/* Configurations that are accepted: what lands where, and what is written. */
#include "configs.h"

#include "comm/config.h"
#include "data/config.h"
#include "model/preset.h"
#include "nn/init.h"
#include "nn/layer_list.h"
#include "run/config.h"
#include "tasks/config.h"
#include "tasks/gan_config.h"
#include "tasks/gan_objective.h"
#include "tasks/vae_config.h"
#include "train/config.h"

#include <stdlib.h>

/* An option of a layer by its key, so that the layers' structs stay private. */
static const void *option(const gt_variant_list *list, int i, const char *key,
                          const gt_option **entry)
{
    const gt_option *o = gt_layer_variants.at(list->items[i].variant).options;
    while (o->key && strcmp(o->key, key))
        o++;
    assert_non_null(o->key);
    if (entry)
        *entry = o;
    return (const char *)list->items[i].options + o->offset;
}

static int64_t whole(const gt_variant_list *list, int i, const char *key)
{
    return *(const int64_t *)option(list, i, key, NULL);
}

static double real(const gt_variant_list *list, int i, const char *key)
{
    return *(const double *)option(list, i, key, NULL);
}

static bool truth(const gt_variant_list *list, int i, const char *key)
{
    return *(const bool *)option(list, i, key, NULL);
}

static void is_layer(const gt_variant_list *list, int i, const char *name)
{
    assert_true(i < list->count);
    gt_variant variant = gt_layer_variants.at(list->items[i].variant);
    assert_string_equal(variant.name, name);
    assert_true((list->items[i].options != NULL) == (variant.size > 0));
}

static void is_shape(gt_shape shape, int h, int w, int c)
{
    assert_true(shape.h == h && shape.w == w && shape.c == c);
}

static void values_land_in_their_fields(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    assert_string_equal(c->task_name, "gan");
    assert_string_equal(gt_data_config_of(c)->uri, "glyphs");
    is_shape(gt_data_config_of(c)->image, 28, 28, 1);
    assert_int_equal(gt_data_config_of(c)->image.d, 0);
    assert_int_equal(gt_start_config_of(c)->init, GT_INIT_DCGAN);
    is_shape(gt_latent_config_of(c)->shape, 1, 1, 100);
    assert_int_equal(gt_optimizer_config_of(c)->kind, GT_ADAM);
    assert_true(gt_optimizer_config_of(c)->lr == 2e-4 &&
                gt_optimizer_config_of(c)->beta1 == 0.5);
    assert_int_equal(gt_train_config_of(c)->batch, 64);
    assert_int_equal(gt_train_config_of(c)->epochs, 5);
    assert_int_equal(gt_output_config_of(c)->log_every, 10);
    gt_config_free(c);

    c = parsed(vae_text, NULL);
    assert_string_equal(c->task_name, "vae");
    assert_string_equal(gt_data_config_of(c)->uri, "a b: c");
    assert_int_equal(gt_data_config_of(c)->range, 1);
    assert_int_equal(gt_vae_config_of(c)->likelihood, GT_BERNOULLI);
    assert_int_equal(gt_vae_config_of(c)->encoder.count, 2);
    assert_int_equal(gt_vae_config_of(c)->decoder.count, 2);
    gt_config_free(c);
}

static void defaults_are_those_of_the_tables(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    assert_int_equal(gt_data_config_of(c)->range, 0);
    assert_int_equal(gt_gan_config_of(c)->prior, GT_PRIOR_NORMAL);
    assert_string_equal(gt_gan_objective_names[gt_gan_config_of(c)->gan_loss],
                        "non_saturating");
    assert_true(gt_optimizer_config_of(c)->beta2 == 0.999 &&
                gt_optimizer_config_of(c)->epsilon == 1e-8);
    assert_int_equal(gt_train_config_of(c)->steps, 0);
    assert_int_equal(gt_train_config_of(c)->seed, 1);
    assert_int_equal(gt_train_config_of(c)->shards, -1);
    assert_int_equal(gt_gan_train_config_of(c)->d_steps, 1);
    assert_int_equal(gt_communication_config_of(c)->reduction, 0);   /* tree */
    assert_int_equal(gt_communication_config_of(c)->compression, 0); /* none */
    assert_true(gt_communication_config_of(c)->bucket_mb == 1);
    assert_false(gt_norm_config_of(c)->sync);
    assert_int_equal(gt_output_config_of(c)->checkpoint_every, 1000);
    assert_int_equal(gt_output_config_of(c)->keep, 3);
    assert_int_equal(gt_output_config_of(c)->sample_every, 500);
    assert_int_equal(gt_output_config_of(c)->sample_count, 64);
    assert_int_equal(gt_validation_config_of(c)->test_every, 0);
    assert_int_equal(gt_validation_config_of(c)->test_samples, 10000);
    gt_config_free(c);

    c = parsed(vae_text, NULL);
    assert_int_equal(gt_start_config_of(c)->init, GT_INIT_GLOROT);
    assert_true(gt_vae_config_of(c)->sigma == 1 &&
                gt_vae_config_of(c)->beta == 1);
    assert_int_equal(gt_optimizer_config_of(c)->kind, GT_ADAM);
    assert_true(gt_optimizer_config_of(c)->lr == 1e-3);
    assert_int_equal(gt_train_config_of(c)->batch, 64);
    gt_config_free(c);
}

static void layers_get_their_options(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    const gt_variant_list *g = &gt_gan_config_of(c)->generator;
    const gt_variant_list *d = &gt_gan_config_of(c)->discriminator;
    assert_int_equal(g->count, 8);
    assert_int_equal(d->count, 4);

    is_layer(g, 0, "dense");
    assert_int_equal(whole(g, 0, "units"), 6272);
    assert_false(truth(g, 0, "bias"));
    is_layer(g, 1, "reshape");
    assert_memory_equal(option(g, 1, "shape", NULL), ((int[]){7, 7, 128}),
                        3 * sizeof(int));
    is_layer(g, 2, "batch_norm");
    assert_true(real(g, 2, "epsilon") == 1e-5);
    assert_true(real(g, 2, "momentum") == 0.1);
    is_layer(g, 3, "relu");
    is_layer(g, 4, "conv2d_transpose");
    assert_int_equal(whole(g, 4, "filters"), 64);
    assert_memory_equal(option(g, 4, "kernel", NULL), ((int[]){4, 4}),
                        2 * sizeof(int));
    assert_memory_equal(option(g, 4, "padding", NULL), ((int[]){1, 1, 1, 1}),
                        4 * sizeof(int));
    is_layer(g, 5, "conv2d");
    assert_memory_equal(option(g, 5, "kernel", NULL), ((int[]){3, 5}),
                        2 * sizeof(int));
    assert_memory_equal(option(g, 5, "stride", NULL), ((int[]){1, 1}),
                        2 * sizeof(int));
    assert_true(truth(g, 5, "bias"));
    const gt_option *padding;
    const int *pad = option(g, 5, "padding", &padding);
    for (int i = 0; i < 4; i++) {
        assert_true(pad[i] < 0);
        assert_string_equal(padding->choices[-1 - pad[i]], "same");
    }
    is_layer(g, 6, "upsample");
    is_layer(g, 7, "tanh");

    is_layer(d, 0, "conv2d");
    assert_memory_equal(option(d, 0, "padding", NULL), ((int[]){0, 1, 2, 3}),
                        4 * sizeof(int));
    is_layer(d, 1, "leaky_relu");
    assert_true(real(d, 1, "slope") == 0.1);
    is_layer(d, 2, "flatten");
    is_layer(d, 3, "dense");
    assert_true(truth(d, 3, "bias"));
    gt_config_free(c);
}

static void both_optimizers_follow_what_is_said_of_all(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    assert_true(gt_generator_optimizer_of(c)->lr == 2e-4);
    assert_true(gt_generator_optimizer_of(c)->beta1 == 0.5);
    assert_true(gt_discriminator_optimizer_of(c)->lr == 4e-4);
    assert_true(gt_discriminator_optimizer_of(c)->beta1 == 0.5);
    char *text = strdup(c->text);
    gt_config_free(c);

    /* Still so after a round trip through the resolved text. */
    c = parsed(text, "optimizer.lr=1e-5");
    assert_true(gt_generator_optimizer_of(c)->lr == 1e-5);
    assert_true(gt_discriminator_optimizer_of(c)->lr == 4e-4);
    gt_config_free(c);
    c = parsed(text, "optimizer_generator.beta1=0.1");
    assert_true(gt_generator_optimizer_of(c)->beta1 == 0.1);
    assert_true(gt_generator_optimizer_of(c)->lr == 2e-4);
    assert_true(gt_discriminator_optimizer_of(c)->beta1 == 0.5);
    gt_config_free(c);
    free(text);
}

static void sets_replace_add_and_reach_into_lists(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, "train.batch=32");
    assert_int_equal(gt_train_config_of(c)->batch, 32);
    gt_config_free(c);

    c = parsed(gan_text, "train.shards=8"); /* was not there */
    assert_int_equal(gt_train_config_of(c)->shards, 8);
    gt_config_free(c);

    c = parsed(gan_text, "optimizer_generator.lr=3e-4"); /* nor the section */
    assert_true(gt_generator_optimizer_of(c)->lr == 3e-4);
    assert_true(gt_generator_optimizer_of(c)->beta1 == 0.5);
    gt_config_free(c);

    c = parsed(gan_text, "model.generator.4.conv2d_transpose.filters=32");
    assert_int_equal(whole(&gt_gan_config_of(c)->generator, 4, "filters"), 32);
    gt_config_free(c);

    c = parsed(gan_text, "model.generator.2.batch_norm.momentum=0.25");
    assert_true(real(&gt_gan_config_of(c)->generator, 2, "momentum") == 0.25);
    gt_config_free(c);

    c = parsed(gan_text, "model.generator.7=sigmoid");
    is_layer(&gt_gan_config_of(c)->generator, 7, "sigmoid");
    gt_config_free(c);

    c = parsed(gan_text, "model.latent=[4, 4, 8]");
    is_shape(gt_latent_config_of(c)->shape, 4, 4, 8);
    gt_config_free(c);

    c = parsed(gan_text, "data.image.0=32");
    is_shape(gt_data_config_of(c)->image, 32, 28, 1);
    gt_config_free(c);

    c = parsed(gan_text, "data.uri='it''s = here: #1'");
    assert_string_equal(gt_data_config_of(c)->uri, "it's = here: #1");
    gt_config_free(c);

    c = parsed(gan_text, "train={steps: 7}"); /* the whole section */
    assert_int_equal(gt_train_config_of(c)->steps, 7);
    assert_int_equal(gt_train_config_of(c)->epochs, 0);
    gt_config_free(c);

    gt_config *d;
    const char *sets[] = {"train.steps=9", "train.epochs=0", "train.steps=11"};
    assert_int_equal(gt_config_parse(&d, &gt_train_schema, "my.yaml", gan_text,
                                     strlen(gan_text), sets, 3),
                     GT_OK);
    assert_int_equal(gt_train_config_of(d)->steps,
                     11); /* the last one counts */
    gt_config_free(d);
}

static size_t size_of(gt_option_kind kind)
{
    switch (kind) {
    case GT_OPTION_INT:
        return sizeof(int64_t);
    case GT_OPTION_REAL:
        return sizeof(double);
    case GT_OPTION_BOOL:
        return sizeof(bool);
    case GT_OPTION_CHOICE:
        return sizeof(int);
    case GT_OPTION_PAIR:
        return 2 * sizeof(int);
    default:
        return 4 * sizeof(int);
    }
}

static void same_values(const gt_option *options, const void *a, const void *b)
{
    for (const gt_option *o = options; o && o->key; o++) {
        const void *x = (const char *)a + o->offset;
        const void *y = (const char *)b + o->offset;
        if (o->kind == GT_OPTION_TEXT && !*(char *const *)x) {
            assert_null(*(char *const *)y);
        } else if (o->kind == GT_OPTION_TEXT) {
            assert_string_equal(*(char *const *)x, *(char *const *)y);
        } else if (o->kind == GT_OPTION_WORDS) {
            const gt_word_list *p = x, *q = y;
            assert_int_equal(p->count, q->count);
            for (int i = 0; i < p->count; i++)
                assert_string_equal(p->words[i], q->words[i]);
        } else if (o->kind == GT_OPTION_VARIANTS) {
            const gt_variant_list *p = x, *q = y;
            assert_int_equal(p->count, q->count);
            for (int i = 0; i < p->count; i++) {
                assert_int_equal(p->items[i].variant, q->items[i].variant);
                same_values(o->variants->at(p->items[i].variant).options,
                            p->items[i].options, q->items[i].options);
                same_values(o->variants->common, p->items[i].common,
                            q->items[i].common);
            }
        } else {
            assert_memory_equal(x, y, size_of(o->kind));
        }
    }
}

static const char graph_text[] = "task: vae\n"
                                 "data: {uri: ring, image: 2}\n"
                                 "model:\n"
                                 "  latent: 1\n"
                                 "  encoder:\n"
                                 "  - dense: {name: a, units: 2}\n"
                                 "  - relu: {name: b}\n"
                                 "  - relu\n"
                                 "  - add: {from: [a, b, previous]}\n"
                                 "  decoder:\n"
                                 "  - dense: {units: 2, from: z}\n"
                                 "train: {batch: 4, steps: 1}\n";

static void resolved_text_is_a_fixed_point(const char *text)
{
    gt_config *a = parsed(text, NULL);
    gt_config *b = parsed(a->text, NULL);
    assert_string_equal(a->text, b->text);
    assert_int_equal(a->n_parts, b->n_parts);
    for (int i = 0; i < a->n_parts; i++)
        same_values(a->parts[i].section->options, a->parts[i].values,
                    b->parts[i].values);
    gt_config_free(a);
    gt_config_free(b);
}

static const char volume_text[] =
    "task: vae\n"
    "data: {uri: volumes.npy, image: 12x28x20x1}\n"
    "model:\n"
    "  latent: [2, 1, 1, 3]\n"
    "  encoder: [flatten, dense: {units: 12}]\n"
    "  decoder:\n"
    "  - flatten\n"
    "  - dense: {units: 6720}\n"
    "  - reshape: {shape: [12, 28, 20, 1]}\n"
    "train: {batch: 4, steps: 1}\n";

static void four_numbers_are_a_volume(void **state)
{
    (void)state;
    char text[sizeof volume_text];
    strcpy(text, volume_text);
    memcpy(strstr(text, "12x28x20x1"), "          ", 10);
    const char *sets[] = {"data.image=[12, 28, 20, 1]"};
    gt_config *c;
    assert_int_equal(gt_config_parse(&c, &gt_train_schema, "my.yaml", text,
                                     strlen(text), sets, 1),
                     GT_OK);
    gt_shape image = gt_data_config_of(c)->image,
             latent = gt_latent_config_of(c)->shape;
    assert_true(gt_shape_equal(image, (gt_shape){28, 20, 1, 12}));
    assert_true(gt_shape_equal(latent, (gt_shape){1, 1, 3, 2}));
    assert_non_null(strstr(c->text, "image: [12, 28, 20, 1]"));
    resolved_text_is_a_fixed_point(c->text);
    gt_config_free(c);
    assert_int_equal(gt_config_parse(&c, &gt_train_schema, "my.yaml",
                                     volume_text, strlen(volume_text), NULL, 0),
                     GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "write [12, 28, 20, 1]"));
}

static void resolved_text_gives_the_same_configuration(void **state)
{
    (void)state;
    resolved_text_is_a_fixed_point(gan_text);
    resolved_text_is_a_fixed_point(vae_text);
    resolved_text_is_a_fixed_point(graph_text);
    for (const gt_preset *p = gt_presets; p->name; p++)
        resolved_text_is_a_fixed_point(p->text);
}

static void resolved_text_spells_everything_out(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    static const char *const lines[] = {
        ("task: gan\ndata:\n  uri: glyphs\n  image: [28, 28, 1]\n  stack: 1\n"
         "  range: symmetric\n  classes: 0\n"),
        "\n  on_error: stop\n",
        "\nmodel:\n  init: dcgan\n  latent: [1, 1, 100]\n",
        "\n  - relu\n",
        "\n  - batch_norm: {epsilon: 1e-5, momentum: 0.1}\n",
        "padding: [1, 1, 1, 1]",
        "padding: same",
        "\n  lr: 2.0e-4\n",
        "\noptimizer_discriminator:\n  lr: 4e-4\n",
        "\n  shards: auto\n",
        "\n  d_steps: 1\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!strstr(c->text, lines[i]))
            print_error("not in the text: %s\n%s", lines[i], c->text);
        assert_non_null(strstr(c->text, lines[i]));
    }
    assert_null(strstr(c->text, "sigma")); /* a key of the other task */
    gt_config_free(c);
}

/* A section of its own inherits what may be left out, too. */
static void milestones_are_inherited(void **state)
{
    (void)state;
    const char *sets[] = {"optimizer.schedule=multistep",
                          "optimizer.milestones=[10, 30]"};
    gt_config *c = NULL;
    assert_int_equal(gt_config_parse(&c, &gt_train_schema, "c.yaml", gan_text,
                                     strlen(gan_text), sets, 2),
                     GT_OK);
    const gt_optimizer_config *d = gt_discriminator_optimizer_of(c);
    assert_int_equal(d->schedule, GT_SCHEDULE_MULTISTEP);
    assert_int_equal(d->milestones.count, 2);
    assert_string_equal(d->milestones.words[1], "30");
    assert_non_null(
        strstr(c->text, "\noptimizer_discriminator:\n  lr: 4e-4\n"));
    resolved_text_is_a_fixed_point(c->text);
    gt_config_free(c);
}

static void numbers_are_decimal(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, "train.batch=0010"); /* not octal */
    assert_int_equal(gt_train_config_of(c)->batch, 10);
    gt_config_free(c);
    c = parsed(gan_text, "train.seed=9007199254740992"); /* 2^53 */
    assert_true(gt_train_config_of(c)->seed == 9007199254740992);
    gt_config_free(c);
    c = parsed(gan_text, "optimizer.lr=.5E-3");
    assert_true(gt_optimizer_config_of(c)->lr == .5e-3);
    gt_config_free(c);
}

static void any_line_ends_and_byte_order_mark_will_do(void **state)
{
    (void)state;
    char text[4096] = "\xEF\xBB\xBF";
    size_t n = 3;
    for (const char *p = gan_text; *p; p++) {
        if (*p == '\n')
            text[n++] = '\r';
        text[n++] = *p;
    }
    text[n] = '\0';
    gt_config *a = parsed(gan_text, NULL), *b = parsed(text, NULL);
    assert_string_equal(a->text, b->text);
    gt_config_free(a);
    gt_config_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_land_in_their_fields),
        cmocka_unit_test(defaults_are_those_of_the_tables),
        cmocka_unit_test(layers_get_their_options),
        cmocka_unit_test(both_optimizers_follow_what_is_said_of_all),
        cmocka_unit_test(sets_replace_add_and_reach_into_lists),
        cmocka_unit_test(resolved_text_gives_the_same_configuration),
        cmocka_unit_test(four_numbers_are_a_volume),
        cmocka_unit_test(resolved_text_spells_everything_out),
        cmocka_unit_test(milestones_are_inherited),
        cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(any_line_ends_and_byte_order_mark_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
