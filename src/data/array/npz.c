/* npz.c: arrays of samples, labels and conditions in one archive. Stored
 * members are read where they lie, packed ones are unpacked once, into memory
 * that a node shares. */
#include "data/array/array_files.h"
#include "data/array/array_names.h"
#include "data/array/npz_members.h"
#include "data/sources.h"
#include "store/files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_COLUMNS = 64 };

/* What is opened. */
typedef struct archive {
    char path[GT_PATH];
    const char *name; /* of the samples; NULL: to be chosen */
    gt__npz npz;
    const gt__npz_member *samples, *labels;
} archive;

/* "FILE" or "FILE:NAME"; false: there is no such file. */
static bool split_path(const char *text, archive *a)
{
    int n = snprintf(a->path, sizeof a->path, "%s", text);
    a->name = NULL;
    if (n < 0 || (size_t)n >= sizeof a->path)
        return false;
    if (access(a->path, F_OK) == 0)
        return true;
    char *colon = strrchr(a->path, ':');
    if (!colon)
        return false;
    *colon = '\0';
    a->name = colon + 1;
    return access(a->path, F_OK) == 0;
}

/* Its name in the split: held-out samples have "test" for "train". false: the
 * split has none. */
static bool name_in(gt_split split, const char *name, char out[GT__ARRAY_NAME])
{
    if (split == GT_SPLIT_TEST)
        return gt__name_of_test(name, out, GT__ARRAY_NAME);
    return snprintf(out, GT__ARRAY_NAME, "%s", name) < GT__ARRAY_NAME;
}

/* The samples of the split; NULL: it has none. */
static gt_status find_samples(archive *a, gt_split split)
{
    char name[GT__ARRAY_NAME];
    gt_status status = gt__npz_choose(&a->npz, a->name, &a->samples);
    if (status != GT_OK)
        return status;
    a->samples = name_in(split, a->samples->zip->name, name)
                     ? gt__npz_find(&a->npz, name)
                     : NULL;
    return GT_OK;
}

/* Open a member for the set, which takes it over. */
static gt_status open_member(gt_source *source, archive *a,
                             const gt__npz_member *member, gt__array *array)
{
    gt_status status = gt__npz_read(&a->npz, member, &source->region,
                                    &gt__array_set_of(source)->held, array);
    if (status != GT_OK)
        gt__array_close(array);
    return status;
}

static gt_status add_samples(gt_source *source,
                             const gt_source_request *request, archive *a)
{
    gt__array array = a->samples->array;
    gt_layout layout;
    gt_shape shape;
    gt_status status = GT_OK;
    if (a->samples->readable) /* before it is unpacked */
        status = gt_layout_choose(array.name, array.dims, array.n_dims,
                                  (gt_layout)request->config->layout,
                                  request->config->image, &layout, &shape);
    if (status == GT_OK)
        status = open_member(source, a, a->samples, &array);
    if (status == GT_OK)
        status = gt__array_set_samples(source, request->config, array);
    return status;
}

static gt_status add_labels(gt_source *source, const gt_source_request *request,
                            archive *a)
{
    const char *want = request->config->labels;
    char name[GT__ARRAY_NAME];
    gt__array array;
    a->labels = want ? NULL : gt__npz_labels_of(&a->npz, a->samples->zip->name);
    if (want && name_in(request->split, want, name))
        a->labels = gt__npz_find(&a->npz, name);
    if (want && !a->labels)
        return gt_fail(GT_ERR_CONFIG,
                       "data.labels: %s has no array '%s'; gentrain inspect "
                       "lists what it has",
                       a->path, request->split == GT_SPLIT_TEST ? name : want);
    if (!a->labels)
        return GT_OK;
    gt_status status = open_member(source, a, a->labels, &array);
    return status == GT_OK ? gt__array_set_labels(source, array) : status;
}

/* The name of a column, which both splits have: that in the training samples.
 */
static void name_column(const gt_source_request *request, const char *member,
                        char name[GT__ARRAY_NAME])
{
    if (request->split != GT_SPLIT_TEST ||
        !gt__name_of_train(member, name, GT__ARRAY_NAME))
        snprintf(name, GT__ARRAY_NAME, "%s", member);
}

static bool is_column(const gt_source *source, const archive *a,
                      const gt__npz_member *m)
{
    return m->readable && m != a->samples && m != a->labels &&
           gt__array_is_column(&m->array) && m->array.dims[0] == source->count;
}

