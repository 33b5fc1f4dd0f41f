/* Configurations that are accepted: what lands where, and what is written. */
#include "configs.h"

#include "model/preset.h"

#include <stdlib.h>

/* An option of a layer by its key, so that the layers' structs stay private. */
static const void *option(const gt_layer_spec *layer, const char *key,
                          const gt_option **entry)
{
    const gt_option *o = layer->type->options;
    while (o->key && strcmp(o->key, key))
        o++;
    assert_non_null(o->key);
    if (entry)
        *entry = o;
    return (const char *)layer->options + o->offset;
}

static void is_layer(const gt_layer_list *list, int i, const char *name)
{
    assert_true(i < list->count);
    assert_string_equal(list->layers[i].type->name, name);
    assert_non_null(list->layers[i].options);
}

static void values_land_in_their_fields(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    assert_int_equal(c->task, GT_TASK_GAN);
    assert_string_equal(c->data.uri, "glyphs");
    assert_memory_equal(c->data.image, ((int[]){28, 28, 1}), 3 * sizeof(int));
    assert_int_equal(c->model.init, GT_INIT_DCGAN);
    assert_memory_equal(c->model.latent, ((int[]){1, 1, 100}), 3 * sizeof(int));
    assert_int_equal(c->optimizer.kind, GT_ADAM);
    assert_true(c->optimizer.lr == 2e-4 && c->optimizer.beta1 == 0.5);
    assert_int_equal(c->train.batch, 64);
    assert_int_equal(c->train.epochs, 5);
    assert_int_equal(c->output.log_every, 10);
    gt_config_free(c);

    c = parsed(vae_text, NULL);
    assert_int_equal(c->task, GT_TASK_VAE);
    assert_string_equal(c->data.uri, "a b: c");
    assert_int_equal(c->data.range, 1);
    assert_int_equal(c->model.likelihood, GT_BERNOULLI);
    assert_int_equal(c->model.encoder.count, 2);
    assert_int_equal(c->model.decoder.count, 2);
    assert_int_equal(c->model.generator.count, 0);
    gt_config_free(c);
}

static void defaults_are_those_of_the_tables(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    assert_int_equal(c->data.range, 0);
    assert_int_equal(c->model.prior, GT_PRIOR_NORMAL);
    assert_int_equal(c->model.gan_loss, GT_GAN_NON_SATURATING);
    assert_true(c->optimizer.beta2 == 0.999 && c->optimizer.epsilon == 1e-8);
    assert_int_equal(c->train.steps, 0);
    assert_int_equal(c->train.seed, 1);
    assert_int_equal(c->train.shards, -1);
    assert_int_equal(c->train.d_steps, 1);
    assert_int_equal(c->communication.reduction, 0);   /* tree */
    assert_int_equal(c->communication.compression, 0); /* none */
    assert_true(c->communication.bucket_mb == 1);
    assert_false(c->norm.sync);
    assert_int_equal(c->output.checkpoint_every, 1000);
    assert_int_equal(c->output.keep, 3);
    assert_int_equal(c->output.sample_every, 500);
    assert_int_equal(c->output.sample_count, 64);
    assert_int_equal(c->output.test_every, 0);
    assert_int_equal(c->output.test_samples, 10000);
    gt_config_free(c);

    c = parsed(vae_text, NULL);
    assert_int_equal(c->model.init, GT_INIT_GLOROT);
    assert_true(c->model.sigma == 1 && c->model.beta == 1);
    assert_int_equal(c->optimizer.kind, GT_ADAM);
    assert_true(c->optimizer.lr == 1e-3);
    assert_int_equal(c->train.batch, 64);
    gt_config_free(c);
}

