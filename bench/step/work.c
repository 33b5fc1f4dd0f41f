/* work.c: the arithmetic a step cannot do without, from shapes alone: the
 * products of dense layers and convolutions, 2 x M x N x K each. Nothing else
 * is counted (batch norm, activations, losses, optimizer), nor is what a
 * program may be tempted to compute and nobody reads: gradients towards the
 * images in D's update, those of D's weights in G's update, those towards z, a
 * second run of G for its own update. Taps that fall on padding are counted, as
 * is usual. */
#include "bench/step/bench.h"

#include "tasks/config.h"
#include "tasks/learner.h"

double bench_product(const gt_layer *layer, int n)
{
    return 2.0 * n * layer->products;
}

static bool learns_below(const gt_network *net, int layer)
{
    for (int i = 0; i < layer; i++)
        if (net->layers[i].n_params > 0)
            return true;
    return false;
}

/* How often a step needs each direction of a layer. */
static bench_work times(const gt_task *task, int network, int layer)
{
    gt_step_passes p = gt_task_passes(task, network);
    double below = learns_below(task->learner[network]->net, layer);
    return (bench_work){p.forward, p.weights, p.inputs + p.partial * below};
}

bench_work bench_work_of_layer(const gt_task *task, int network, int layer)
{
    const gt_layer *l = &task->learner[network]->net->layers[layer];
    double product =
        bench_product(l, (int)gt_train_config_of(task->setup.config)->batch);
    bench_work n = times(task, network, layer);
    return (bench_work){n.forward * product, n.weights * product,
                        n.inputs * product};
}

double bench_work_of_step(const gt_task *task)
{
    double sum = 0;
    for (int i = 0; i < task->n_learners; i++)
        for (int j = 0; j < task->learner[i]->net->n_layers; j++) {
            bench_work w = bench_work_of_layer(task, i, j);
            sum += w.forward + w.weights + w.inputs;
        }
    return sum;
}
