/* source.c: what is the same for all sources. */
#include "data/source.h"

#include "core/hash.h"
#include "data/cache.h"
#include "data/digest.h"
#include "data/resized.h"
#include "data/stack.h"
#include "data/stored_read.h"
#include "data/uri.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number of the first test sample; those of training samples are smaller.
 * Together they fit the 48 bits of an address (rng.h). */
#define TEST_SAMPLES (UINT64_C(1) << 47)

/* Larger sizes are surely a mistake, and would overflow an int. */
enum { LARGEST_SIDE = 16384 };

static gt_status check_shape(const char *uri, gt_shape shape)
{
    char text[GT_SHAPE_TEXT];
    size_t dim[GT_SHAPE_RANK];
    int rank = gt_shape_dims(shape, dim);
    bool fits = shape.d >= 0;
    for (int i = 0; i < rank; i++)
        fits = fits && dim[i] >= 1 && dim[i] <= LARGEST_SIDE;
    if (!fits)
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': cannot make or read %s of %s; each "
                       "dimension must be 1 to %d",
                       uri, gt_shape_noun(shape), gt_shape_text(shape, text),
                       LARGEST_SIDE);
    return GT_OK;
}

/* What a built-in source makes its samples from, beside shape and count. */
static uint64_t built_in_digest(const gt_source *source)
{
    char text[96];
    int n = snprintf(text, sizeof text, "%s seed %llu first %llu",
                     source->type->name, (unsigned long long)source->seed,
                     (unsigned long long)source->first);
    return gt_hash_of(text, (size_t)n);
}

/* What is read, and as what. */
typedef struct wanted {
    gt_data_config config; /* of what is stacked, where stack says so */
    int64_t stack;         /* channels; 1: nothing is stacked */
    gt__uri uri;
    gt_split split; /* that the caller wants */
    gt_subset part; /* of the samples that the type will have */
    int permille;   /* that is held out */
    int processes;  /* that may attach it; 0: none, and nothing is kept */
    const gt_source_handle *handle; /* to attach; NULL: nobody has opened it */
    const gt_source *train;         /* is open; NULL: it is not */
} wanted;

static wanted want(const gt_data_config *config, gt_split split)
{
    wanted o = {.config = *config, .stack = config->stack, .split = split};
    o.config.stack = 1;
    o.config.image = gt_data_single_image(config);
    return o;
}

/* Of what a type has opened. */
static gt_status check_fit(const gt_source *source, const wanted *o)
{
    gt_shape want = o->config.image;
    if (!source->count || gt_shape_equal(source->shape, want) ||
        gt_shape_equal(want, GT_SHAPE_OF_SOURCE))
        return GT_OK;
    char has[GT_SHAPE_TEXT], wants[GT_SHAPE_TEXT], list[GT_SHAPE_TEXT];
    if (o->stack > 1)
        return gt_fail(GT_ERR_MISMATCH,
                       "data '%s': %s are %s, and data.stack takes some of %s; "
                       "set it to 1, or choose other data",
                       source->uri, gt_shape_noun(source->shape),
                       gt_shape_text(source->shape, has),
                       gt_shape_text(want, wants));
    return gt_fail(GT_ERR_MISMATCH,
                   "data '%s': %s are %s, but the model works at %s; set "
                   "data.image to %s and fit the layers to it, or "
                   "choose other data",
                   source->uri, gt_shape_noun(source->shape),
                   gt_shape_text(source->shape, has),
                   gt_shape_text(want, wants),
                   gt_shape_list(source->shape, list));
}

/* Held-out samples are a part of the training samples, or a URI of their own,
 * or what the type has as such. */
static gt_split split_of(const wanted *o)
{
    bool own = !o->permille && !o->config.test;
    return own ? o->split : GT_SPLIT_TRAIN;
}

static gt_status open_type(gt_source *source, const wanted *o)
{
    bool test = o->split == GT_SPLIT_TEST;
    gt_source_request request = {
        .path = o->uri.path, .split = split_of(o), .config = &o->config};
    if (request.split == GT_SPLIT_TEST)
        request.train = o->train;
    request.opened = o->handle != NULL;
    if (source->type->default_count) {
        source->count = test ? o->uri.test_count : o->uri.count;
        source->endless = !test;
        source->first = test ? TEST_SAMPLES : 0;
        source->seed = o->uri.seed;
        source->digest = built_in_digest(source);
    }
    return source->type->open(source, &request);
}

