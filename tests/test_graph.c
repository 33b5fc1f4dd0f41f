/* The order of layers, what is refused, and where numbers lie. */
#include "nn/graph.h"
#include "nn/lifetime.h"
#include "nn/network.h"

#include "layer_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MOST = 16 };

typedef struct described {
    const char *type, *options, *name, *from[4];
} described;

static const gt_network_input inputs[] = {{"x", {4, 4, 2}}, {"c", {1, 1, 3}}};

static gt_status build(const described *layers, gt_network **net)
{
    gt_layer_spec specs[MOST] = {{0}};
    int n = 0;
    for (; layers[n].type; n++) {
        const gt_layer_type *type = gt_layer_type_find(layers[n].type);
        assert_non_null(type);
        specs[n] = (gt_layer_spec){
            .type = type,
            .options = layer_options_new(
                type, layers[n].options ? layers[n].options : ""),
            .name = layers[n].name,
            .from = layers[n].from};
        while (specs[n].n_from < 4 && layers[n].from[specs[n].n_from])
            specs[n].n_from++;
    }
    gt_status status = gt_network_new(net, "net", inputs, 2, specs, n, 2);
    for (int i = 0; i < n; i++)
        free(specs[i].options);
    return status;
}

static void refuse(const described *layers, const char *message)
{
    gt_network *net;
    assert_int_equal(build(layers, &net), GT_ERR_CONFIG);
    assert_null(net);
    assert_string_equal(gt_message(), message);
}

static void faults_of_a_graph_are_named(void **state)
{
    (void)state;
    refuse((const described[]){{"relu", .name = "body"},
                               {"add", .from = {"bodi", "previous"}},
                               {0}},
           "net: layer 1 add: from: nothing is called \"bodi\"; did you mean "
           "\"body\"? (x, c, previous, body)");
    refuse(
        (const described[]){{"relu", .name = "a"}, {"tanh", .name = "a"}, {0}},
        "net: layer 1 tanh a: layer 0 has this name already");
    refuse((const described[]){{"relu", .name = "c"}, {0}},
           "net: layer 0 relu c: c is the name of an input; choose another");
    refuse((const described[]){{"relu", .name = "previous"}, {0}},
           "net: layer 0 relu previous: previous stands for the layer before; "
           "choose another name");
    refuse((const described[]){{"relu"}, {"tanh", .from = {"x"}}, {0}},
           "net: layer 0 relu: no layer reads what it makes; name it in the "
           "\"from\" of another, or leave it out");
    refuse((const described[]){{"relu"},
                               {"add", .name = "a", .from = {"x", "b"}},
                               {"relu", .name = "b"},
                               {"add", .from = {"previous", "relu0"}},
                               {0}},
           "net: layer 3 add: from: nothing is called \"relu0\" (x, c, "
           "previous, a, b)");
    refuse((const described[]){{"add", .name = "a", .from = {"x", "b"}},
                               {"relu", .name = "b"},
                               {"tanh", .from = {"a"}},
                               {0}},
           "net: layer 0 add a: it reads what follows from its own output; a "
           "network has no circles");
    refuse((const described[]){{"relu", .name = "a"},
                               {"tanh", .name = "b"},
                               {"sigmoid", .name = "d", .from = {"a"}},
                               {"add", .from = {"b", "d"}},
                               {"relu", .name = "e", .from = {"x"}},
                               {0}},
           "net: layer 3 add: no layer reads what it makes; name it in the "
           "\"from\" of another, or leave it out");
}

static void misfits_are_shown_with_the_path_of_shapes(void **state)
{
    (void)state;
    refuse((const described[]){{"conv2d", "filters=5 kernel=3", "a"},
                               {"tanh"},
                               {"add", NULL, NULL, {"previous", "x"}},
                               {0}},
           "net: layer 2 add: input 0 is 2x2x5 but input 1 is 4x4x2; they must "
           "be equal, for instance by a conv2d with kernel 1 (shapes: 4x4x2 -> "
           "2x2x5 -> 2x2x5 -> ?)");
    refuse((const described[]){{"avg_pool", NULL, "p"},
                               {"dense", "units=3", NULL, {"p", "x"}},
                               {0}},
           "net: layer 1 concat: cannot join input 0, 2x2x2, to 4x4 pixels; "
           "give it this height and width, or one pixel (shapes: 4x4x2 -> "
           "2x2x2 -> ?)");
    refuse((const described[]){{"add"}, {0}},
           "net: layer 0 add: needs two inputs or more, as in \"add: {from: "
           "[a, previous]}\" (shapes: 4x4x2 -> ?)");
}

