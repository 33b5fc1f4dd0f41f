/* stack.h: layers on top of each other as a network with a tape, numbers to go
 * through it, and a loss, in the double build. */
#ifndef GT_TESTS_STACK_H
#define GT_TESTS_STACK_H

#include "nn/init.h"
#include "nn/tape.h"

#include "finite_difference.h"
#include "mix_layer.h"

enum { MOST_LAYERS = 16, SAMPLES = 3 };

typedef struct stack {
    gt_layer_spec specs[MOST_LAYERS];
    int n;
    gt_network *net;
    gt_workspace ws;
    gt_tape tape;
    gt_pass pass;
    gt_real *x, *probe, *grad, *dx;
    size_t in, out;
} stack;

static inline void stack_open_in(stack *s, gt_precision precision, gt_shape in,
                                 const char *const *layers, bool training)
{
    *s = (stack){0};
    for (; *layers; layers++) {
        s->specs[s->n] = spec_of(*layers);
        s->specs[s->n].precision = precision;
        assert_non_null(s->specs[s->n++].options);
    }
    gt_status status =
        gt_network_new(&s->net, "net", &(gt_network_input){"x", in}, 1,
                       s->specs, s->n, SAMPLES + 1);
    if (status != GT_OK)
        fail_msg("%s", gt_message());
    assert_int_equal(
        gt_workspace_plan(&s->ws, &(const gt_network *){s->net}, 1), GT_OK);
    assert_int_equal(gt_tape_plan(&s->tape, s->net, &s->ws), GT_OK);
    gt_network_init(s->net, GT_INIT_GLOROT, 11, 0);
    s->in = SAMPLES * gt_shape_size(in);
    s->out = SAMPLES * gt_shape_size(s->net->out);
    s->x = numbers(s->in, 1);
    s->probe = numbers(s->out, 2);
    s->dx = numbers(s->in, 3);
    s->grad = gt_real_alloc(s->net->n_params);
    assert_non_null(s->grad);
    s->pass = (gt_pass){.n = SAMPLES,
                        .training = training,
                        .seed = 1,
                        .step = 2,
                        .first_sample = 6,
                        .param = s->net->weights,
                        .state = s->net->state,
                        .grad = s->grad};
}

static inline void stack_open(stack *s, gt_shape in, const char *const *layers,
                              bool training)
{
    stack_open_in(s, GT_FP32, in, layers, training);
}

static inline void stack_close(stack *s)
{
    for (int i = 0; i < s->n; i++)
        free(s->specs[i].options);
    gt_tape_free(&s->tape);
    gt_workspace_free(&s->ws);
    gt_network_free(s->net);
    free(s->x);
    free(s->probe);
    free(s->dx);
    free(s->grad);
}

static inline const gt_real *output(stack *s)
{
    return gt_tape_forward(&s->tape, &s->pass, &(const gt_real *){s->x});
}

/* Of parameters, x and probe as they are now. */
static inline double loss(void *context)
{
    stack *s = context;
    gt_network_parametrize(s->net);
    const gt_real *y = output(s);
    double sum = 0;
    for (size_t i = 0; i < s->out; i++)
        sum += s->probe[i] * y[i];
    return sum;
}

/* Its gradient. Returns dx, or NULL. */
static inline gt_real *back(stack *s, bool want_dx)
{
    loss(s);
    memcpy(gt_tape_loss_gradient(&s->tape), s->probe,
           s->out * sizeof *s->probe);
    gt_tape_backward(&s->tape, &s->pass, want_dx ? &s->dx : NULL);
    return want_dx ? s->dx : NULL;
}

#endif