/* An endless source draws held-out samples of its own. */
static gt_status check_holdout(const gt_source *source)
{
    if (!source->type->default_count)
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "data '%s': %s is endless and draws its held-out samples "
                   "anew; set data.holdout to 0%% and say how many: "
                   "%s?test_count=1000",
                   source->uri, source->type->name, source->type->name);
}

/* A source of which nothing is known yet but its type. */
static gt_status begin(gt_source **out, wanted *o)
{
    const gt_data_config *config = &o->config;
    bool apart = o->split == GT_SPLIT_TEST && config->test;
    const char *uri = apart ? config->test : config->uri;
    *out = NULL;
    gt_status status = gt__uri_parse(uri, &o->uri);
    if (status == GT_OK && config->holdout)
        status = gt_holdout_parse(config->holdout, &o->permille);
    if (status == GT_OK && !gt_shape_equal(config->image, GT_SHAPE_OF_SOURCE))
        status = check_shape(uri, config->image);
    if (status != GT_OK)
        return status;
    gt_source *source = calloc(1, sizeof *source);
    if (source)
        source->uri = strdup(uri);
    if (!source || !source->uri) {
        free(source);
        return gt_fail(GT_ERR_MEMORY, "no memory to open data '%s'", uri);
    }
    source->type = o->uri.type;
    source->finite = config->on_nan != GT_DATA_NAN_KEEP;
    source->conditions = source->type->conditions;
    while (source->conditions && source->conditions[source->n_conditions].name)
        source->n_conditions++;
    source->shape = gt_shape_equal(config->image, GT_SHAPE_OF_SOURCE)
                        ? source->type->natural
                        : config->image;
    *out = source;
    if (o->permille > 0)
        status = check_holdout(source);
    return status;
}

static void add_to_digest(gt_source *source, const char *what, uint64_t number)
{
    char text[96];
    int n = snprintf(text, sizeof text, "%016llx %s %llu",
                     (unsigned long long)source->digest, what,
                     (unsigned long long)number);
    source->digest = gt_hash_of(text, (size_t)n);
}

/* Bytes of all samples as a model sees them, before they are scaled. */
static double bytes_of(const gt_source *source)
{
    size_t element = source->element == GT_ELEMENT_BYTES ? 1 : sizeof(gt_real);
    return (double)source->count * (double)gt_shape_size(source->shape) *
           (double)element;
}

/* Less than that has one order, however it is stored, so that the same samples
 * in another container train the same model. More is read in runs of
 * neighbours. */
#define MUCH ((double)(UINT64_C(1) << 30))
#define RUN ((double)(1 << 20))

static bool streams(const gt_source_type *type)
{
    return !type->default_count && !type->attach;
}

static void choose_chunk(gt_source *source)
{
    if (!streams(source->type) || !source->count)
        return;
    double bytes = bytes_of(source);
    double run = ceil(RUN * (double)source->count / bytes);
    if (bytes < MUCH)
        source->chunk = 0;
    else if (!source->chunk)
        source->chunk = (uint64_t)run;
    if (source->chunk > 0)
        source->chunk = gt_subset_chunk(&source->part, source->chunk);
}

static void take_part(gt_source *source, const wanted *o)
{
    if (!o->permille)
        return;
    source->part =
        gt_subset_of(source->count, o->permille, o->split == GT_SPLIT_TEST);
    source->count = gt_subset_size(&source->part);
}

static gt_status open_cache(gt_source *source, const wanted *o)
{
    if (!streams(source->type) || !o->processes || source->region.size)
        return GT_OK;
    if (!o->handle)
        return gt__cache_new(&source->cache, source, o->config.cache,
                             o->processes > 1);
    if (!o->handle->cache.size)
        return GT_OK;
    return gt__cache_attach(&source->cache, source, &o->handle->cache,
                            o->handle->cached);
}

static gt_status complete(gt_source *source, const wanted *o)
{
    gt_status status = check_fit(source, o);
    if (status != GT_OK || !source->count)
        return status;
    if (source->element == GT_ELEMENT_BYTES)
        source->high = 255;
    source->stored_chunk = source->chunk;
    status = open_cache(source, o);
    if (status == GT_OK && o->handle)
        source->digest = o->handle->digest;
    else if (status == GT_OK && streams(source->type))
        status = gt__digest_add_contents(source);
    if (status != GT_OK)
        return status;
    uint64_t digest = source->digest;
    choose_chunk(source);
    take_part(source, o);
    if (source->chunk)
        add_to_digest(source, "in chunks of", source->chunk);
    if (o->permille)
        add_to_digest(source, "held out of 1000:", (uint64_t)o->permille);
    source->contents = digest;
    return GT_OK;
}

