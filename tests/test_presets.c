/* Every preset is a configuration whose networks fit together, and those that
 * follow a reference have its number of parameters. */
#include "configs.h"

#include "model/preset.h"

static gt_network *network(const gt_config *c, const char *name,
                           const gt_layer_list *list, const int in[3])
{
    gt_network *net;
    gt_status status = gt_network_new(&net, name, gt_config_shape(in),
                                      list->layers, list->count, 2);
    if (status != GT_OK)
        print_error("%s\n", gt_message());
    assert_int_equal(status, GT_OK);
    assert_true(c->train.batch >= 2);
    return net;
}

static void is_shape(gt_shape shape, const int want[3])
{
    assert_true(gt_shape_equal(shape, gt_config_shape(want)));
}

/* Without the gaps between tensors that n_params has. */
static size_t parameters(const gt_network *net)
{
    size_t n = 0;
    for (int i = 0; i < net->n_layers; i++)
        for (int j = 0; j < net->layers[i].n_params; j++)
            n += net->layers[i].param[j].count;
    return n;
}

/* Plan both networks; the number of their parameters together. */
static size_t plan(const gt_config *c)
{
    gt_network *a, *b;
    if (c->task == GT_TASK_GAN) {
        a = network(c, "generator", &c->model.generator, c->model.latent);
        b = network(c, "discriminator", &c->model.discriminator, c->data.image);
        is_shape(a->out, c->data.image);
        is_shape(b->out, (int[]){1, 1, 1});
    } else {
        a = network(c, "encoder", &c->model.encoder, c->data.image);
        b = network(c, "decoder", &c->model.decoder, c->model.latent);
        is_shape(a->out, (int[]){1, 1, 2 * c->model.latent[2]});
        is_shape(b->out, c->data.image);
    }
    size_t n = parameters(a) + parameters(b);
    gt_network_free(a);
    gt_network_free(b);
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
        {"dcgan28", 898370},   {"dcgan64", 6342272},
        {"seed-gan", 8639908}, {"seed-gan-literal", 301220},
        {"mlp-vae", 652824},   {"seed-vae", 21366019},
        {"ring", 566003},      {"conv-vae28", 371073},
        {"grid", 566003},
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
    assert_non_null(strstr(gt_message(), "conv-vae28, dcgan28, dcgan64"));
    assert_int_equal(gt_preset_find("transformer", &p), GT_ERR_CONFIG);
    assert_null(strstr(gt_message(), "did you mean"));
}

/* Print a reference into memory and check it line by line. */
static void is_reference(void (*print)(FILE *), const char *const words[])
{
    FILE *file = tmpfile();
    assert_non_null(file);
    print(file);
    rewind(file);
    int found = 0, wanted = 0;
    char line[256];
    while (fgets(line, sizeof line, file)) {
        assert_true(strcspn(line, "\n") <= 80);
        for (int i = 0; words[i]; i++)
            found += !strncmp(line, words[i], strlen(words[i]));
    }
    while (words[wanted])
        wanted++;
    assert_int_equal(found, wanted);
    fclose(file);
}

static void references_name_every_section_and_layer_in_80_columns(void **state)
{
    (void)state;
    static const char *const sections[] = {
        "data - ",      "optimizer - ",         "optimizer_generator - ",
        "  generator ", "  beta_warmup_steps ", NULL};
    is_reference(gt_config_print_reference, sections);
    char lines[64][32];
    const char *layers[65] = {NULL};
    assert_true(gt_layer_type_count < 64);
    for (int i = 0; i < gt_layer_type_count; i++) {
        snprintf(lines[i], sizeof lines[i], "%s - ", gt_layer_types[i]->name);
        layers[i] = lines[i];
    }
    is_reference(gt_layers_print_reference, layers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_plans_networks_that_fit),
        cmocka_unit_test(presets_have_the_parameters_of_their_references),
        cmocka_unit_test(unknown_preset_gets_a_suggestion_and_the_list),
        cmocka_unit_test(references_name_every_section_and_layer_in_80_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
