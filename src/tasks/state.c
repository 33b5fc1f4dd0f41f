/* state.c: parameters and statistics are the same on all ranks. Of the moments
 * each rank has its part, and only rank 0 ever has memory for all of them. */
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

typedef struct span_list {
    gt_span *spans; /* NULL while counting */
    int count;
} span_list;

static void add_tensor(span_list *list, const gt_network *net,
                       const gt_layer *layer, const gt_tensor *tensor,
                       gt_real *base)
{
    if (list->spans) {
        gt_span *s = &list->spans[list->count];
        char label[GT_LAYER_LABEL];
        snprintf(s->path, sizeof s->path, "/%s/%s/%s", net->name,
                 gt_layer_label(layer, label), tensor->name);
        s->rank = tensor->rank;
        for (int i = 0; i < tensor->rank; i++)
            s->dim[i] = (size_t)tensor->dim[i];
        s->count = tensor->count;
        s->data = base + tensor->offset;
    }
    list->count++;
}

static void add_moment(span_list *list, const gt_learner *l, const char *name,
                       const gt_real *part)
{
    if (!part)
        return;
    if (list->spans) {
        gt_span *s = &list->spans[list->count];
        snprintf(s->path, sizeof s->path, "/optimizer/%s/%s", l->net->name,
                 name);
        s->rank = 1;
        s->dim[0] = s->count = l->net->n_params;
    }
    list->count++;
}

static void list_spans(const gt_task *task, bool optimizer, span_list *list)
{
    for (int i = 0; i < task->n_learners; i++) {
        const gt_learner *l = task->learner[i];
        const gt_network *net = l->net;
        for (int j = 0; j < net->n_layers; j++) {
            const gt_layer *layer = &net->layers[j];
            for (int k = 0; k < layer->n_params; k++)
                add_tensor(list, net, layer, &layer->param[k], net->params);
            for (int k = 0; k < layer->n_states; k++)
                add_tensor(list, net, layer, &layer->state[k], net->state);
        }
        if (optimizer) {
            add_moment(list, l, "m", l->optimizer.m);
            add_moment(list, l, "v", l->optimizer.v);
        }
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
    list.count = 0;
    list_spans(task, optimizer, &list);
    *spans = list.spans;
    *count = list.count;
    return GT_OK;
}

/* A moment of a learner. */
typedef struct moment {
    gt_learner *learner;
    gt_real *part;  /* this rank's */
    gt_real *whole; /* on rank 0: the data of its span */
} moment;

enum { MOST_MOMENTS = 2 * GT_TASK_MAX_NETWORKS };

/* The moments of all learners, in the order of their spans. */
static int find_moments(const gt_task *task, const gt_span *spans, int count,
                        moment found[MOST_MOMENTS])
{
    int n = 0;
    for (int i = 0; i < task->n_learners; i++) {
        gt_learner *l = task->learner[i];
        gt_real *const part[] = {l->optimizer.m, l->optimizer.v};
        for (int k = 0; k < 2; k++)
            if (part[k])
                found[n++] = (moment){.learner = l, .part = part[k]};
    }
    for (int i = 0, k = 0; i < count; i++)
        if (gt_span_is_optimizer(spans[i].path))
            found[k++].whole = spans[i].data;
    return n;
}

void gt_task_gather_moments(const gt_task *task, const gt_span *spans,
                            int count)
{
    moment found[MOST_MOMENTS];
    int n = find_moments(task, spans, count, found);
    for (int i = 0; i < n; i++)
        if (found[i].whole != found[i].part)
            gt_reducer_gather(found[i].learner->reducer, found[i].part,
                              found[i].learner->net->n_params, found[i].whole);
}

void gt_task_scatter_moment(gt_task *task, int number, const gt_real *whole)
{
    moment found[MOST_MOMENTS];
    find_moments(task, NULL, 0, found);
    const moment *m = &found[number];
    gt_reducer_scatter(m->learner->reducer, whole, m->learner->net->n_params,
                       m->part);
}

void gt_task_use_live_moments(const gt_task *task, gt_span *spans, int count)
{
    moment found[MOST_MOMENTS];
    int n = find_moments(task, spans, count, found);
    for (int i = 0, k = 0; i < count && k < n; i++) {
        if (!gt_span_is_optimizer(spans[i].path))
            continue;
        if (!found[k].learner->sharded)
            spans[i].data = found[k].part;
        k++;
    }
}
