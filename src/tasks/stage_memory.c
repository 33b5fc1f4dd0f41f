/* stage_memory.c: labels are made one-hot once for a batch, and stay until the
 * next; conditions are read where the loader has put them. */
#include "tasks/stage_memory.h"

#include "tasks/build.h"
#include "tasks/config.h"
#include "tasks/learner.h"

#include <string.h>

static void reserve(gt_stage_memory *m, gt_shard_spans *spans, int n,
                    size_t each)
{
    spans->n = n;
    spans->each = each;
    spans->offset = gt_arena_reserve(&m->arena, (size_t)n * each);
}

static void plan_stage(gt_stage_memory *m, const gt_task *task, int s,
                       int tapes, bool keeps)
{
    const gt_stage *stage = &task->type->step.stages[s];
    const gt_network *net = task->learner[stage->network]->net;
    gt_stage_spans *spans = &m->stage[s];
    size_t max_n = (size_t)net->max_n;
    if (stage->noise)
        reserve(m, &spans->noise, tapes,
                max_n * gt_latent_size(task->setup.config));
    if (stage->make)
        reserve(m, &spans->input, tapes, max_n * gt_shape_size(net->in));
    if (stage->make && stage->input)
        reserve(m, &spans->dinput, tapes, max_n * gt_shape_size(net->in));
    if (keeps)
        reserve(m, &spans->state, tapes, net->n_state);
}

gt_status gt_stage_memory_new(gt_stage_memory *m, const gt_task *task,
                              const int *tapes, const bool *keeps)
{
    const gt_step_table *t = &task->type->step;
    int unit = task->setup.unit;
    size_t max_n = (size_t)task->setup.max_n * (size_t)unit;
    *m = (gt_stage_memory){.label_size = gt_task_label_size(task),
                           .condition_size = gt_task_condition_size(task)};
    for (int s = 0; s < t->n_stages; s++)
        plan_stage(m, task, s, tapes[t->stages[s].network], keeps[s]);
    reserve(m, &m->labels,
            task->setup.training ? task->setup.n_shards / unit : 1,
            max_n * m->label_size);
    reserve(m, &m->unconditioned, 1, max_n * m->condition_size);
    return gt_arena_commit(&m->arena, "latents");
}

void gt_stage_memory_free(gt_stage_memory *m)
{
    gt_arena_free(&m->arena);
}

gt_real *gt_stage_memory_at(const gt_stage_memory *m,
                            const gt_shard_spans *spans, int i)
{
    if (spans->n == 0)
        return NULL;
    return gt_arena_at(&m->arena,
                       spans->offset + (size_t)(i % spans->n) * spans->each);
}

void gt_stage_memory_set_labels(gt_stage_memory *m, int i,
                                const gt_samples *samples)
{
    size_t size = m->label_size;
    if (size == 0)
        return;
    gt_real *rows = gt_stage_memory_at(m, &m->labels, i);
    memset(rows, 0, (size_t)samples->n * size * sizeof *rows);
    for (int k = 0; samples->labels && k < samples->n; k++, rows += size)
        if (samples->labels[k] >= 0 && (size_t)samples->labels[k] < size)
            rows[samples->labels[k]] = 1;
}

void gt_stage_memory_inputs(const gt_stage_memory *m, int i,
                            const gt_samples *samples, const gt_real *x[])
{
    int n = 1;
    if (m->label_size > 0)
        x[n++] = gt_stage_memory_at(m, &m->labels, i);
    if (m->condition_size > 0)
        x[n++] = samples->conditions
                     ? samples->conditions
                     : gt_stage_memory_at(m, &m->unconditioned, 0);
}