/* NULL if it failed or has no samples. */
static gt_status finish(gt_source **out, const wanted *o, gt_status status)
{
    if (status == GT_OK)
        status = complete(*out, o);
    if (status == GT_OK && (*out)->count && o->stack > 1)
        status = gt__stack_new(out, (int)o->stack);
    if (status == GT_OK && (*out)->count)
        return GT_OK;
    gt_source_close(*out);
    *out = NULL;
    return status;
}

static gt_status open_source(gt_source **out, wanted *o)
{
    gt_status status = begin(out, o);
    if (status == GT_OK) {
        (*out)->region.shared = o->processes > 1 &&
                                !o->uri.type->default_count &&
                                gt_region_can_share();
        status = open_type(*out, o);
    }
    return finish(out, o, status);
}

gt_status gt_source_open(gt_source **out, const gt_data_config *config,
                         gt_split split)
{
    wanted o = want(config, split);
    return open_source(out, &o);
}

gt_status gt_source_open_held_out(gt_source **out, const gt_data_config *config,
                                  const gt_source *train)
{
    wanted o = want(config, GT_SPLIT_TEST);
    o.train = gt_source_stored(train);
    return gt_source_holds_out_part(config) ? gt_source_hold_out(out, train)
                                            : open_source(out, &o);
}

gt_status gt_source_open_shared(gt_source **out, const gt_data_config *config,
                                gt_split split, int processes,
                                gt_source_handle *handle)
{
    wanted o = want(config, split);
    o.processes = processes;
    gt_status status = open_source(out, &o);
    gt_source *opened = *out && (*out)->inner ? (*out)->inner : *out;
    *handle = (gt_source_handle){.memory.file = -1, .cache.file = -1};
    if (opened) {
        handle->memory = gt_region_share(&opened->region);
        handle->digest = opened->contents;
    }
    if (opened && opened->cache) {
        handle->cache = gt__cache_share(opened->cache);
        handle->cached = gt__cache_count(opened->cache);
    }
    return status;
}

gt_status gt_source_attach(gt_source **out, const gt_data_config *config,
                           gt_split split, const gt_source_handle *handle)
{
    wanted o = want(config, split);
    o.processes = 2;
    o.handle = handle;
    gt_status status = begin(out, &o);
    if (status == GT_OK && (handle->memory.size || !streams(o.uri.type)))
        status = gt_region_attach(&(*out)->region, &handle->memory);
    if (status == GT_OK && streams(o.uri.type))
        status = open_type(*out, &o);
    else if (status == GT_OK)
        (*out)->type->attach(*out);
    return finish(out, &o, status);
}

bool gt_source_attaches(const gt_source *source)
{
    return !source->type->default_count &&
           (streams(source->type) || gt_source_stored(source)->region.shared);
}

double gt_source_memory(const gt_data_config *config)
{
    double bytes = 0;
    for (int split = GT_SPLIT_TRAIN; split <= GT_SPLIT_TEST; split++) {
        wanted o = want(config, (gt_split)split);
        gt_source *source;
        gt_status status = begin(&source, &o);
        gt_source_request request = {
            .path = o.uri.path, .split = split_of(&o), .config = &o.config};
        bool again = split == GT_SPLIT_TEST && o.permille > 0;
        if (status == GT_OK && o.uri.type->memory && !again)
            bytes += o.uri.type->memory(&request);
        gt_source_close(source);
    }
    return bytes;
}

double gt_source_cached(const gt_source *source)
{
    source = gt_source_stored(source);
    return source->cache ? (double)gt__cache_sample_bytes(source) *
                               (double)gt__cache_count(source->cache)
                         : 0;
}

double gt_source_bytes(const gt_source *source)
{
    source = gt_source_stored(source);
    uint64_t count = source->part.block ? source->part.count : source->count;
    return (double)gt__cache_sample_bytes(source) * (double)count;
}

gt_status gt_source_read(const gt_source *source, const uint64_t *numbers,
                         int n, const gt_source_rows *to)
{
    if (!source->inner)
        return gt__stored_read(source, numbers, n, to);
    return source->resized ? gt__resized_read(source, numbers, n, to)
                           : gt__stack_read(source, numbers, n, to);
}

void gt_source_close(gt_source *source)
{
    if (!source)
        return;
    gt_source_close(source->inner);
    if (!source->view && !source->inner) {
        if (source->type && source->type->close)
            source->type->close(source);
        gt_region_free(&source->region);
        gt__cache_free(source->cache);
    }
    free(source->uri);
    free(source);
}