static void layers_get_their_options(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    const gt_layer_list *g = &c->model.generator, *d = &c->model.discriminator;
    assert_int_equal(g->count, 8);
    assert_int_equal(d->count, 4);

    is_layer(g, 0, "dense");
    assert_int_equal(*(int64_t *)option(&g->layers[0], "units", NULL), 6272);
    assert_false(*(bool *)option(&g->layers[0], "bias", NULL));
    is_layer(g, 1, "reshape");
    assert_memory_equal(option(&g->layers[1], "shape", NULL),
                        ((int[]){7, 7, 128}), 3 * sizeof(int));
    is_layer(g, 2, "batch_norm");
    assert_true(*(double *)option(&g->layers[2], "epsilon", NULL) == 1e-5);
    assert_true(*(double *)option(&g->layers[2], "momentum", NULL) == 0.1);
    is_layer(g, 3, "relu");
    is_layer(g, 4, "conv2d_transpose");
    assert_int_equal(*(int64_t *)option(&g->layers[4], "filters", NULL), 64);
    assert_memory_equal(option(&g->layers[4], "kernel", NULL), ((int[]){4, 4}),
                        2 * sizeof(int));
    assert_memory_equal(option(&g->layers[4], "padding", NULL),
                        ((int[]){1, 1, 1, 1}), 4 * sizeof(int));
    is_layer(g, 5, "conv2d");
    assert_memory_equal(option(&g->layers[5], "kernel", NULL), ((int[]){3, 5}),
                        2 * sizeof(int));
    assert_memory_equal(option(&g->layers[5], "stride", NULL), ((int[]){1, 1}),
                        2 * sizeof(int));
    assert_true(*(bool *)option(&g->layers[5], "bias", NULL));
    const gt_option *padding;
    const int *pad = option(&g->layers[5], "padding", &padding);
    for (int i = 0; i < 4; i++) {
        assert_true(pad[i] < 0);
        assert_string_equal(padding->choices[-1 - pad[i]], "same");
    }
    is_layer(g, 6, "upsample");
    is_layer(g, 7, "tanh");

    is_layer(d, 0, "conv2d");
    assert_memory_equal(option(&d->layers[0], "padding", NULL),
                        ((int[]){0, 1, 2, 3}), 4 * sizeof(int));
    is_layer(d, 1, "leaky_relu");
    assert_true(*(double *)option(&d->layers[1], "slope", NULL) == 0.1);
    is_layer(d, 2, "flatten");
    is_layer(d, 3, "dense");
    assert_true(*(bool *)option(&d->layers[3], "bias", NULL));
    gt_config_free(c);
}

static void both_optimizers_follow_what_is_said_of_all(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    assert_true(c->optimizer_generator.lr == 2e-4);
    assert_true(c->optimizer_generator.beta1 == 0.5);
    assert_true(c->optimizer_discriminator.lr == 4e-4);
    assert_true(c->optimizer_discriminator.beta1 == 0.5);
    char *text = strdup(c->text);
    gt_config_free(c);

    /* Still so after a round trip through the resolved text. */
    c = parsed(text, "optimizer.lr=1e-5");
    assert_true(c->optimizer_generator.lr == 1e-5);
    assert_true(c->optimizer_discriminator.lr == 4e-4);
    gt_config_free(c);
    c = parsed(text, "optimizer_generator.beta1=0.1");
    assert_true(c->optimizer_generator.beta1 == 0.1);
    assert_true(c->optimizer_generator.lr == 2e-4);
    assert_true(c->optimizer_discriminator.beta1 == 0.5);
    gt_config_free(c);
    free(text);
}

static void sets_replace_add_and_reach_into_lists(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, "train.batch=32");
    assert_int_equal(c->train.batch, 32);
    gt_config_free(c);

    c = parsed(gan_text, "train.shards=8"); /* was not there */
    assert_int_equal(c->train.shards, 8);
    gt_config_free(c);

    c = parsed(gan_text, "optimizer_generator.lr=3e-4"); /* nor the section */
    assert_true(c->optimizer_generator.lr == 3e-4);
    assert_true(c->optimizer_generator.beta1 == 0.5);
    gt_config_free(c);

    c = parsed(gan_text, "model.generator.4.conv2d_transpose.filters=32");
    assert_int_equal(
        *(int64_t *)option(&c->model.generator.layers[4], "filters", NULL), 32);
    gt_config_free(c);

    c = parsed(gan_text, "model.generator.2.batch_norm.momentum=0.25");
    assert_true(*(double *)option(&c->model.generator.layers[2], "momentum",
                                  NULL) == 0.25);
    gt_config_free(c);

    c = parsed(gan_text, "model.generator.7=sigmoid");
    is_layer(&c->model.generator, 7, "sigmoid");
    gt_config_free(c);

    c = parsed(gan_text, "model.latent=[4, 4, 8]");
    assert_memory_equal(c->model.latent, ((int[]){4, 4, 8}), 3 * sizeof(int));
    gt_config_free(c);

    c = parsed(gan_text, "data.image.0=32");
    assert_int_equal(c->data.image[0], 32);
    gt_config_free(c);

    c = parsed(gan_text, "data.uri='it''s = here: #1'");
    assert_string_equal(c->data.uri, "it's = here: #1");
    gt_config_free(c);

    c = parsed(gan_text, "train={steps: 7}"); /* the whole section */
    assert_int_equal(c->train.steps, 7);
    assert_int_equal(c->train.epochs, 0);
    gt_config_free(c);

    gt_config *d;
    const char *sets[] = {"train.steps=9", "train.epochs=0", "train.steps=11"};
    assert_int_equal(
        gt_config_parse(&d, "my.yaml", gan_text, strlen(gan_text), sets, 3),
        GT_OK);
    assert_int_equal(d->train.steps, 11); /* the last one counts */
    gt_config_free(d);
}

