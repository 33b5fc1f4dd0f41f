/* idx.c: MNIST and its family. The data sets are small, so they are held in
 * memory. Most models are told no labels, so those that cannot be used are left
 * out with a warning; who asks for them is refused then (columns.h). */
#include "base/collective_tick.h"
#include "base/log.h"
#include "base/plural.h"
#include "core/hash.h"
#include "data/idx_file.h"
#include "data/idx_names.h"
#include "data/sources.h"

#include <stdlib.h>
#include <string.h>

typedef struct idx {
    uint8_t *images;
    uint8_t *labels; /* NULL: none */
    size_t size;     /* bytes of one image */
} idx;

static gt_status read_labels(gt_source *source, idx *data, const char *path,
                             const char *images)
{
    gt__idx_array a;
    gt_status status = gt__idx_read(path, 1, &a);
    if (status == GT_OK && a.dim[0] != source->count)
        status = gt_fail(
            GT_ERR_FORMAT,
            "%s holds %u label%s, but %s holds %llu image%s; they do "
            "not belong together: download both again",
            path, a.dim[0], gt_plural(a.dim[0]), images,
            (unsigned long long)source->count, gt_plural(source->count));
    if (status == GT_OK)
        data->labels = a.bytes;
    else
        free(a.bytes);
    if (status == GT_ERR_MEMORY)
        return status;
    if (status != GT_OK)
        gt_warn("%s; going on without labels", gt_message());
    for (uint64_t i = 0; data->labels && i < source->count; i++)
        if (data->labels[i] >= source->classes)
            source->classes = data->labels[i] + 1;
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
static gt_status find_digest(gt_source *source, const char *path)
{
    const idx *data = source->data;
    gt_hash *hash = gt_hash_new();
    if (!hash)
        return gt__idx_no_memory(path);
    add_to_digest(hash, data->images, source->count * data->size);
    if (data->labels)
        add_to_digest(hash, data->labels, source->count);
    source->digest = gt_hash_value(hash);
    gt_hash_free(hash);
    return GT_OK;
}

static gt_status open_idx(gt_source *source, const char *path, gt_split split)
{
    char *images = NULL, *labels = NULL;
    gt__idx_array a;
    idx *data = source->data = calloc(1, sizeof *data);
    if (!data)
        return gt__idx_no_memory(path);
    gt_status status = gt__idx_find(path, split, &images, &labels);
    if (status != GT_OK || !images)
        goto out;
    status = gt__idx_read(images, 3, &a);
    data->images = a.bytes;
    if (status != GT_OK)
        goto out;
    data->size = gt__idx_item_size(&a);
    source->count = a.dim[0];
    source->shape = (gt_shape){.h = (int)a.dim[1],
                               .w = (int)a.dim[2],
                               .c = a.dims == 4 ? (int)a.dim[3] : 1};
    if (labels)
        status = read_labels(source, data, labels, images);
    if (status == GT_OK)
        status = find_digest(source, path);
out:
    free(images);
    free(labels);
    return status;
}

static double memory(const char *path, gt_split split)
{
    char *images = NULL, *labels = NULL;
    double bytes = 0;
    if (gt__idx_find(path, split, &images, &labels) == GT_OK && images)
        bytes = gt__idx_memory(images, 3) +
                (labels ? gt__idx_memory(labels, 1) : 0);
    free(images);
    free(labels);
    return bytes;
}

static void close_idx(gt_source *source)
{
    idx *data = source->data;
    if (!data)
        return;
    free(data->images);
    free(data->labels);
    free(data);
}

static gt_status read_idx(const gt_source *source, const uint64_t *numbers,
                          int n, const gt_source_rows *to)
{
    const idx *data = source->data;
    for (int i = 0; i < n; i++) {
        if (to->bytes)
            memcpy(to->bytes + (size_t)i * data->size,
                   data->images + numbers[i] * data->size, data->size);
        if (to->labels)
            to->labels[i] = data->labels ? data->labels[numbers[i]] : -1;
    }
    return GT_OK;
}

const gt_source_type gt__source_idx = {
    .name = "idx",
    .help = "MNIST family, IDX or IDX.gz: PATH or idx:PATH, folder or file",
    .open = open_idx,
    .memory = memory,
    .read = read_idx,
    .close = close_idx,
};
