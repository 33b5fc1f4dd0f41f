/* idx.c: MNIST and its family: finds the files that belong together and checks
 * that they do. The data sets are small, so they are held in memory. */
#include "data/idx_file.h"
#include "data/sources.h"
#include "store/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct idx {
    uint8_t *images;
    uint8_t *labels; /* NULL: none */
    size_t size;     /* bytes of one image */
} idx;

/* Three texts in a row, malloc'ed; NULL when memory is short. */
static char *join(const char *a, const char *b, const char *c)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = malloc(size);
    if (text)
        snprintf(text, size, "%s%s%s", a, b, c);
    return text;
}

/* Find a file "stem" or "stem.gz"; *path becomes its name (free it), or NULL. A
 * file that cannot be examined counts as found: opening it will say why. */
static gt_status find(const char *stem, char **path)
{
    static const char *const endings[] = {"", ".gz"};
    for (int i = 0; i < 2; i++) {
        struct stat info;
        *path = join(stem, endings[i], "");
        if (!*path)
            return gt__idx_no_memory(stem);
        if (!stat(*path, &info) || (errno != ENOENT && errno != ENOTDIR))
            return GT_OK;
        free(*path);
        *path = NULL;
    }
    return GT_OK;
}

/* The name of the labels file that belongs to an images file, without ".gz":
 * "images" becomes "labels", and "idx3" or "idx4" becomes "idx1". *stem (free
 * it) is NULL if the name has no such parts. */
static gt_status labels_stem(const char *images, char **stem)
{
    *stem = join(images, "", "");
    if (!*stem)
        return gt__idx_no_memory(images);
    size_t n = strlen(*stem);
    if (n > 3 && !strcmp(*stem + n - 3, ".gz"))
        (*stem)[n - 3] = '\0';
    char *slash = strrchr(*stem, '/');
    char *word = strstr(slash ? slash : *stem, "images");
    char *number = word ? strstr(word, "idx") : NULL;
    if (number && (number[3] == '3' || number[3] == '4')) {
        memcpy(word, "labels", 6);
        number[3] = '1';
    } else {
        free(*stem);
        *stem = NULL;
    }
    return GT_OK;
}

/* The paths of both files (free them); *images is NULL if there is no such
 * split, *labels if there are no labels. */
static gt_status find_both(const char *path, gt_split split, char **images,
                           char **labels)
{
    struct stat info;
    if (stat(path, &info))
        return gt_fail(GT_ERR_IO,
                       "%s: cannot open: %s; check the path and its "
                       "permissions",
                       path, gt_file_reason(path));
    bool test = split == GT_SPLIT_TEST;
    gt_status status = GT_OK;
    char *stem = NULL;
    if (S_ISDIR(info.st_mode)) {
        stem = join(path, test ? "/t10k" : "/train", "-images-idx3-ubyte");
        status = stem ? find(stem, images) : gt__idx_no_memory(path);
        free(stem);
        stem = NULL;
        if (status == GT_OK && !*images && !test)
            status = gt_fail(GT_ERR_IO,
                             "%s: the folder has no train-images-idx3-ubyte "
                             "or train-images-idx3-ubyte.gz; give a folder "
                             "with the files of the MNIST family, or one "
                             "images file",
                             path);
    } else if (!test) {
        *images = join(path, "", "");
        status = *images ? GT_OK : gt__idx_no_memory(path);
    }
    if (status == GT_OK && *images)
        status = labels_stem(*images, &stem);
    if (status == GT_OK && stem)
        status = find(stem, labels);
    free(stem);
    return status;
}

static gt_status read_labels(gt_source *source, idx *data, const char *path,
                             const char *images)
{
    gt__idx_array a;
    gt_status status = gt__idx_read(path, 1, &a);
    data->labels = a.bytes;
    if (status != GT_OK)
        return status;
    if (a.dim[0] != source->count)
        return gt_fail(GT_ERR_FORMAT,
                       "%s holds %u labels, but %s holds %llu images; they do "
                       "not belong together: download both again",
                       path, a.dim[0], images,
                       (unsigned long long)source->count);
    for (uint64_t i = 0; i < source->count; i++)
        if (data->labels[i] >= source->classes)
            source->classes = data->labels[i] + 1;
    return GT_OK;
}

static gt_status open_idx(gt_source *source, const char *path, gt_split split)
{
    char *images = NULL, *labels = NULL;
    gt__idx_array a;
    idx *data = source->data = calloc(1, sizeof *data);
    if (!data)
        return gt__idx_no_memory(path);
    gt_status status = find_both(path, split, &images, &labels);
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
out:
    free(images);
    free(labels);
    return status;
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

static void bytes(const gt_source *source, uint64_t number, uint8_t *out)
{
    const idx *data = source->data;
    memcpy(out, data->images + number * data->size, data->size);
}

static int label(const gt_source *source, uint64_t number)
{
    const idx *data = source->data;
    return data->labels ? data->labels[number] : -1;
}

const gt_source_type gt__source_idx = {
    .name = "idx",
    .help = "MNIST family, IDX or IDX.gz: PATH or idx:PATH, folder or file",
    .open = open_idx,
    .bytes = bytes,
    .label = label,
    .close = close_idx,
};
