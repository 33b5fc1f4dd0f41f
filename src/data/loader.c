/* loader.c: one background thread reads batches ahead of time. The contents of
 * a batch are a function of its number alone, so the thread needs nothing from
 * the training loop but free buffers. There is a ring of them, allocated once:
 * the loop holds one while the thread fills the others, with what the loop
 * takes in this step and the next. */
#include "data/loader.h"

#include "base/heartbeat.h"
#include "base/thread.h"
#include "base/trace.h"
#include "core/arena.h"
#include "data/order.h"
#include "data/reader.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Samples that are read before the thread looks whether it is to stop. */
enum { PIECE = 32 };

typedef struct buffer {
    gt_batch batch;
    gt_shard *shards;
    gt_sample_rows *rows; /* of each shard */
} buffer;

struct gt_loader {
    gt_loader_config config;
    gt_position from; /* that batches are counted from */
    size_t most;      /* samples of a shard */
    int unit;         /* shards that lie together */
    gt_reader reader; /* the thread's */
    gt_arena arena;   /* x and conditions of all buffers */
    gt_shard *shards; /* of all buffers */
    gt_sample_rows *rows;
    int *labels; /* of all buffers; NULL: the model is told none */
    int slots;
    buffer *ring;   /* [slots] */
    uint64_t total; /* batches to be delivered */

    gt_thread thread;
    bool running;
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Batches since the start, under `lock`: filled by the thread, returned by
     * the caller, who holds at most the next one. */
    uint64_t filled, returned;
    gt_failure failure; /* under `lock`: of batch `filled`, and the end */
    gt_failure first;   /* under `lock`: of a sample that was skipped */

    bool holding; /* the caller's side only, and: */
    uint64_t skipped;
};

void gt_shard_bounds(int n, int batch, int shards, int index, int *first,
                     int *count)
{
    /* Shards of the usual size that n samples fill: all for a full batch. */
    int64_t filled = ((int64_t)n * shards + batch - 1) / batch;
    int64_t from = n, to = n;
    if (index < filled) {
        from = (int64_t)index * n / filled;
        to = (int64_t)(index + 1) * n / filled;
    }
    *first = (int)from;
    *count = (int)(to - from);
}

int gt_shard_max(int batch, int shards)
{
    return batch / shards + (batch % shards != 0);
}

int gt_shard_largest(uint64_t count, int batch, int shards)
{
    int most = gt_shard_max(batch, shards);
    return count < (uint64_t)most ? (int)count : most;
}

/* The sample at a position of an epoch's order. */
static uint64_t number_at(const gt_loader *loader, uint64_t epoch,
                          uint64_t position)
{
    const gt_source *source = loader->config.source;
    gt_order order = {.seed = loader->config.seed,
                      .count = source->count,
                      .chunk = source->chunk};
    uint64_t number = gt_order_at(&order, epoch, position);
    return source->endless ? number + epoch * source->count : number;
}

/* Behind the shards before it in its unit. */
static void place_shard(const gt_loader *loader, gt_shard *shard,
                        gt_sample_rows *rows)
{
    const gt_loader_config *config = &loader->config;
    int place = (shard->index - config->first_shard) % loader->unit;
    if (place == 0)
        return;
    const gt_shard *first = shard - place;
    size_t done = (size_t)(shard->first_sample - first->first_sample);
    *rows = gt_sample_rows_from(rows - place, &loader->reader, done);
    shard->samples.x = rows->x;
    shard->samples.labels = rows->labels;
    shard->samples.conditions = rows->conditions;
}

/* One shard; returns early, half filled, when the loader is being closed. */
static gt_status fill_shard(gt_loader *loader, const gt_batch *batch,
                            uint64_t batch_first, gt_shard *shard,
                            gt_sample_rows *rows)
{
    const gt_loader_config *config = &loader->config;
    gt_status status = GT_OK;
    int first, *n = &shard->samples.n;
    gt_shard_bounds(batch->n, config->batch, config->shards, shard->index,
                    &first, n);
    shard->first_sample = (uint64_t)first;
    if (*n > 0)
        place_shard(loader, shard, rows);
    for (int done = 0;
         done < *n && status == GT_OK && !atomic_load(&loader->stop);
         done += PIECE) {
        uint64_t numbers[PIECE], at = batch_first + (uint64_t)(first + done);
        int piece = *n - done < PIECE ? *n - done : PIECE;
        for (int i = 0; i < piece; i++)
            numbers[i] = number_at(loader, batch->epoch, at + (uint64_t)i);
        gt_sample_rows to =
            gt_sample_rows_from(rows, &loader->reader, (size_t)done);
        status = gt_reader_read(&loader->reader, numbers, piece, &to);
        gt_heartbeat();
    }
    return status;
}

