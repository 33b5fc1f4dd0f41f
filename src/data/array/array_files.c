/* array_files.c: NumPy users keep images, labels and what was measured in one
 * file each. Names say what belongs together, or the configuration does. */
#include "data/array/array_files.h"

#include "data/array/array_names.h"
#include "store/files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

gt_status gt__array_file_open(const char *path, gt__array *array)
{
    int file;
    uint64_t size;
    gt_status status = gt__array_open_file(path, &file, &size);
    if (status == GT_OK)
        return gt__array_open_npy(array, path, file, 0, size);
    *array = (gt__array){.file = file};
    return status;
}

bool gt__array_file_of(const char *path, gt_split split, char *out)
{
    if (split == GT_SPLIT_TEST)
        return gt__name_of_test(path, out, GT_PATH) && access(out, F_OK) == 0;
    return snprintf(out, GT_PATH, "%s", path) < GT_PATH;
}

/* A file that a key of the configuration names. */
static gt_status find_file(const gt_source_request *request, const char *key,
                           const char *name, char out[GT_PATH])
{
    char path[GT_PATH];
    if (!gt__array_set_find(request->path, name, path))
        return gt_fail(GT_ERR_IO,
                       "data.%s: there is no file %s, neither beside %s nor "
                       "here; give a path",
                       key, name, request->path);
    if (!gt__array_file_of(path, request->split, out))
        return gt_fail(GT_ERR_IO,
                       "data.%s: there is none of the held-out samples beside "
                       "%s; give it the name of that with test for train",
                       key, path);
    return GT_OK;
}

/* The name that fits; "" if there is no such file. */
static void guess_labels(const char *samples, char out[GT_PATH])
{
    for (int i = 0; gt__name_of_labels(samples, i, out, GT_PATH); i++)
        if (access(out, F_OK) == 0)
            return;
    out[0] = '\0';
}

static gt_status add_labels(gt_source *source, const gt_source_request *request,
                            const char *samples)
{
    char path[GT_PATH];
    gt__array array;
    gt_status status = GT_OK;
    if (request->config->labels)
        status = find_file(request, "labels", request->config->labels, path);
    else
        guess_labels(samples, path);
    if (status != GT_OK || !path[0])
        return status;
    status = gt__array_file_open(path, &array);
    if (status == GT_OK)
        status = gt__array_set_labels(source, array);
    else
        gt__array_close(&array);
    return status;
}

static bool is_file(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && !strcmp(name + n - 4, ".npy");
}

static gt_status add_column(gt_source *source, const gt_source_request *request,
                            const char *name)
{
    char path[GT_PATH];
    gt__array array;
    gt_status status = find_file(request, "conditions", name, path);
    if (status != GT_OK)
        return status;
    status = gt__array_file_open(path, &array);
    if (status == GT_OK)
        return gt__array_set_column(source, name, array);
    gt__array_close(&array);
    return status;
}

gt_status gt__array_files_add(gt_source *source,
                              const gt_source_request *request,
                              const char *samples)
{
    const gt_word_list *words = &request->config->conditions;
    gt_status status = gt__array_set_unlabelled(
        request->config, add_labels(source, request, samples));
    for (int i = 0; i < words->count && status == GT_OK; i++)
        if (is_file(words->words[i]))
            status = add_column(source, request, words->words[i]);
    return status;
}
