/* advice.c: none of this is an error: the program does what the recipe says.
 * But nothing in the figures of a training tells why it comes to nothing. */
#include "tasks/advice.h"

#include "base/log.h"
#include "data/config.h"
#include "data/source.h"
#include "data/transform_steps.h"
#include "tasks/config.h"
#include "tasks/learner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "generator 07_tanh" */
enum { WHERE = GT_LAYER_LABEL + 40 };
static char *name_layer(const gt_network *net, const gt_layer *layer,
                        char text[WHERE])
{
    char label[GT_LAYER_LABEL];
    snprintf(text, WHERE, "%s %s", net->name, gt_layer_label(layer, label));
    return text;
}

/* "values from 0 to 1", "no values below 0". How far an elu goes below 0 is an
 * option of it. */
static char *name_limits(const gt_layer_type *type, char text[64])
{
    if (isinf(type->most))
        snprintf(text, 64, "%s values below 0", type->least < 0 ? "few" : "no");
    else
        snprintf(text, 64, "values from %g to %g", type->least, type->most);
    return text;
}

static bool is_limited(const gt_layer *layer)
{
    return layer->type->least < layer->type->most;
}

/* The last layer that computes something; NULL: there is none. */
static const gt_layer *last_layer(const gt_network *net)
{
    int i = net->n_layers - 1;
    while (!gt_is_input(i) && net->layers[i].type->view)
        i = net->layers[i].from[0];
    return gt_is_input(i) ? NULL : &net->layers[i];
}

static void advise_data_end(const gt_data_config *data, const gt_layer *layer,
                            const char *where, const char *limits)
{
    bool symmetric = data->range == GT_RANGE_SYMMETRIC;
    double least = symmetric ? -1 : 0;
    int steps = data->transform.count;
    const gt_variant_item *last =
        steps > 0 ? &data->transform.items[steps - 1] : NULL;
    bool brought =
        last && !strcmp(gt_transform_variants.at(last->variant).name, "range");
    if (last && !brought) {
        gt_warn("%s makes %s, but what data.transform makes may lie anywhere; "
                "remove the layer, or end data.transform with a range",
                where, limits);
        return;
    }
    if (gt_shape_is_point(data->image) && !brought) {
        gt_warn("%s makes %s, but points may lie anywhere; remove the layer",
                where, limits);
        return;
    }
    bool reaches = layer->type->least <= least && layer->type->most >= 1;
    bool narrow = isinf(layer->type->most) || layer->type->least == least;
    if (!reaches || !narrow)
        gt_warn("%s makes %s, but pixels are %s with data.range: %s; end with "
                "%s, or set data.range to %s",
                where, limits, symmetric ? "-1 to 1" : "0 to 1",
                symmetric ? "symmetric" : "unit",
                symmetric ? "tanh" : "sigmoid",
                symmetric ? "unit" : "symmetric");
}

static void advise_end(const gt_task *task, int i)
{
    char where[WHERE], limits[64];
    const gt_network *net = task->learner[i]->net;
    const gt_layer *layer = last_layer(net);
    if (!layer || !is_limited(layer))
        return;
    name_layer(net, layer, where);
    name_limits(layer->type, limits);
    gt_task_end end = task->type->end(task, i);
    switch (end) {
    case GT_END_DATA:
        advise_data_end(gt_data_config_of(task->setup.config), layer, where,
                        limits);
        break;
    case GT_END_LOGITS:
    case GT_END_CLASSES:
        gt_warn("%s makes %s, but the loss takes logits and applies a %s "
                "itself; remove the layer",
                where, limits, end == GT_END_CLASSES ? "softmax" : "sigmoid");
        break;
    case GT_END_ANY:
        gt_warn("%s makes %s, but means and log-variances of z may be any "
                "numbers; remove the layer",
                where, limits);
        break;
    }
}

/* Whether the layer ends by adding a bias to each channel. */
static bool has_bias(const gt_layer *layer)
{
    for (int i = 0; i < layer->n_params; i++)
        if (layer->param[i].role == GT_ROLE_BIAS && layer->stat_count == 0)
            return true;
    return false;
}

/* A view between the two is no obstacle if channels stay channels. */
static void advise_bias(const gt_network *net, int i)
{
    char where[WHERE];
    const gt_layer *layer = &net->layers[i];
    int next = gt_network_reader(net, i);
    if (next >= 0 && has_bias(layer) && net->layers[next].stat_count > 0 &&
        net->layers[next].in.c == layer->out.c)
        gt_warn("%s: its bias has no effect, as %s after it takes the mean "
                "out; set bias: false",
                name_layer(net, layer, where), net->layers[next].type->name);
}

/* Values per channel in the batches that its statistics are taken of. */
static void advise_norm(const gt_task *task, const gt_network *net, int i)
{
    char where[WHERE];
    const gt_layer *layer = &net->layers[i];
    bool sync = gt_norm_config_of(task->setup.config)->sync;
    if (layer->stat_count > 0 && gt_shape_positions(layer->in) == 1 &&
        task->setup.max_n == 1 && !sync)
        gt_warn("%s sees one value per channel, as shards have one image, and "
                "makes 0 of it; lower train.shards, raise train.batch, or set "
                "norm.sync to true",
                name_layer(net, layer, where));
}

void gt_task_advise(const gt_task *task)
{
    for (int i = 0; i < task->n_learners; i++) {
        const gt_network *net = task->learner[i]->net;
        advise_end(task, i);
        for (int k = 0; k < net->n_layers; k++) {
            advise_bias(net, k);
            advise_norm(task, net, k);
        }
    }
}