static gt_status fill_batch(gt_loader *loader, buffer *into, uint64_t number)
{
    const gt_loader_config *config = &loader->config;
    gt_batch *batch = &into->batch;
    gt_batch_place place = gt_position_of_batch(&loader->from, number);
    uint64_t skipped = loader->reader.skipped;
    gt_status status = GT_OK;
    batch->number = number;
    batch->epoch = loader->reader.epoch = place.epoch;
    batch->n = place.n;
    for (int i = 0; i < config->n_shards && status == GT_OK; i++)
        status = fill_shard(loader, batch, place.first, &into->shards[i],
                            &into->rows[i]);
    batch->skipped = loader->reader.skipped - skipped;
    return status;
}

/* Wait for a free buffer, if a further batch is wanted. False: stop. */
static bool may_fill(gt_loader *loader, uint64_t filled)
{
    pthread_mutex_lock(&loader->lock);
    while ((filled == loader->total ||
            filled - loader->returned == (uint64_t)loader->slots) &&
           !atomic_load(&loader->stop))
        pthread_cond_wait(&loader->changed, &loader->lock);
    pthread_mutex_unlock(&loader->lock);
    return !atomic_load(&loader->stop);
}

static void deliver(gt_loader *loader, gt_status status)
{
    pthread_mutex_lock(&loader->lock);
    gt_failure_keep(&loader->failure, status);
    if (status == GT_OK)
        loader->filled++;
    if (loader->reader.skipped > 0)
        loader->first = loader->reader.first;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
}

static void *work(void *argument)
{
    gt_loader *loader = argument;
    gt_status status = GT_OK;
    gt_trace_row("loader");
    for (uint64_t filled = 0; status == GT_OK && may_fill(loader, filled);
         filled++) {
        int64_t begin = gt_trace_begin();
        uint64_t number = loader->config.start + filled;
        status = fill_batch(
            loader, &loader->ring[filled % (uint64_t)loader->slots], number);
        gt_trace_end_number(begin, "load", number);
        if (atomic_load(&loader->stop))
            break;
        deliver(loader, status);
    }
    return NULL;
}

/* Reals of a unit, rounded up so that the next one is aligned. */
static size_t stride_of(size_t reals)
{
    gt_arena arena = {0};
    if (reals > 0)
        gt_arena_reserve(&arena, reals);
    return arena.count;
}

static gt_status allocate(gt_loader *loader)
{
    const gt_loader_config *config = &loader->config;
    const gt_reader *reader = &loader->reader;
    size_t shards = (size_t)loader->slots * (size_t)config->n_shards;
    size_t most = loader->most = (size_t)gt_shard_largest(
        config->source->count, config->batch, config->shards);
    size_t unit = (size_t)loader->unit, together = unit * most;
    size_t x = stride_of(together * gt_shape_size(config->source->shape));
    size_t conditions = stride_of(together * (size_t)reader->n_conditions);
    gt_arena_reserve(&loader->arena, shards / unit * (x + conditions));
    gt_status status = gt_arena_commit(&loader->arena, "read-ahead batches");
    if (status != GT_OK)
        return status;
    loader->shards = calloc(shards, sizeof *loader->shards);
    loader->rows = calloc(shards, sizeof *loader->rows);
    loader->ring = calloc((size_t)loader->slots, sizeof *loader->ring);
    if (reader->labels)
        loader->labels = calloc(shards * most, sizeof *loader->labels);
    if (!loader->shards || !loader->rows || !loader->ring ||
        (reader->labels && !loader->labels))
        return gt_fail(GT_ERR_MEMORY, "no memory for read-ahead batches");
    for (size_t i = 0; i < shards; i++) {
        gt_sample_rows *rows = &loader->rows[i];
        rows->x = gt_arena_at(&loader->arena, i / unit * (x + conditions));
        if (conditions)
            rows->conditions = rows->x + x;
        if (loader->labels)
            rows->labels = loader->labels + i / unit * together;
        loader->shards[i] =
            (gt_shard){.index = config->first_shard + (int)i % config->n_shards,
                       .samples = {.x = rows->x,
                                   .labels = rows->labels,
                                   .conditions = rows->conditions}};
    }
    for (size_t slot = 0; slot < (size_t)loader->slots; slot++) {
        size_t at = slot * (size_t)config->n_shards;
        buffer *b = &loader->ring[slot];
        b->shards = loader->shards + at;
        b->rows = loader->rows + at;
        b->batch.shards = b->shards;
        b->batch.n_shards = config->n_shards;
    }
    return GT_OK;
}

/* Signals belong to the training loop: the thread is born with all of them
 * blocked. */
