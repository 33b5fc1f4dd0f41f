/* Every preset is a configuration whose networks fit together, and those that
 * follow a reference have its number of parameters. */
#include "configs.h"

#include "data/config.h"
#include "model/preset.h"
#include "nn/layer_list.h"
#include "tasks/config.h"
#include "tasks/gan_config.h"
#include "tasks/vae_config.h"

static gt_network *network(const gt_config *c, const char *name,
                           const gt_variant_list *list, const char *first,
                           gt_shape in)
{
    gt_network *net;
    int classes = (int)gt_data_config_of(c)->classes;
    const gt_network_input inputs[] = {{first, in}, {"label", {1, 1, classes}}};
    gt_status status =
        gt_network_from_list(&net, name, inputs, classes > 0 ? 2 : 1, list, 2);
    if (status != GT_OK)
        print_error("%s\n", gt_message());
    assert_int_equal(status, GT_OK);
    assert_true(gt_train_config_of(c)->batch >= 2);
    return net;
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
    gt_shape image = gt_data_config_of(c)->image;
    gt_shape latent = gt_latent_config_of(c)->shape;
    if (!strcmp(c->task_name, "gan")) {
        const gt_gan_config *gan = gt_gan_config_of(c);
        a = network(c, "generator", &gan->generator, "z", latent);
        b = network(c, "discriminator", &gan->discriminator, "x", image);
        assert_true(gt_shape_equal(a->out, image));
        assert_true(gt_shape_equal(b->out, (gt_shape){1, 1, 1}));
    } else {
        const gt_vae_config *vae = gt_vae_config_of(c);
        a = network(c, "encoder", &vae->encoder, "x", image);
        b = network(c, "decoder", &vae->decoder, "z", latent);
        assert_true(gt_shape_equal(a->out, (gt_shape){1, 1, 2 * latent.c}));
        assert_true(gt_shape_equal(b->out, image));
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
        {"grid", 566003},      {"resgan32", 410404},
        {"cgan28", 1002050},   {"cvae28", 660824},
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