static gt_status add_columns(gt_source *source,
                             const gt_source_request *request, archive *a)
{
    gt_status status = GT_OK;
    for (int i = 0; i < a->npz.n && status == GT_OK; i++) {
        const gt__npz_member *m = &a->npz.members[i];
        char name[GT__ARRAY_NAME];
        gt__array array;
        if (!is_column(source, a, m) || source->n_conditions == MOST_COLUMNS)
            continue;
        name_column(request, m->zip->name, name);
        status = open_member(source, a, m, &array);
        if (status == GT_OK)
            status = gt__array_set_column(source, name, array);
    }
    return status;
}

/* A column that is asked for may be there and have another number of rows. */
static gt_status check_columns(const gt_source *source,
                               const gt_source_request *request,
                               const archive *a)
{
    const gt_word_list *words = &request->config->conditions;
    for (int i = 0; i < words->count; i++) {
        char name[GT__ARRAY_NAME];
        const gt__npz_member *m = name_in(request->split, words->words[i], name)
                                      ? gt__npz_find(&a->npz, name)
                                      : NULL;
        if (!m || !m->readable || !m->array.n_dims ||
            m->array.dims[0] == source->count)
            continue;
        return gt_fail(GT_ERR_FORMAT,
                       "%s holds %llu numbers, but %s holds %llu samples; they "
                       "do not belong together",
                       m->array.name, (unsigned long long)m->array.dims[0],
                       a->samples->array.name,
                       (unsigned long long)source->count);
    }
    return GT_OK;
}

static gt_status open_split(gt_source *source, const gt_source_request *request,
                            archive *a)
{
    gt_status status = gt__npz_open(&a->npz, a->path);
    if (status == GT_OK)
        status = find_samples(a, request->split);
    if (status != GT_OK || !a->samples)
        return status;
    status = gt__array_set_new(source);
    if (status == GT_OK)
        status = add_samples(source, request, a);
    if (status == GT_OK)
        status = gt__array_set_unlabelled(request->config,
                                          add_labels(source, request, a));
    if (status == GT_OK)
        status = add_columns(source, request, a);
    return status == GT_OK ? check_columns(source, request, a) : status;
}

static gt_status open_npz(gt_source *source, const gt_source_request *request)
{
    archive a = {.samples = NULL};
    if (!split_path(request->path, &a))
        return gt_fail(GT_ERR_IO,
                       "%s: cannot open: %s; check the path and its "
                       "permissions",
                       request->path, gt_file_reason(request->path));
    gt_status status = open_split(source, request, &a);
    gt__npz_close(&a.npz);
    return status;
}

static double memory(const gt_source_request *request)
{
    archive a = {.samples = NULL};
    double bytes = 0;
    if (!split_path(request->path, &a))
        return 0;
    if (gt__npz_open(&a.npz, a.path) == GT_OK &&
        find_samples(&a, request->split) == GT_OK && a.samples) {
        const gt__array *array = &a.samples->array;
        if (a.samples->readable && (a.samples->zip->deflated || array->fortran))
            bytes = (double)array->count * array->number.size;
    }
    gt__npz_close(&a.npz);
    return bytes;
}

/* Whether the first member is an array: so one that is damaged is known, too.
 */
static bool begins_with_array(const gt_path_look *look)
{
    for (size_t i = 0; i + 4 <= look->n; i++)
        if (!memcmp(look->head + i, ".npy", 4))
            return true;
    return false;
}

/* A zip archive that holds arrays, or "FILE:NAME" of one. */
static bool recognises(const gt_path_look *look)
{
    archive a;
    gt__zip zip;
    if (look->folder || (look->n && !gt__zip_is(look->head, look->n)) ||
        !split_path(look->path, &a))
        return false;
    if (begins_with_array(look))
        return true;
    bool is = gt__zip_open(&zip, a.path) == GT_OK && zip.n > 0;
    gt__zip_close(&zip);
    return is;
}

const gt_source_type gt__source_npz = {
    .name = "npz",
    .help = "NumPy archive: PATH or npz:PATH, npz:PATH:NAME for the samples' "
            "array",
    .recognises = recognises,
    .open = open_npz,
    .memory = memory,
    .read = gt__array_set_read,
    .close = gt__array_set_close,
};