static void layers_run_in_an_order_that_keeps_theirs(void **state)
{
    (void)state;
    gt_network *net;
    assert_int_equal(
        build((const described[]){{"dense", "units=2", "a", {"x", "c"}},
                                  {"add", NULL, "s", {"a", "late"}},
                                  {"tanh", NULL, "late", {"x"}},
                                  {"relu", NULL, NULL, {"s"}},
                                  {0}},
              &net),
        GT_OK);
    static const char *const types[] = {"concat", "dense", "tanh", "add",
                                        "relu"};
    static const int index[] = {0, 0, 2, 1, 3};
    assert_int_equal(net->n_layers, 5);
    for (int i = 0; i < 5; i++) {
        assert_string_equal(net->layers[i].type->name, types[i]);
        assert_int_equal(net->layers[i].index, index[i]);
    }
    assert_int_equal(net->layers[0].from[1], gt_from_input(1));
    assert_int_equal(net->layers[3].from[0], 1);
    assert_int_equal(net->layers[3].from[1], 2);
    char label[GT_LAYER_LABEL];
    assert_string_equal(gt_layer_label(&net->layers[1], label), "00_dense");
    gt_network_free(net);
}

/* An activation is applied by the layer before it only where nobody else reads
 * the numbers without it. */
static void activations_are_fused_only_for_a_single_reader(void **state)
{
    (void)state;
    gt_network *net;
    assert_int_equal(build((const described[]){{"dense", "units=2", "a"},
                                               {"tanh", NULL, "b"},
                                               {"add", NULL, NULL, {"a", "b"}},
                                               {"dense", "units=2"},
                                               {"relu", NULL, "r"},
                                               {"add", NULL, NULL, {"r", "a"}},
                                               {0}},
                           &net),
                     GT_OK);
    assert_null(net->layers[0].fused);
    assert_false(net->layers[1].is_fused);
    assert_ptr_equal(net->layers[3].fused, &net->layers[4]);
    assert_int_equal(gt_network_reader(net, 0), -1);
    assert_int_equal(gt_network_reader(net, 1), 2);
    gt_network_free(net);
}

static void numbers_that_are_needed_together_lie_apart(void **state)
{
    (void)state;
    enum { ITEMS = 60 };
    uint32_t seed = 5;
    for (int round = 0; round < 50; round++) {
        gt__lifetime all[ITEMS];
        size_t total, sum = 0;
        for (int i = 0; i < ITEMS; i++) {
            seed = seed * 1664525u + 1013904223u;
            int first = (int)(seed >> 8) % 100;
            all[i] = (gt__lifetime){.size = (seed >> 16) % 1000,
                                    .first = first,
                                    .last = first + (int)(seed >> 24) % 20};
            sum += (all[i].size + 15) / 16 * 16;
        }
        assert_int_equal(gt__place_all(all, ITEMS, &total), GT_OK);
        assert_true(total < sum);
        for (int i = 0; i < ITEMS; i++) {
            assert_true(all[i].offset % 16 == 0);
            assert_true(all[i].offset + all[i].size <= total);
            for (int k = 0; k < i; k++)
                if (all[i].first <= all[k].last && all[k].first <= all[i].last)
                    assert_true(all[i].offset >= all[k].offset + all[k].size ||
                                all[k].offset >= all[i].offset + all[i].size);
        }
    }
}

/* Gradients of a long row of layers take the room of two of them. */
static void long_rows_need_no_more_memory_for_gradients(void **state)
{
    (void)state;
    described layers[MOST] = {{0}};
    size_t gradients[2];
    for (int k = 0; k < 2; k++) {
        gt_network *net;
        for (int i = 0; i < (k ? MOST - 1 : 5); i++)
            layers[i] = (described){"dense", "units=2"};
        assert_int_equal(build(layers, &net), GT_OK);
        gradients[k] = net->placement.gradients;
        gt_network_free(net);
    }
    assert_int_equal(gradients[0], gradients[1]);
    assert_int_equal(gradients[0], 2 * 64); /* 2 x 4x4x2 each */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_of_a_graph_are_named),
        cmocka_unit_test(misfits_are_shown_with_the_path_of_shapes),
        cmocka_unit_test(layers_run_in_an_order_that_keeps_theirs),
        cmocka_unit_test(activations_are_fused_only_for_a_single_reader),
        cmocka_unit_test(numbers_that_are_needed_together_lie_apart),
        cmocka_unit_test(long_rows_need_no_more_memory_for_gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
