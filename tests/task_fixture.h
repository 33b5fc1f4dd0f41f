/* task_fixture.h: a task with its data, ready to step, on all ranks of the job
 * or on this rank alone; and what the tests of tasks compare: the addressed
 * samples of a batch, figures, and whole states over ranks. */
#ifndef GT_TESTS_TASK_FIXTURE_H
#define GT_TESTS_TASK_FIXTURE_H

#include "data/config.h"
#include "data/shuffle.h"
#include "model/config.h"
#include "open_uri.h"
#include "tasks/config.h"
#include "tasks/task.h"
#include "train/schema.h"

#include "comm/mpi/start.h"
#include "read_one.h"
#include "tasks/learner.h"
#include "tasks/state.h"
#include "train/validation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct fixture {
    gt_comm *comm; /* borrowed */
    gt_config *config;
    gt_source *source, *test_source;
    gt_task *task;
    gt_loader *loader;
    uint64_t step;      /* done */
    gt_metrics metrics; /* of the last step, or of the validation */
} fixture;

#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_SETS ((const char *const[]){NULL})

static inline void succeeds(gt_status status)
{
    if (status != GT_OK)
        fail_msg("%s", gt_message());
}

/* A job of this rank alone, beside the one of all ranks. */
static inline gt_comm *comm_of_one(void)
{
    static gt_comm one;
    one = gt_comm_solo();
    return &one;
}

/* As if on several machines: ranks send messages to each other. */
static inline gt_comm *comm_apart(const gt_comm *comm)
{
    static gt_comm apart;
    apart = *comm;
    apart.nodes = 2;
    return &apart;
}

/* From a configuration and sets "a.b=c", the list ending with NULL. */
static inline void fixture_open(fixture *f, gt_comm *comm, const char *text,
                                const char *const *sets)
{
    *f = (fixture){.comm = comm};
    int n_sets = 0;
    while (sets[n_sets])
        n_sets++;
    succeeds(gt_config_parse(&f->config, &gt_train_schema, "my.yaml", text,
                             strlen(text), sets, n_sets));
    gt_shape shape = gt_data_config_of(f->config)->image;
    const char *uri = gt_data_config_of(f->config)->uri;
    succeeds(open_uri(&f->source, uri, GT_SPLIT_TRAIN, shape));
    succeeds(open_uri(&f->test_source, uri, GT_SPLIT_TEST, shape));

    int batch = (int)gt_train_config_of(f->config)->batch;
    int shards = (int)gt_train_config_of(f->config)->shards;
    assert_int_equal(shards % comm->size, 0);
    int mine = shards / comm->size;
    gt_task_setup setup = {.config = f->config,
                           .comm = comm,
                           .n_shards = mine,
                           .max_n = gt_shard_max(batch, shards),
                           .training = true};
    succeeds(gt_task_new(&f->task, &setup));
    gt_loader_config loader = {
        .source = f->source,
        .data = gt_data_config_of(f->config),
        .seed = (uint64_t)gt_train_config_of(f->config)->seed,
        .batch = batch,
        .shards = shards,
        .first_shard = comm->rank * mine,
        .n_shards = mine};
    succeeds(gt_loader_open(&f->loader, &loader));
}

static inline void fixture_close(fixture *f)
{
    gt_loader_close(f->loader);
    gt_task_free(f->task);
    gt_source_close(f->test_source);
    gt_source_close(f->source);
    gt_config_free(f->config);
}

static inline void fixture_step(fixture *f, int steps)
{
    for (int i = 0; i < steps; i++) {
        f->metrics = (gt_metrics){0};
        succeeds(gt_task_step(f->task, f->step, f->loader, &f->metrics));
        f->step++;
    }
}

/* Validate; the figures go to f->metrics. */
static inline void fixture_validate(fixture *f)
{
    gt_validation validation;
    succeeds(
        gt_validation_new(&validation, f->task, f->test_source, f->source, 0));
    f->metrics = (gt_metrics){0};
    succeeds(gt_validation_run(&validation, f->task, &f->metrics));
    gt_validation_free(&validation);
}

static inline double figure(const fixture *f, const char *key)
{
    for (int i = 0; i < f->metrics.count; i++)
        if (!strcmp(f->metrics.entry[i].key, key))
            return f->metrics.entry[i].value;
    fail_msg("no figure %s", key);
    return NAN;
}

/* --- A batch by its number: how many samples, and where they come from. */

static inline int batch_samples(const fixture *f, uint64_t number)
{
    uint64_t count = f->source->count,
             batch = (uint64_t)gt_train_config_of(f->config)->batch;
    uint64_t at = number % gt_batches_per_epoch(count, (int)batch) * batch;
    return (int)(count - at < batch ? count - at : batch);
}

static inline void batch_sample(const fixture *f, uint64_t number, int position,
                                gt_real *out)
{
    uint64_t count = f->source->count,
             batch = (uint64_t)gt_train_config_of(f->config)->batch;
    uint64_t per_epoch = gt_batches_per_epoch(count, (int)batch);
    uint64_t epoch = number / per_epoch;
    uint64_t sample =
        gt_shuffle((uint64_t)gt_train_config_of(f->config)->seed, epoch, count,
                   number % per_epoch * batch + (uint64_t)position);
    read_one(f->source, sample + epoch * count,
             (gt_range)gt_data_config_of(f->config)->range, out);
}

/* --- Parameters and states. */

static inline gt_real *param_of(const fixture *f, int learner, int layer,
                                int tensor)
{
    gt_network *net = f->task->learner[learner]->net;
    return net->params + net->layers[layer].param[tensor].offset;
}