static void same_layer_lists(const gt_layer_list *a, const gt_layer_list *b)
{
    assert_int_equal(a->count, b->count);
    for (int i = 0; i < a->count; i++) {
        const gt_layer_type *type = a->layers[i].type;
        assert_ptr_equal(type, b->layers[i].type);
        if (type->options->key)
            assert_memory_equal(a->layers[i].options, b->layers[i].options,
                                type->options_size);
    }
}

/* Everything between the layer lists has no pointers but the URI. */
static void resolved_text_is_a_fixed_point(const char *text)
{
    gt_config *a = parsed(text, NULL);
    gt_config *b = parsed(a->text, NULL);
    assert_string_equal(a->text, b->text);
    assert_string_equal(a->data.uri, b->data.uri);
    assert_memory_equal(a->data.image, b->data.image, sizeof a->data.image);
    for (const gt_config_list *l = gt_config_lists; l->key; l++)
        same_layer_lists((void *)((char *)a + l->offset),
                         (void *)((char *)b + l->offset));
    assert_memory_equal(&a->optimizer, &b->optimizer,
                        offsetof(gt_config, text) -
                            offsetof(gt_config, optimizer));
    gt_config_free(a);
    gt_config_free(b);
}

static void resolved_text_gives_the_same_configuration(void **state)
{
    (void)state;
    resolved_text_is_a_fixed_point(gan_text);
    resolved_text_is_a_fixed_point(vae_text);
    for (const gt_preset *p = gt_presets; p->name; p++)
        resolved_text_is_a_fixed_point(p->text);
}

static void resolved_text_spells_everything_out(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, NULL);
    static const char *const lines[] = {
        "task: gan\ndata:\n  uri: glyphs\n  image: [28, 28, 1]\n"
        "  range: symmetric\nmodel:\n  init: dcgan\n  latent: [1, 1, 100]\n",
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

static void numbers_are_decimal(void **state)
{
    (void)state;
    gt_config *c = parsed(gan_text, "train.batch=0010"); /* not octal */
    assert_int_equal(c->train.batch, 10);
    gt_config_free(c);
    c = parsed(gan_text, "train.seed=9007199254740992"); /* 2^53 */
    assert_true(c->train.seed == 9007199254740992);
    gt_config_free(c);
    c = parsed(gan_text, "optimizer.lr=.5E-3");
    assert_true(c->optimizer.lr == .5e-3);
    gt_config_free(c);
}

static void changes(const char *set, const char *expected)
{
    char text[256];
    gt_config *then = parsed(gan_text, NULL), *now = parsed(gan_text, set);
    gt_config_changes(then, now, text, sizeof text);
    assert_string_equal(text, expected);
    gt_config_changes(then, now, text, 12);
    assert_int_equal(strlen(text),
                     strlen(expected) < 11 ? strlen(expected) : 11);
    gt_config_free(then);
    gt_config_free(now);
}

static void what_is_trained_otherwise_is_told_by_its_key(void **state)
{
    (void)state;
    changes(NULL, "");
    changes("train.batch=8", "train.batch 8 (64 before)");
    changes("data.uri='glyphs?count=77'",
            "data.uri glyphs?count=77 (glyphs before)");
    changes("model.discriminator=[{conv2d: {filters: 8, kernel: 4, padding: "
            "[0, 1, 2, 3]}}, relu, flatten, {dense: {units: 1}}]",
            "model.discriminator relu (leaky_relu: {slope: 0.1} before)");
    changes("model.discriminator=[{conv2d: {filters: 8, kernel: 4, padding: "
            "[0, 1, 2, 3]}}, flatten]",
            "model.discriminator flatten (leaky_relu: {slope: 0.1} before), "
            "model.discriminator");
    changes("output.keep=7", "");
    changes("train.epochs=7", "");
    changes("communication.bucket_mb=7", "");
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
        cmocka_unit_test(resolved_text_spells_everything_out),
        cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(what_is_trained_otherwise_is_told_by_its_key),
        cmocka_unit_test(any_line_ends_and_byte_order_mark_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
