/* h5cache.c: one lock guards the table, and is open while a chunk is loaded. A
 * chunk that failed is forgotten by the last who waited for it, and whoever
 * asks next tries again: a disk may come back. */
#include "store/foreign/h5cache.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { BUCKETS = 1024 };

struct gt_h5_cache {
    pthread_mutex_t lock;
    pthread_cond_t loaded;
    size_t limit, used;
    gt__h5_chunk *bucket[BUCKETS];
    gt__h5_chunk ends; /* a ring: ends.newer is the oldest chunk */
};

gt_h5_cache *gt_h5_cache_new(size_t limit)
{
    gt_h5_cache *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->loaded, NULL);
    c->limit = limit;
    c->ends.older = c->ends.newer = &c->ends;
    return c;
}

void gt_h5_cache_grow(gt_h5_cache *c, size_t limit)
{
    if (c->limit < limit)
        c->limit = limit;
}

size_t gt_h5_cache_limit(const gt_h5_cache *c)
{
    return c->limit;
}

static gt__h5_chunk **bucket_of(gt_h5_cache *c, const void *set,
                                uint64_t number)
{
    uint64_t mixed =
        (number ^ (uint64_t)(uintptr_t)set) * UINT64_C(0x9e3779b97f4a7c15);
    return &c->bucket[mixed >> 54];
}

static void unlink_chunk(gt_h5_cache *c, gt__h5_chunk *chunk)
{
    gt__h5_chunk **at = bucket_of(c, chunk->set, chunk->number);
    while (*at != chunk)
        at = &(*at)->in_bucket;
    *at = chunk->in_bucket;
    chunk->older->newer = chunk->newer;
    chunk->newer->older = chunk->older;
    c->used -= chunk->size;
}

static void discard(gt_h5_cache *c, gt__h5_chunk *chunk)
{
    unlink_chunk(c, chunk);
    free(chunk->bytes);
    free(chunk);
}

static void make_newest(gt_h5_cache *c, gt__h5_chunk *chunk)
{
    chunk->newer = &c->ends;
    chunk->older = c->ends.older;
    chunk->older->newer = chunk;
    c->ends.older = chunk;
}

/* Until `more` bytes fit, or nothing is left that could be given up. */
static void make_room(gt_h5_cache *c, size_t more)
{
    for (gt__h5_chunk *chunk = c->ends.newer, *next;
         chunk != &c->ends && c->used + more > c->limit; chunk = next) {
        next = chunk->newer;
        if (!chunk->users)
            discard(c, chunk);
    }
}

static gt__h5_chunk *add(gt_h5_cache *c, const void *set, uint64_t number,
                         size_t size)
{
    make_room(c, size);
    gt__h5_chunk *chunk = calloc(1, sizeof *chunk);
    if (chunk)
        chunk->bytes = malloc(size + 1);
    if (!chunk || !chunk->bytes) {
        free(chunk);
        return NULL;
    }
    chunk->size = size;
    chunk->set = set;
    chunk->number = number;
    chunk->users = 1;
    gt__h5_chunk **at = bucket_of(c, set, number);
    chunk->in_bucket = *at;
    *at = chunk;
    make_newest(c, chunk);
    c->used += size;
    return chunk;
}

static gt__h5_chunk *find(gt_h5_cache *c, const void *set, uint64_t number)
{
    gt__h5_chunk *chunk = *bucket_of(c, set, number);
    while (chunk && (chunk->number != number || chunk->set != set ||
                     chunk->state == GT__H5_FAILED))
        chunk = chunk->in_bucket;
    return chunk;
}

static void let_go(gt_h5_cache *c, gt__h5_chunk *chunk)
{
    if (--chunk->users == 0 &&
        (chunk->state == GT__H5_FAILED || c->used > c->limit))
        discard(c, chunk);
}

/* Another thread loads it. False: that failed. */
static bool await(gt_h5_cache *c, gt__h5_chunk *chunk)
{
    chunk->users++;
    while (chunk->state == GT__H5_LOADING)
        pthread_cond_wait(&c->loaded, &c->lock);
    if (chunk->state == GT__H5_FAILED) {
        let_go(c, chunk);
        return false;
    }
    chunk->older->newer = chunk->newer;
    chunk->newer->older = chunk->older;
    make_newest(c, chunk);
    return true;
}

gt_status gt__h5_cache_get(gt_h5_cache *c, const void *set, uint64_t number,
                           size_t size,
                           gt_status (*load)(const void *, uint64_t, uint8_t *),
                           gt__h5_chunk **out)
{
    gt_status status = GT_OK;
    pthread_mutex_lock(&c->lock);
    gt__h5_chunk *chunk;
    while ((chunk = find(c, set, number)) && !await(c, chunk)) {
    }
    if (!chunk && !(chunk = add(c, set, number, size))) {
        status =
            gt_fail(GT_ERR_MEMORY,
                    "no memory for a chunk of %zu bytes of the data", size);
    } else if (chunk->state == GT__H5_LOADING) {
        pthread_mutex_unlock(&c->lock);
        status = load(set, number, chunk->bytes);
        pthread_mutex_lock(&c->lock);
        chunk->state = status == GT_OK ? GT__H5_LOADED : GT__H5_FAILED;
        pthread_cond_broadcast(&c->loaded);
        if (status != GT_OK)
            let_go(c, chunk);
    }
    pthread_mutex_unlock(&c->lock);
    *out = status == GT_OK ? chunk : NULL;
    return status;
}

void gt__h5_cache_put(gt_h5_cache *c, gt__h5_chunk *chunk)
{
    pthread_mutex_lock(&c->lock);
    let_go(c, chunk);
    pthread_mutex_unlock(&c->lock);
}

void gt__h5_cache_forget(gt_h5_cache *c, const void *set)
{
    pthread_mutex_lock(&c->lock);
    for (gt__h5_chunk *chunk = c->ends.newer, *next; chunk != &c->ends;
         chunk = next) {
        next = chunk->newer;
        if (!set || chunk->set == set)
            discard(c, chunk);
    }
    pthread_mutex_unlock(&c->lock);
}

void gt_h5_cache_free(gt_h5_cache *c)
{
    if (!c)
        return;
    gt__h5_cache_forget(c, NULL);
    pthread_cond_destroy(&c->loaded);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