static gt_status start_thread(gt_loader *loader)
{
    gt_status status =
        gt_thread_start(&loader->thread, work, loader, "reads data ahead");
    if (status != GT_OK)
        return status;
    loader->running = true;
    return GT_OK;
}

gt_status gt_loader_open(gt_loader **out, const gt_loader_config *config)
{
    assert(config->batch > 0 && config->shards > 0 && config->n_shards > 0);
    assert(config->start >= config->from);
    assert(!config->end || config->end >= config->start);
    assert(config->n_shards % (config->unit > 0 ? config->unit : 1) == 0);
    assert(config->first_shard >= 0 &&
           config->first_shard + config->n_shards <= config->shards);
    *out = NULL;
    gt_loader *loader = calloc(1, sizeof *loader);
    if (!loader)
        return gt_fail(GT_ERR_MEMORY, "no memory for the data loader");
    loader->config = *config;
    loader->unit = config->unit > 0 ? config->unit : 1;
    loader->slots = gt_loader_slots(config->per_step);
    loader->total = config->end ? config->end - config->start : UINT64_MAX;
    loader->from = (gt_position){.count = config->source->count,
                                 .batch = (uint64_t)config->batch,
                                 .number = config->from,
                                 .samples = config->from_samples};
    atomic_init(&loader->stop, false);
    pthread_mutex_init(&loader->lock, NULL);
    gt_condition_init(&loader->changed);
    gt_status status =
        gt_reader_open(&loader->reader, config->source, config->data);
    loader->reader.seed = config->seed;
    loader->reader.augments = true;
    if (status == GT_OK)
        status = allocate(loader);
    if (status == GT_OK)
        status = start_thread(loader);
    if (status != GT_OK)
        gt_loader_close(loader);
    else
        *out = loader;
    return status;
}

int gt_loader_slots(int per_step)
{
    return 2 * (per_step > 0 ? per_step : 1) + 1;
}

/* Wait until `wanted` batches have been read, or one could not be. */
static void await(gt_loader *loader, uint64_t wanted)
{
    if (loader->filled >= wanted)
        return;
    const char *before = gt_phase_enter("waiting for data");
    while (loader->filled < wanted && loader->failure.status == GT_OK)
        gt_thread_await(&loader->thread, &loader->changed, &loader->lock);
    gt_phase_leave(before);
}

gt_status gt_loader_expect(gt_loader *loader, uint64_t n)
{
    int64_t begin = gt_trace_begin();
    pthread_mutex_lock(&loader->lock);
    uint64_t next = loader->returned + loader->holding;
    uint64_t left = loader->total - next;
    assert(n < (uint64_t)loader->slots);
    uint64_t wanted = next + (n < left ? n : left);
    await(loader, wanted);
    gt_status status =
        loader->filled >= wanted ? GT_OK : gt_failure_tell(&loader->failure);
    pthread_mutex_unlock(&loader->lock);
    gt_trace_end(begin, NULL, "wait for data");
    return status;
}

gt_status gt_loader_failure(gt_loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    gt_status status = gt_failure_tell(&loader->failure);
    pthread_mutex_unlock(&loader->lock);
    return status;
}

const gt_batch *gt_loader_next(gt_loader *loader)
{
    int64_t begin = gt_trace_begin();
    pthread_mutex_lock(&loader->lock);
    if (loader->holding) {
        loader->returned++;
        pthread_cond_broadcast(&loader->changed);
    }
    loader->holding = true;
    uint64_t next = loader->returned;
    await(loader, next + 1);
    assert(loader->filled > next);
    pthread_mutex_unlock(&loader->lock);
    gt_trace_end(begin, NULL, "wait for data");
    const gt_batch *batch = &loader->ring[next % (uint64_t)loader->slots].batch;
    loader->skipped += batch->skipped;
    return batch;
}

uint64_t gt_loader_skipped(const gt_loader *loader)
{
    return loader->skipped;
}

gt_failure gt_loader_first_skipped(gt_loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    gt_failure first = loader->first;
    pthread_mutex_unlock(&loader->lock);
    return first;
}

int gt_batch_present(const gt_batch *batch)
{
    int n = 0;
    while (n < batch->n_shards && batch->shards[n].samples.n > 0)
        n++;
    return n;
}

void gt_loader_close(gt_loader *loader)
{
    if (!loader)
        return;
    if (loader->running) {
        pthread_mutex_lock(&loader->lock);
        atomic_store(&loader->stop, true);
        pthread_cond_broadcast(&loader->changed);
        pthread_mutex_unlock(&loader->lock);
        gt_thread_join(&loader->thread);
    }
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
    gt_arena_free(&loader->arena);
    gt_reader_close(&loader->reader);
    free(loader->shards);
    free(loader->rows);
    free(loader->ring);
    free(loader->labels);
    free(loader);
}
