/* npz_members.c: headers are small, so all are looked at before anything is
 * chosen; names say what belongs together (array_names.h), and where they leave
 * a doubt the message lists what there is. */
#include "data/array/npz_members.h"

#include "data/array/array_names.h"
#include "data/array/inflate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static gt_status no_memory(const gt__npz *npz)
{
    return gt_fail(GT_ERR_MEMORY, "%s: no memory to read its arrays",
                   npz->zip.path);
}

static void name_member(const gt__npz *npz, const gt__zip_member *member,
                        char name[GT__ARRAY_NAME])
{
    const char *path = npz->zip.path;
    size_t n = strlen(path), most = GT__ARRAY_NAME / 2;
    snprintf(name, GT__ARRAY_NAME, "%s:%.200s",
             path + (n > most ? n - most : 0), member->name);
}

/* A stored member, in the file. */
static gt_status open_stored(const gt__npz *npz, const gt__zip_member *member,
                             const char *name, uint64_t at, gt__array *array)
{
    int file = dup(npz->zip.file);
    *array = (gt__array){.file = file};
    if (file < 0)
        return gt_fail(GT_ERR_IO, "%s: cannot open: too many open files", name);
    return gt__array_open_npy(array, name, file, at, member->size);
}

/* To its end, to see whether that is as it should be. */
static gt_status skip_numbers(const gt__array *array, gt__inflate *inflate)
{
    uint8_t piece[4096];
    uint64_t left = array->count * (uint64_t)array->number.size;
    gt_status status = GT_OK;
    while (left && status == GT_OK) {
        size_t n = left < sizeof piece ? (size_t)left : sizeof piece;
        status = gt__inflate_next(inflate, piece, n);
        left -= n;
    }
    return status;
}

/* Of a packed one the header, and its numbers if there is a region for them.
 * Who finds them there unpacks labels and columns nevertheless: all processes
 * must find the same ones damaged. */
static gt_status open_packed(const gt__npz *npz, const gt__zip_member *member,
                             const char *name, uint64_t at, gt_region *region,
                             size_t *end, gt__array *array)
{
    gt__inflate *inflate;
    *array = (gt__array){.file = -1};
    gt_status status =
        gt__inflate_new(&inflate, name, npz->zip.file, at, member->packed);
    if (status == GT_OK)
        status = gt__array_open_packed(array, name, gt__inflate_next, inflate,
                                       member->size);
    bool fill = region && !region->attached;
    bool look = region && !fill && gt__array_is_column(array);
    if (status == GT_OK && look)
        status = skip_numbers(array, inflate);
    if (status == GT_OK && region)
        status = gt__array_hold_packed(array, region, end, gt__inflate_next,
                                       inflate);
    if (status == GT_OK && (fill || look))
        status = gt__inflate_end(inflate, member->crc);
    gt__inflate_free(inflate);
    return status;
}

static gt_status open_member(const gt__npz *npz, const gt__zip_member *member,
                             gt_region *region, size_t *end, gt__array *array)
{
    char name[GT__ARRAY_NAME];
    uint64_t at;
    *array = (gt__array){.file = -1};
    name_member(npz, member, name);
    gt_status status = gt__zip_find(&npz->zip, member, name, &at);
    if (status != GT_OK)
        return status;
    if (member->deflated)
        return open_packed(npz, member, name, at, region, end, array);
    return open_stored(npz, member, name, at, array);
}

gt_status gt__npz_open(gt__npz *npz, const char *path)
{
    *npz = (gt__npz){0};
    gt_status status = gt__zip_open(&npz->zip, path);
    if (status != GT_OK)
        return status;
    npz->members = calloc((size_t)npz->zip.n + 1, sizeof *npz->members);
    if (!npz->members)
        return no_memory(npz);
    for (int i = 0; i < npz->zip.n; i++) {
        gt__npz_member *m = &npz->members[npz->n++];
        m->zip = &npz->zip.members[i];
        status = open_member(npz, m->zip, NULL, NULL, &m->array);
        gt__array_close(&m->array);
        m->readable = status == GT_OK;
        if (status == GT_ERR_MEMORY)
            return status;
        gt_failure_keep(&npz->unreadable, status);
    }
    return GT_OK;
}

void gt__npz_close(gt__npz *npz)
{
    gt__zip_close(&npz->zip);
    free(npz->members);
    npz->members = NULL;
    npz->n = 0;
}

const gt__npz_member *gt__npz_find(const gt__npz *npz, const char *name)
{
    for (int i = 0; i < npz->n; i++)
        if (!strcmp(npz->members[i].zip->name, name))
            return &npz->members[i];
    return NULL;
}

