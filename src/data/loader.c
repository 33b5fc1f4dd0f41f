/* loader.c: one background thread reads batches ahead of time. The contents of
 * a batch are a function of its number alone, so the thread needs nothing from
 * the training loop but free buffers. There is a ring of them, allocated once:
 * the loop holds one while the thread fills the others. */
#include "data/loader.h"

#include "base/heartbeat.h"
#include "base/thread.h"
#include "base/trace.h"
#include "core/arena.h"
#include "data/shuffle.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 3 };

typedef struct buffer {
    gt_batch batch;
    gt_shard *shards;
    gt_real *x;  /* shard i's begin at i * stride */
    int *labels; /* shard i's begin at i * most */
} buffer;

struct gt_loader {
    gt_loader_config config;
    gt_position from; /* that batches are counted from */
    size_t most;      /* samples of a shard */
    size_t stride;    /* reals from shard to shard */
    gt_arena arena;   /* x of all buffers */
    gt_shard *shards; /* of all buffers */
    int *labels;      /* of all buffers */
    buffer ring[SLOTS];

    gt_thread thread;
    bool running;
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Batches since the start, under `lock`: filled by the thread, returned by
     * the caller, who holds at most the next one. */
    uint64_t filled, returned;

    bool holding; /* the caller's side only */
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

/* One shard; returns early, half filled, when the loader is being closed. */
static void fill_shard(gt_loader *loader, const gt_batch *batch,
                       uint64_t batch_first, gt_shard *shard, gt_real *x,
                       int *labels)
{
    const gt_loader_config *config = &loader->config;
    const gt_source *source = config->source;
    size_t size = gt_shape_size(source->shape);
    int first;
    gt_shard_bounds(batch->n, config->batch, config->shards, shard->index,
                    &first, &shard->samples.n);
    shard->first_sample = (uint64_t)first;
    for (int i = 0; i < shard->samples.n && !atomic_load(&loader->stop); i++) {
        uint64_t position = batch_first + (uint64_t)(first + i);
        uint64_t number =
            gt_shuffle(config->seed, batch->epoch, source->count, position);
        if (source->endless)
            number += batch->epoch * source->count;
        gt_source_read(source, number, config->range, x + (size_t)i * size);
        labels[i] = source->type->label(source, number);
    }
    gt_heartbeat();
}

static void fill_batch(gt_loader *loader, buffer *into, uint64_t number)
{
    const gt_loader_config *config = &loader->config;
    gt_batch *batch = &into->batch;
    gt_batch_place place = gt_position_of_batch(&loader->from, number);
    batch->number = number;
    batch->epoch = place.epoch;
    batch->n = place.n;
    for (int i = 0; i < config->n_shards; i++)
        fill_shard(loader, batch, place.first, &into->shards[i],
                   into->x + (size_t)i * loader->stride,
                   into->labels + (size_t)i * loader->most);
}

static void *work(void *argument)
{
    gt_loader *loader = argument;
    gt_trace_row("loader");
    for (uint64_t filled = 0;; filled++) {
        pthread_mutex_lock(&loader->lock);
        while (filled - loader->returned == SLOTS &&
               !atomic_load(&loader->stop))
            pthread_cond_wait(&loader->changed, &loader->lock);
        pthread_mutex_unlock(&loader->lock);

        int64_t begin = gt_trace_begin();
        if (!atomic_load(&loader->stop))
            fill_batch(loader, &loader->ring[filled % SLOTS],
                       loader->config.start + filled);
        gt_trace_end_number(begin, "load", loader->config.start + filled);
        if (atomic_load(&loader->stop))
            return NULL;

        pthread_mutex_lock(&loader->lock);
        loader->filled = filled + 1;
        pthread_cond_broadcast(&loader->changed);
        pthread_mutex_unlock(&loader->lock);
    }
}

static gt_status allocate(gt_loader *loader)
{
    const gt_loader_config *config = &loader->config;
    size_t shards = (size_t)config->n_shards;
    loader->most = (size_t)gt_shard_largest(config->source->count,
                                            config->batch, config->shards);
    size_t span = loader->most * gt_shape_size(config->source->shape);
    gt_arena_reserve(&loader->arena, span);
    loader->stride = loader->arena.count; /* one span, rounded up */
    gt_arena_reserve(&loader->arena, (SLOTS * shards - 1) * loader->stride);
    gt_status status = gt_arena_commit(&loader->arena, "read-ahead batches");
    if (status != GT_OK)
        return status;
    loader->shards = calloc(SLOTS * shards, sizeof *loader->shards);
    loader->labels =
        calloc(SLOTS * shards * loader->most, sizeof *loader->labels);
    if (!loader->shards || !loader->labels)
        return gt_fail(GT_ERR_MEMORY, "no memory for read-ahead batches");

    for (size_t slot = 0; slot < SLOTS; slot++) {
        size_t at = slot * shards;
        buffer *b = &loader->ring[slot];
        b->shards = loader->shards + at;
        b->x = gt_arena_at(&loader->arena, at * loader->stride);
        b->labels = loader->labels + at * loader->most;
        b->batch.shards = b->shards;
        b->batch.n_shards = config->n_shards;
        for (size_t i = 0; i < shards; i++)
            b->shards[i] =
                (gt_shard){.index = config->first_shard + (int)i,
                           .samples = {.x = b->x + i * loader->stride,
                                       .labels = b->labels + i * loader->most}};
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
    assert(config->first_shard >= 0 &&
           config->first_shard + config->n_shards <= config->shards);
    *out = NULL;
    gt_loader *loader = calloc(1, sizeof *loader);
    if (!loader)
        return gt_fail(GT_ERR_MEMORY, "no memory for the data loader");
    loader->config = *config;
    loader->from = (gt_position){.count = config->source->count,
                                 .batch = (uint64_t)config->batch,
                                 .number = config->from,
                                 .samples = config->from_samples};
    atomic_init(&loader->stop, false);
    pthread_mutex_init(&loader->lock, NULL);
    gt_condition_init(&loader->changed);
    gt_status status = allocate(loader);
    if (status == GT_OK)
        status = start_thread(loader);
    if (status != GT_OK)
        gt_loader_close(loader);
    else
        *out = loader;
    return status;
}

const gt_batch *gt_loader_next(gt_loader *loader)
{
    int64_t begin = gt_trace_begin();
    const char *before = gt_phase_enter("waiting for data");
    pthread_mutex_lock(&loader->lock);
    if (loader->holding) {
        loader->returned++;
        pthread_cond_broadcast(&loader->changed);
    }
    loader->holding = true;
    uint64_t next = loader->returned;
    while (loader->filled == next)
        gt_thread_await(&loader->thread, &loader->changed, &loader->lock);
    pthread_mutex_unlock(&loader->lock);
    gt_phase_leave(before);
    gt_trace_end(begin, NULL, "wait for data");
    return &loader->ring[next % SLOTS].batch;
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
    free(loader->shards);
    free(loader->labels);
    free(loader);
}