/* FNV-1a. */
static inline uint64_t hash_more(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ p[i]) * 0x100000001b3;
    return hash;
}

static inline uint64_t hash_of(const void *data, size_t bytes)
{
    return hash_more(0xcbf29ce484222325, data, bytes);
}

static inline uint64_t hash_of_params(const fixture *f, int learner)
{
    const gt_network *net = f->task->learner[learner]->net;
    return hash_of(net->params, net->n_params * sizeof *net->params);
}

/* All ranks have the same bytes; all fail if one has not. Collective. */
static inline void assert_same_on_all_ranks(gt_comm *comm, const char *what,
                                            const void *data, size_t bytes)
{
    uint64_t mine = hash_of(data, bytes), first = mine;
    gt_comm_broadcast(comm, &first, sizeof first);
    if (gt_comm_max(comm, mine != first) > 0)
        fail_msg("%s is not the same on all ranks", what);
}

/* Collective. Parameters and statistics, tensor by tensor. */
static inline void assert_replicas_are_equal(const fixture *f)
{
    gt_span *spans;
    int count;
    succeeds(gt_task_spans(f->task, false, &spans, &count));
    for (int i = 0; i < count; i++)
        assert_same_on_all_ranks(f->comm, spans[i].path, spans[i].data,
                                 spans[i].count * sizeof(gt_real));
    free(spans);
}

/* Collective. The first moments of a learner's parameters on every rank; valid
 * until the next call. */
static inline const gt_real *whole_m(const fixture *f, int learner)
{
    enum { MOST = 4096 };
    static gt_real m[MOST];
    const gt_learner *l = f->task->learner[learner];
    assert_true(l->net->n_params <= MOST);
    gt_reducer_gather(l->reducer, l->optimizer.m, l->net->n_params,
                      f->comm->rank == 0 ? m : NULL);
    gt_comm_broadcast(f->comm, m, l->net->n_params * sizeof *m);
    return m;
}

/* All of the state on every rank: a copy. */
typedef struct whole_state {
    gt_span *spans;
    int count;
    gt_real *memory;
} whole_state;

/* Collective. */
static inline whole_state whole_state_of(const fixture *f)
{
    whole_state w;
    succeeds(gt_task_spans(f->task, true, &w.spans, &w.count));
    size_t total = gt_spans_size(w.spans, w.count);
    w.memory = gt_real_alloc(total);
    gt_span *live = malloc((size_t)w.count * sizeof *live);
    assert_non_null(w.memory);
    assert_non_null(live);
    memcpy(live, w.spans, (size_t)w.count * sizeof *live);
    gt_spans_place(w.spans, w.count, w.memory);
    gt_task_gather_vectors(f->task, w.spans, f->comm->rank == 0 ? w.count : 0);
    gt_comm_broadcast(f->comm, w.memory, total * sizeof *w.memory);
    for (int i = 0; i < w.count; i++)
        if (live[i].data)
            memcpy(w.spans[i].data, live[i].data,
                   live[i].count * sizeof(gt_real));
    free(live);
    return w;
}

static inline void whole_state_free(whole_state *w)
{
    free(w->spans);
    free(w->memory);
}

/* Largest distance of two spans, relative to the largest value in `want`, or to
 * 0.1 where all are smaller: a tensor whose gradient is zero but for rounding,
 * such as a bias before batch norm, has no digits to compare. */
static inline double distance(const gt_span *got, const gt_span *want)
{
    double off = 0, largest = 0.1;
    assert_int_equal(got->count, want->count);
    for (size_t j = 0; j < want->count; j++) {
        double d = fabs((double)got->data[j] - (double)want->data[j]);
        off = d <= off ? off : d; /* NaN is taken, too */
        largest = fmax(largest, fabs((double)want->data[j]));
    }
    return off / largest;
}

/* Collective over a's ranks. Two tasks hold the same state and last figures
 * but for rounding; all ranks fail if one of them finds otherwise. */
static inline void assert_states_near(const fixture *a, const fixture *b,
                                      double tolerance)
{
    whole_state of_a = whole_state_of(a), of_b = whole_state_of(b);
    double worst = 0;
    assert_int_equal(of_a.count, of_b.count);
    for (int i = 0; i < of_a.count; i++) {
        double d = distance(&of_a.spans[i], &of_b.spans[i]);
        if (!(d <= tolerance))
            print_error("%s is off by %g\n", of_a.spans[i].path, d);
        worst = d <= worst ? worst : d;
    }
    whole_state_free(&of_a);
    whole_state_free(&of_b);
    assert_int_equal(a->metrics.count, b->metrics.count);
    for (int i = 0; i < a->metrics.count; i++) {
        double want = b->metrics.entry[i].value;
        double d = fabs(a->metrics.entry[i].value - want) / (1 + fabs(want));
        if (!(d <= tolerance))
            print_error("%s is off by %g\n", a->metrics.entry[i].key, d);
        worst = d <= worst ? worst : d;
    }
    assert_true(gt_comm_max(a->comm, !(worst <= tolerance)) == 0);
}

/* A stop that one rank wants reaches all ranks after the step, and no other
 * does. */
static inline void assert_a_stop_reaches_all(gt_comm *comm, const char *text,
                                             const char *const *sets)
{
    fixture f;
    fixture_open(&f, comm, text, sets);
    for (int step = 0; step < 6; step++) { /* of points: the third has 7 */
        bool wanted = step >= 3;
        f.task->stop = wanted && comm->rank == comm->size - 1;
        fixture_step(&f, 1);
        assert_int_equal(f.task->stop, wanted);
    }
    fixture_close(&f);
}

#endif
