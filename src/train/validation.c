/* validation.c: the samples are cut into blocks of fixed size, which the ranks
 * take in turn. The metrics' states of each block are sent separately and then
 * merged in the order of blocks, so the figures do not depend on which rank
 * computed what. (A block's states are summed over ranks with zeros, which is
 * exact.) */
#include "train/validation.h"

#include "base/heartbeat.h"
#include "data/config.h"
#include "tasks/average.h"

#include <stdlib.h>
#include <string.h>

/* How a rank's reading went, for all ranks to hear. */
enum { FAILED, SKIPPED, REPORTS };

static gt_status add_set(gt_validation *v, const gt_source *source,
                         const gt_data_config *data, uint64_t most)
{
    gt_validation_set *set = &v->set[v->sets++];
    *set = (gt_validation_set){.count =
                                   source->count < most ? source->count : most};
    set->blocks =
        (int)((set->count + (uint64_t)v->block - 1) / (uint64_t)v->block);
    return gt_reader_open(&set->reader, source, data);
}

static gt_status allocate(gt_validation *v)
{
    size_t blocks = 0;
    for (int i = 0; i < v->sets; i++)
        blocks += (size_t)v->set[i].blocks;
    v->states = calloc(blocks * v->size + REPORTS + v->size, sizeof *v->states);
    if (!v->states)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate states of metrics");
    return gt_sample_buffer_new(&v->buffer, &v->set[0].reader,
                                (size_t)v->block);
}

gt_status gt_validation_new(gt_validation *v, const gt_task *task,
                            const gt_source *source, const gt_source *training,
                            int64_t most)
{
    *v = (gt_validation){.block = task->setup.max_n,
                         .metrics = task->type->metrics};
    for (const gt_metric *m = v->metrics; m->test; m++)
        v->size += (size_t)m->kind->size;
    const gt_data_config *data = gt_data_config_of(task->setup.config);
    gt_status status =
        add_set(v, source, data, most > 0 ? (uint64_t)most : UINT64_MAX);
    if (status == GT_OK && gt_task_trains_apart(task))
        status = add_set(v, training, data, v->set[0].count);
    if (status == GT_OK)
        status = allocate(v);
    if (status != GT_OK)
        gt_validation_free(v);
    return status;
}

void gt_validation_free(gt_validation *v)
{
    for (int i = 0; i < v->sets; i++)
        gt_reader_close(&v->set[i].reader);
    gt_sample_buffer_free(&v->buffer);
    free(v->states);
    *v = (gt_validation){0};
}

static void add_block(const gt_validation *v, gt_task *task, uint64_t first,
                      const gt_samples *samples, double *states)
{
    gt_evaluation *done = NULL;
    gt_evaluated block;
    for (const gt_metric *m = v->metrics; m->test; m++) {
        if (m->needs != done) {
            block = (gt_evaluated){.samples = samples};
            m->needs(task, first, samples, &block);
            done = m->needs;
        }
        m->kind->begin(states);
        m->kind->add(states, &block, m->of);
        states += m->kind->size;
    }
}

/* This rank's blocks of one set. */
static gt_status evaluate(const gt_validation *v, gt_validation_set *set,
                          gt_task *task, double *states)
{
    const gt_comm *comm = task->setup.comm;
    gt_status status = GT_OK;
    for (int b = comm->rank; b < set->blocks && status == GT_OK;
         b += comm->size) {
        uint64_t first = (uint64_t)b * (uint64_t)v->block;
        uint64_t left = set->count - first;
        int n = left < (uint64_t)v->block ? (int)left : v->block;
        status = gt_sample_buffer_fill(&v->buffer, &set->reader, first, n);
        gt_samples samples = gt_sample_buffer_view(&v->buffer, 0, n);
        if (status == GT_OK)
            add_block(v, task, first, &samples, states + (size_t)b * v->size);
    }
    return status;
}

static gt_status evaluate_all(gt_validation *v, gt_task *task, double *reports)
{
    gt_status status = GT_OK;
    double *states = v->states;
    gt_task_begin_evaluation(task);
    for (int i = 0; i < v->sets && status == GT_OK; i++) {
        uint64_t before = v->set[i].reader.skipped;
        status = evaluate(v, &v->set[i], task, states);
        states += (size_t)v->set[i].blocks * v->size;
        reports[SKIPPED] += (double)(v->set[i].reader.skipped - before);
    }
    gt_task_end_evaluation(task);
    reports[FAILED] = status != GT_OK;
    return status;
}

/* `merged` is room for a state. */
static void add_figures(const gt_validation *v, double *merged,
                        gt_metrics *metrics)
{
    const double *states = v->states;
    for (int i = 0; i < v->sets; i++) {
        const gt_validation_set *set = &v->set[i];
        const double *at = states;
        for (const gt_metric *m = v->metrics; m->test; m++) {
            m->kind->begin(merged);
            for (int b = 0; b < set->blocks; b++)
                m->kind->merge(merged, at + (size_t)b * v->size);
            gt_metrics_set(metrics, i == 0 ? m->test : m->train,
                           m->kind->finish(merged, set->count));
            at += m->kind->size;
        }
        states += (size_t)set->blocks * v->size;
    }
}

gt_status gt_validation_run(gt_validation *v, gt_task *task,
                            gt_metrics *metrics)
{
    const char *before = gt_phase_enter("validating");
    size_t blocks = 0;
    for (int i = 0; i < v->sets; i++)
        blocks += (size_t)v->set[i].blocks;
    size_t n = blocks * v->size + REPORTS;
    double *reports = v->states + n - REPORTS;
    memset(v->states, 0, n * sizeof *v->states);
    gt_status status = evaluate_all(v, task, reports);
    gt_phase_leave(before);
    gt_comm_sum(task->setup.comm, v->states, (int)n);
    if (reports[FAILED] > 0)
        return gt_comm_agree(task->setup.comm, status);
    add_figures(v, v->states + n, metrics);
    if (reports[SKIPPED] > 0)
        gt_metrics_set(metrics, "test_skipped", reports[SKIPPED]);
    return GT_OK;
}
