/* idx.c: MNIST and its family. The data sets are small, so they are held in
 * memory, which the processes of a machine may share. Most models are told no
 * labels, so those that cannot be used are left out with a warning; who asks
 * for them is refused then (columns.h). */
#include "base/collective_tick.h"
#include "base/log.h"
#include "base/plural.h"
#include "core/hash.h"
#include "data/array/cifar_files.h"
#include "data/idx/idx_file.h"
#include "data/idx/idx_names.h"
#include "data/sources.h"

#include <stdlib.h>
#include <string.h>

/* What a region begins with; images and labels follow. Whoever attaches it
 * needs nothing else. */
typedef struct head {
    uint64_t count, digest;
    gt_shape shape;
    gt_number number; /* of an image's elements */
    int classes;
    size_t size;   /* bytes of one image */
    size_t images; /* where they begin in the region */
    size_t labels; /* 0: there are none */
} head;

static const uint8_t *at(const gt_source *source, size_t offset)
{
    return (const uint8_t *)source->region.base + offset;
}

static gt_status read_labels(gt_source *source, head *h, const char *path,
                             const char *images)
{
    gt__idx_array a;
    gt_status status = gt__idx_read(path, 1, &source->region, &a);
    if (status == GT_OK && a.dim[0] != h->count)
        status =
            gt_fail(GT_ERR_FORMAT,
                    "%s holds %u label%s, but %s holds %llu image%s; they do "
                    "not belong together: download both again",
                    path, a.dim[0], gt_plural(a.dim[0]), images,
                    (unsigned long long)h->count, gt_plural(h->count));
    if (status == GT_ERR_MEMORY)
        return status;
    if (status != GT_OK)
        gt_warn("%s; going on without labels", gt_message());
    else
        h->labels = a.at;
    const uint8_t *labels = at(source, a.at);
    for (uint64_t i = 0; h->labels && i < h->count; i++)
        if (labels[i] >= h->classes)
            h->classes = labels[i] + 1;
    return GT_OK;
}

enum { PIECE = 1 << 24 };

static void add_to_digest(gt_hash *hash, const uint8_t *bytes, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += PIECE) {
        uint64_t left = size - done;
        gt_hash_add(hash, bytes + done, left < PIECE ? left : PIECE);
        gt_collective_tick();
    }
}

/* Of the elements, not of the files: how these are compressed does not matter.
 */
static gt_status find_digest(const gt_source *source, head *h, const char *path)
{
    gt_hash *hash = gt_hash_new();
    if (!hash)
        return gt__idx_no_memory(path);
    add_to_digest(hash, at(source, h->images), h->count * h->size);
    if (h->labels)
        add_to_digest(hash, at(source, h->labels), h->count);
    h->digest = gt_hash_value(hash);
    gt_hash_free(hash);
    return GT_OK;
}

/* The region is full, or another process's. */
static void attach_idx(gt_source *source)
{
    const head *h = source->region.base;
    source->shape = h->shape;
    source->count = h->count;
    source->classes = h->classes;
    source->element =
        gt_number_is_byte(h->number) ? GT_ELEMENT_BYTES : GT_ELEMENT_REALS;
    source->digest = h->digest;
}

static gt_status open_idx(gt_source *source, const gt_source_request *request)
{
    const char *path = request->path;
    char *images = NULL, *labels = NULL;
    gt__idx_array a;
    head h = {0};
    gt_status status = gt__idx_find(path, request->split, &images, &labels);
    if (status != GT_OK || !images)
        goto out;
    status = gt_region_grow(&source->region, sizeof h, path);
    if (status == GT_OK)
        status = gt__idx_read(images, 3, &source->region, &a);
    if (status != GT_OK)
        goto out;
    h.size = gt__idx_item_size(&a);
    h.images = a.at;
    h.count = a.dim[0];
    h.number = a.number;
    h.shape = (gt_shape){.h = (int)a.dim[1],
                         .w = (int)a.dim[2],
                         .c = a.dims == 4 ? (int)a.dim[3] : 1};
    if (labels)
        status = read_labels(source, &h, labels, images);
    if (status == GT_OK)
        status = find_digest(source, &h, path);
    if (status == GT_OK) {
        memcpy(source->region.base, &h, sizeof h);
        attach_idx(source);
    }
out:
    free(images);
    free(labels);
    return status;
}

static double memory(const gt_source_request *request)
{
    char *images = NULL, *labels = NULL;
    double bytes = 0;
    if (gt__idx_find(request->path, request->split, &images, &labels) ==
            GT_OK &&
        images)
        bytes = gt__idx_memory(images, 3) +
                (labels ? gt__idx_memory(labels, 1) : 0);
    free(images);
    free(labels);
    return bytes;
}

static gt_status read_idx(const gt_source *source, const uint64_t *numbers,
                          int n, const gt_source_rows *to)
{
    const head *h = source->region.base;
    const uint8_t *images = at(source, h->images);
    const uint8_t *labels = h->labels ? at(source, h->labels) : NULL;
    size_t n_each = gt_shape_size(h->shape);
    for (int i = 0; i < n; i++) {
        if (to->bytes)
            memcpy(to->bytes + (size_t)i * h->size,
                   images + numbers[i] * h->size, h->size);
        if (to->reals)
            gt_number_to_reals(h->number, images + numbers[i] * h->size, n_each,
                               to->reals + (size_t)i * n_each, 1);
        if (to->labels)
            to->labels[i] = labels ? labels[numbers[i]] : -1;
    }
    return GT_OK;
}

/* Files begin with two zeros, a type and a number of dimensions; those of
 * folders have names. What is compressed is taken for IDX, as nothing else is
 * read so. Dark pixels of CIFAR may look like a header. */
static bool recognises(const gt_path_look *look)
{
    const uint8_t *b = look->head;
    if (look->folder)
        return gt__idx_is_folder(look->path);
    bool packed = look->n >= 2 && b[0] == 0x1f && b[1] == 0x8b;
    bool begins = look->n >= 3 && !b[0] && !b[1] && b[2] >= 8 && b[2] <= 14;
    bool dims = look->n < 4 || (b[3] >= 1 && b[3] <= 4);
    return packed || (begins && dims && !gt__cifar_kind_of(look->path));
}

const gt_source_type gt__source_idx = {
    .name = "idx",
    .help = "MNIST family, IDX or IDX.gz: PATH or idx:PATH, folder or file",
    .recognises = recognises,
    .open = open_idx,
    .attach = attach_idx,
    .memory = memory,
    .read = read_idx,
};