gt_status gt__npz_read(gt__npz *npz, const gt__npz_member *member,
                       gt_region *region, size_t *end, gt__array *array)
{
    /* Members that share bytes would unpack the same ones again and again. */
    if (member->zip->deflated)
        npz->unpacked += member->zip->packed;
    if (npz->unpacked > npz->zip.size) {
        *array = (gt__array){.file = -1};
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the archive is damaged: its members lie over each "
                       "other",
                       npz->zip.path);
    }
    return open_member(npz, member->zip, region, end, array);
}

/* --- Choosing. */

static const gt__npz_member *readable(const gt__npz *npz, const char *name)
{
    const gt__npz_member *m = gt__npz_find(npz, name);
    return m && m->readable ? m : NULL;
}

const gt__npz_member *gt__npz_labels_of(const gt__npz *npz, const char *name)
{
    char labels[GT__ARRAY_NAME];
    for (int i = 0; gt__name_of_labels(name, i, labels, sizeof labels); i++) {
        const gt__npz_member *m = readable(npz, labels);
        if (m && gt__array_is_column(&m->array))
            return m;
    }
    return NULL;
}

/* Whether it may be samples for training. */
static bool is_candidate(const gt__npz *npz, const gt__npz_member *m)
{
    char train[GT__ARRAY_NAME];
    if (!m->readable || m->array.n_dims < 2 || gt__array_is_column(&m->array))
        return false;
    return !gt__name_of_train(m->zip->name, train, sizeof train) ||
           !readable(npz, train);
}

static bool is_train(const gt__npz *npz, const gt__npz_member *m)
{
    char test[GT__ARRAY_NAME];
    (void)npz;
    return gt__name_of_test(m->zip->name, test, sizeof test);
}

static bool is_labelled(const gt__npz *npz, const gt__npz_member *m)
{
    return gt__npz_labels_of(npz, m->zip->name) != NULL;
}

/* "x (60000x28x28 of uint8), ...", of the arrays that may be samples, or all.
 */
static const char *list(const gt__npz *npz, bool all, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "none");
    bool any = false;
    for (int i = 0; i < npz->n && used < size; i++) {
        const gt__npz_member *m = &npz->members[i];
        char dims[GT_LAYOUT_TEXT], type[GT_NUMBER_TEXT];
        if (!m->readable || !(all || is_candidate(npz, m)))
            continue;
        used = any ? used : 0;
        used += (size_t)snprintf(
            text + used, size - used, "%s%s (%s of %s)", any ? ", " : "",
            m->zip->name,
            gt_layout_dims_text(m->array.dims, m->array.n_dims, dims),
            gt_number_text(m->array.number, type));
        any = true;
    }
    return text;
}

/* Keep of the candidates those that `is`, if there are any. */
static void keep(const gt__npz *npz, bool *left, int *n,
                 bool (*is)(const gt__npz *, const gt__npz_member *))
{
    int some = 0;
    for (int i = 0; i < npz->n; i++)
        some += left[i] && is(npz, &npz->members[i]);
    for (int i = 0; some && i < npz->n; i++)
        left[i] = left[i] && is(npz, &npz->members[i]);
    *n = some ? some : *n;
}

/* Of several, those whose names say so are for training, and have labels. */
static gt_status choose_any(const gt__npz *npz, const gt__npz_member **out)
{
    char text[1024];
    int n = 0;
    bool *left = calloc((size_t)npz->n + 1, sizeof *left);
    if (!left)
        return no_memory(npz);
    for (int i = 0; i < npz->n; i++)
        n += left[i] = is_candidate(npz, &npz->members[i]);
    if (n > 1)
        keep(npz, left, &n, is_train);
    if (n > 1)
        keep(npz, left, &n, is_labelled);
    for (int i = 0; i < npz->n; i++)
        *out = left[i] ? &npz->members[i] : *out;
    free(left);
    if (n == 1)
        return GT_OK;
    *out = NULL;
    if (n > 1)
        return gt_fail(GT_ERR_MISMATCH,
                       "%s: several arrays may be samples; choose one, npz:%s:"
                       "NAME: %s",
                       npz->zip.path, npz->zip.path,
                       list(npz, false, text, sizeof text));
    gt_status status = gt_failure_tell(&npz->unreadable);
    if (status != GT_OK)
        return status;
    return gt_fail(GT_ERR_FORMAT,
                   "%s: no array in it can be samples, which have 2 dimensions "
                   "or more; it has: %s",
                   npz->zip.path, list(npz, true, text, sizeof text));
}

gt_status gt__npz_choose(const gt__npz *npz, const char *name,
                         const gt__npz_member **out)
{
    char text[1024];
    *out = NULL;
    if (!name)
        return choose_any(npz, out);
    *out = gt__npz_find(npz, name);
    if (*out)
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG, "%s: no array '%s' in it; it has: %s",
                   npz->zip.path, name, list(npz, true, text, sizeof text));
}
