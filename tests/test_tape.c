/* Backward reports which gradients are ready to be sent. */
#include "nn/init.h"
#include "nn/tape.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mix_layer.h"

enum { MAX_N = 4, LAYERS = 6 };

static const char *const layers[LAYERS] = {"relu",       "mix 6", "tanh",
                                           "batch_norm", "mix 3", "tanh"};

enum { MOST_CALLS = 16, MOST_GRADS = 512 };

typedef struct record {
    gt_real *grads;
    size_t count, from[MOST_CALLS];
    gt_real seen[MOST_CALLS][MOST_GRADS];
    int calls;
} record;

static void record_call(void *context, size_t from)
{
    record *w = context;
    assert_true(w->calls < MOST_CALLS && w->count <= MOST_GRADS);
    w->from[w->calls] = from;
    memcpy(w->seen[w->calls++], w->grads, w->count * sizeof(gt_real));
}

static void backward_reports_gradients_that_will_not_change(void **state)
{
    (void)state;
    static record w;
    gt_layer_spec specs[LAYERS];
    for (int i = 0; i < LAYERS; i++) {
        specs[i] = spec_of(layers[i]);
        assert_non_null(specs[i].options);
    }
    gt_network *net;
    gt_workspace ws;
    gt_tape tape;
    assert_int_equal(gt_network_new(&net, "net",
                                    &(gt_network_input){"x", {1, 1, 8}}, 1,
                                    specs, LAYERS, MAX_N),
                     GT_OK);
    gt_network_init(net, GT_INIT_GLOROT, 5, 0);
    assert_int_equal(gt_workspace_plan(&ws, &(const gt_network *){net}, 1),
                     GT_OK);
    assert_int_equal(gt_tape_plan(&tape, net, &ws), GT_OK);
    gt_real x[8 * MAX_N];
    for (int i = 0; i < 8 * MAX_N; i++)
        x[i] = (gt_real)sin(i);
    w = (record){.count = net->n_params, .grads = gt_real_alloc(net->n_params)};
    assert_non_null(w.grads);
    gt_pass pass = {.n = MAX_N,
                    .training = true,
                    .param = net->params,
                    .state = net->state,
                    .grad = w.grads,
                    .grads_ready = record_call,
                    .grads_ready_context = &w};
    gt_tape_forward(&tape, &pass, &(const gt_real *){x});
    gt_real *dy = gt_tape_loss_gradient(&tape);
    for (int i = 0; i < 3 * MAX_N; i++)
        dy[i] = (gt_real)cos(i);
    gt_tape_backward(&tape, &pass, NULL);

    /* The end of the gradients, then the beginnings of the layers with
     * parameters. */
    const gt_layer *l = net->layers;
    assert_true(w.calls >= 4);
    assert_int_equal(w.from[0], w.count);
    assert_int_equal(w.from[1], l[4].param[0].offset);
    assert_int_equal(w.from[2], l[3].param[0].offset);
    assert_int_equal(w.from[w.calls - 1], 0);
    for (int i = 0; i < w.calls; i++) {
        assert_true(i == 0 || w.from[i] <= w.from[i - 1]);
        assert_memory_equal(w.seen[i] + w.from[i], w.grads + w.from[i],
                            (w.count - w.from[i]) * sizeof(gt_real));
    }
    free(w.grads);
    gt_tape_free(&tape);
    gt_workspace_free(&ws);
    gt_network_free(net);
    for (int i = 0; i < LAYERS; i++)
        free(specs[i].options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backward_reports_gradients_that_will_not_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
