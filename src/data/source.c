/* source.c: what is the same for all sources. */
#include "data/source.h"

#include "core/hash.h"
#include "data/uri.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Of what a type has opened. */
static gt_status check_fit(const gt_source *source, gt_shape want)
{
    if (!source->count || gt_shape_equal(source->shape, want) ||
        gt_shape_equal(want, GT_SHAPE_OF_SOURCE))
        return GT_OK;
    char has[GT_SHAPE_TEXT], wants[GT_SHAPE_TEXT], list[GT_SHAPE_TEXT];
    return gt_fail(GT_ERR_MISMATCH,
                   "data '%s': %s are %s, but the model works at %s; set "
                   "data.image to %s and fit the layers to it, or "
                   "choose other data",
                   source->uri, gt_shape_noun(source->shape),
                   gt_shape_text(source->shape, has),
                   gt_shape_text(want, wants),
                   gt_shape_list(source->shape, list));
}

static gt_status open_type(gt_source *source, const gt__uri *uri,
                           gt_split split)
{
    bool test = split == GT_SPLIT_TEST;
    if (source->type->default_count) {
        source->count = test ? uri->test_count : uri->count;
        source->endless = !test;
        source->first = test ? TEST_SAMPLES : 0;
        source->seed = uri->seed;
        source->digest = built_in_digest(source);
    }
    return source->type->open(source, uri->path, split);
}

/* A source of which nothing is known yet but its type. */
static gt_status begin(gt_source **out, const char *uri, gt_shape want,
                       gt__uri *parsed)
{
    *out = NULL;
    gt_status status = gt__uri_parse(uri, parsed);
    if (status == GT_OK && !gt_shape_equal(want, GT_SHAPE_OF_SOURCE))
        status = check_shape(uri, want);
    if (status != GT_OK)
        return status;
    gt_source *source = calloc(1, sizeof *source);
    if (source)
        source->uri = strdup(uri);
    if (!source || !source->uri) {
        free(source);
        return gt_fail(GT_ERR_MEMORY, "no memory to open data '%s'", uri);
    }
    source->type = parsed->type;
    source->conditions = parsed->type->conditions;
    while (source->conditions && source->conditions[source->n_conditions].name)
        source->n_conditions++;
    source->shape =
        gt_shape_equal(want, GT_SHAPE_OF_SOURCE) ? parsed->type->natural : want;
    *out = source;
    return GT_OK;
}

static void add_chunk_to_digest(gt_source *source)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%016llx in chunks of %llu",
                     (unsigned long long)source->digest,
                     (unsigned long long)source->chunk);
    if (source->chunk)
        source->digest = gt_hash_of(text, (size_t)n);
}

/* NULL if it failed or has no samples. */
static gt_status finish(gt_source **out, gt_shape want, gt_status status)
{
    if (status == GT_OK)
        status = check_fit(*out, want);
    if (status == GT_OK)
        add_chunk_to_digest(*out);
    if (status == GT_OK && (*out)->count)
        return GT_OK;
    gt_source_close(*out);
    *out = NULL;
    return status;
}

static gt_status open_source(gt_source **out, const char *uri, gt_split split,
                             gt_shape want, bool shared)
{
    gt__uri parsed;
    gt_status status = begin(out, uri, want, &parsed);
    if (status != GT_OK)
        return status;
    (*out)->region.shared =
        shared && parsed.type->attach && gt_region_can_share();
    return finish(out, want, open_type(*out, &parsed, split));
}

gt_status gt_source_open(gt_source **out, const char *uri, gt_split split,
                         gt_shape want)
{
    return open_source(out, uri, split, want, false);
}

gt_status gt_source_open_shared(gt_source **out, const char *uri,
                                gt_split split, gt_shape want,
                                gt_region_handle *handle)
{
    gt_status status = open_source(out, uri, split, want, true);
    *handle = (gt_region_handle){.file = -1};
    if (*out)
        *handle = gt_region_share(&(*out)->region);
    return status;
}

gt_status gt_source_attach(gt_source **out, const char *uri, gt_shape want,
                           const gt_region_handle *handle)
{
    gt__uri parsed;
    gt_status status = begin(out, uri, want, &parsed);
    if (status != GT_OK)
        return status;
    status = gt_region_attach(&(*out)->region, handle);
    if (status == GT_OK)
        (*out)->type->attach(*out);
    return finish(out, want, status);
}

double gt_source_memory(const char *uri)
{
    gt__uri parsed;
    if (gt__uri_parse(uri, &parsed) != GT_OK || !parsed.type->memory)
        return 0;
    return parsed.type->memory(parsed.path, GT_SPLIT_TRAIN) +
           parsed.type->memory(parsed.path, GT_SPLIT_TEST);
}

void gt_source_close(gt_source *source)
{
    if (!source)
        return;
    if (source->type && source->type->close)
        source->type->close(source);
    gt_region_free(&source->region);
    free(source->uri);
    free(source);
}

/* The path of this folder by which the user knows it, which may go over links;
 * else the system's. */
static gt_status find_folder(char *folder, size_t size)
{
    const char *known = getenv("PWD");
    struct stat by_name, here;
    if (known && *known == '/' && strlen(known) < size &&
        stat(known, &by_name) == 0 && stat(".", &here) == 0 &&
        by_name.st_dev == here.st_dev && by_name.st_ino == here.st_ino) {
        strcpy(folder, known);
        return GT_OK;
    }
    if (getcwd(folder, size))
        return GT_OK;
    return gt_fail(GT_ERR_IO, "cannot tell the path of this folder: %s",
                   strerror(errno));
}

gt_status gt_source_absolute(const char *uri, char **absolute)
{
    gt__uri parsed;
    char folder[4096];
    *absolute = NULL;
    if (gt__uri_parse(uri, &parsed) != GT_OK || !parsed.path ||
        *parsed.path == '/')
        return GT_OK;
    gt_status status = find_folder(folder, sizeof folder);
    if (status != GT_OK)
        return status;
    const char *path = parsed.path;
    while (!strncmp(path, "./", 2))
        path += 2;
    size_t size = strlen(uri) + strlen(folder) + 2;
    *absolute = malloc(size);
    if (!*absolute)
        return gt_fail(GT_ERR_MEMORY, "no memory for the path of '%s'", uri);
    snprintf(*absolute, size, "%.*s%s/%s", (int)(parsed.path - uri), uri,
             strcmp(folder, "/") ? folder : "", path);
    return GT_OK;
}
