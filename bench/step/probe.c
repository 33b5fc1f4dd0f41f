/* probe.c: time of a real step by layers. A layer is a table of functions, so a
 * probe puts its own table in the place of the layer's and calls on; the
 * library knows nothing of it. */
#include "bench/step/bench.h"

#include "tasks/learner.h"

#include <stdlib.h>

/* The layer as it was before the probe. */
static gt_layer unprobed(const gt_layer *layer)
{
    gt_layer own = *layer;
    own.type = ((const bench_probe *)layer->type)->real;
    return own;
}

static void forward(const gt_layer *layer, const gt_pass *pass,
                    const gt_layer_io *io)
{
    bench_probe *probe = (bench_probe *)layer->type;
    gt_layer own = unprobed(layer);
    double start = bench_seconds();
    own.type->forward(&own, pass, io);
    probe->forward += bench_seconds() - start;
    probe->operations += bench_product(&own, pass->n);
}

static void backward(const gt_layer *layer, const gt_pass *pass,
                     const gt_layer_io *io)
{
    bench_probe *probe = (bench_probe *)layer->type;
    gt_layer own = unprobed(layer);
    double start = bench_seconds();
    own.type->backward(&own, pass, io);
    probe->backward += bench_seconds() - start;
    probe->operations += bench_product(&own, pass->n) *
                         ((pass->grad != NULL) + (io->dx[0] != NULL));
}

gt_status bench_probes_new(bench_probes *probes, gt_task *task)
{
    *probes = (bench_probes){.task = task};
    for (int i = 0; i < task->n_learners; i++) {
        const gt_network *net = task->learner[i]->net;
        probes->of[i] = calloc((size_t)net->n_layers, sizeof *probes->of[i]);
        if (!probes->of[i])
            return gt_fail(GT_ERR_MEMORY, "cannot allocate probes");
        for (int j = 0; j < net->n_layers; j++) {
            bench_probe *probe = &probes->of[i][j];
            probe->real = net->layers[j].type;
            probe->type = *probe->real;
            if (probe->real->view)
                continue;
            probe->type.forward = forward;
            probe->type.backward = backward;
        }
    }
    return GT_OK;
}

void bench_probes_insert(bench_probes *probes)
{
    for (int i = 0; i < probes->task->n_learners; i++) {
        gt_network *net = probes->task->learner[i]->net;
        for (int j = 0; j < net->n_layers; j++) {
            bench_probe *probe = &probes->of[i][j];
            probe->forward = probe->backward = probe->operations = 0;
            net->layers[j].type = &probe->type;
        }
    }
}

void bench_probes_remove(bench_probes *probes)
{
    for (int i = 0; i < probes->task->n_learners; i++) {
        gt_network *net = probes->task->learner[i]->net;
        for (int j = 0; j < net->n_layers; j++)
            net->layers[j].type = probes->of[i][j].real;
    }
}

void bench_probes_free(bench_probes *probes)
{
    for (int i = 0; i < GT_TASK_MAX_NETWORKS; i++)
        free(probes->of[i]);
    *probes = (bench_probes){0};
}
