/* state.c: parameters and statistics are the same on all ranks. Of moments and
 * averages each rank has its part, and only rank 0 ever has memory for all of
 * them. */
#include "tasks/state.h"
#include "tasks/learner.h"
#include "tasks/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool gt_span_is_optimizer(const char *name)
{
    return !strncmp(name, "/optimizer/", 11);
}

bool gt_span_is_ema(const char *name)
{
    return !strncmp(name, GT_SPAN_EMA "/", 5);
}

typedef struct span_list {
    gt_span *spans; /* NULL while counting */
    int count;
    int vectors; /* sharded ones so far */
} span_list;

/* `base`: of the flat allocation, or NULL in a sharded vector. */
static void add_tensor(span_list *list, const char *group,
                       const gt_network *net, const gt_layer *layer,
                       const gt_tensor *tensor, gt_real *base)
{
    if (list->spans) {
        gt_span *s = &list->spans[list->count];
        char label[GT_LAYER_LABEL];
        snprintf(s->path, sizeof s->path, "%s/%s/%s/%s", group, net->name,
                 gt_layer_label(layer, label), tensor->name);
        s->rank = tensor->rank;
        for (int i = 0; i < tensor->rank; i++)
            s->dim[i] = (size_t)tensor->dim[i];
        s->count = tensor->count;
        if (base)
            s->data = base + tensor->offset;
        else
            s->vector = list->vectors;
        s->offset = tensor->offset;
    }
    list->count++;
}

static void add_moment(span_list *list, const gt_learner *l, const char *name,
                       const gt_real *part)
{
    if (!part)
        return;
    list->vectors++;
    if (list->spans) {
        gt_span *s = &list->spans[list->count];
        snprintf(s->path, sizeof s->path, "/optimizer/%s/%s", l->net->name,
                 name);
        s->rank = 1;
        s->dim[0] = s->count = l->net->n_params;
        s->vector = list->vectors;
    }
    list->count++;
}

static void add_params(span_list *list, const char *group,
                       const gt_network *net, const gt_layer *layer,
                       gt_real *base)
{
    for (int k = 0; k < layer->n_params; k++)
        add_tensor(list, group, net, layer, &layer->param[k], base);
}

static void add_states(span_list *list, const char *group,
                       const gt_network *net, const gt_layer *layer,
                       gt_real *base)
{
    for (int k = 0; k < layer->n_states; k++)
        add_tensor(list, group, net, layer, &layer->state[k], base);
}

static void add_network(span_list *list, const gt_network *net)
{
    for (int i = 0; i < net->n_layers; i++) {
        add_params(list, "", net, &net->layers[i], net->params);
        add_states(list, "", net, &net->layers[i], net->state);
    }
}

static void add_average(span_list *list, const gt_learner *l)
{
    const gt_network *net = l->net;
    if (!l->average_state)
        return;
    list->vectors++;
    for (int i = 0; i < net->n_layers; i++)
        add_params(list, GT_SPAN_EMA, net, &net->layers[i], NULL);
    for (int i = 0; i < net->n_layers; i++)
        add_states(list, GT_SPAN_EMA, net, &net->layers[i], l->average_state);
}

static void list_spans(const gt_task *task, bool optimizer, span_list *list)
{
    for (int i = 0; i < task->n_learners; i++) {
        const gt_learner *l = task->learner[i];
        add_network(list, l->net);
        if (!optimizer)
            continue;
        add_moment(list, l, "m", l->optimizer.m);
        add_moment(list, l, "v", l->optimizer.v);
        add_average(list, l);
    }
}

gt_status gt_task_spans(const gt_task *task, bool optimizer, gt_span **spans,
                        int *count)
{
    span_list list = {0};
    list_spans(task, optimizer, &list);
    list.spans = calloc((size_t)list.count, sizeof *list.spans);
    if (!list.spans)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d spans", list.count);
    list.count = list.vectors = 0;
    list_spans(task, optimizer, &list);
    *spans = list.spans;
    *count = list.count;
    return GT_OK;
}

/* Room for each span as for a tensor: so those of one vector make it up. */
size_t gt_spans_size(const gt_span *spans, int count)
{
    size_t total = 0;
    for (int i = 0; i < count; i++)
        total += gt_tensor_room(spans[i].count);
    return total;
}

void gt_spans_place(gt_span *spans, int count, gt_real *memory)
{
    for (int i = 0; i < count; i++) {
        spans[i].data = memory;
        memory += gt_tensor_room(spans[i].count);
    }
}

/* --- Sharded vectors. */

typedef struct sharded {
    gt_learner *learner;
    gt_real *part;  /* this rank's */
    gt_real *whole; /* on rank 0: where its spans lie; NULL: it has none */
} sharded;

enum { MOST_VECTORS = 3 * GT_TASK_MAX_NETWORKS };

/* The vectors of all learners, in the order of their spans. */
static int find_vectors(const gt_task *task, const gt_span *spans, int count,
                        sharded found[MOST_VECTORS])
{
    int n = 0;
    for (int i = 0; i < task->n_learners; i++) {
        gt_learner *l = task->learner[i];
        gt_real *const part[] = {l->optimizer.m, l->optimizer.v,
                                 l->optimizer.average};
        for (int k = 0; k < 3; k++)
            if (part[k])
                found[n++] = (sharded){.learner = l, .part = part[k]};
    }
    for (int i = 0; i < count; i++)
        if (spans[i].vector && spans[i].data && !spans[i].offset)
            found[spans[i].vector - 1].whole = spans[i].data;
    return n;
}

int gt_task_vectors(const gt_task *task)
{
    sharded found[MOST_VECTORS];
    return find_vectors(task, NULL, 0, found);
}

size_t gt_task_vector_size(const gt_task *task, int number)
{
    sharded found[MOST_VECTORS];
    find_vectors(task, NULL, 0, found);
    return found[number - 1].learner->net->n_params;
}

void gt_task_gather_vectors(const gt_task *task, const gt_span *spans,
                            int count)
{
    sharded found[MOST_VECTORS];
    int n = find_vectors(task, spans, count, found);
    for (int i = 0; i < n; i++)
        if (found[i].whole != found[i].part)
            gt_reducer_gather(found[i].learner->reducer, found[i].part,
                              found[i].learner->net->n_params, found[i].whole);
}

void gt_task_scatter_vector(gt_task *task, int number, const gt_real *whole)
{
    sharded found[MOST_VECTORS];
    find_vectors(task, NULL, 0, found);
    const sharded *v = &found[number - 1];
    gt_reducer_scatter(v->learner->reducer, whole, v->learner->net->n_params,
                       v->part);
}

void gt_task_use_live_vectors(const gt_task *task, gt_span *spans, int count)
{
    sharded found[MOST_VECTORS];
    find_vectors(task, NULL, 0, found);
    for (int i = 0; i < count; i++) {
        if (!spans[i].vector)
            continue;
        const sharded *v = &found[spans[i].vector - 1];
        if (!v->learner->sharded)
            spans[i].data = v->part + spans[i].offset;
    }
}
