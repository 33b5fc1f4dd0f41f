/* hdf5_files.c: what is chosen in the first file is looked for in all others.
 * They stay open, as their data sets do. */
#include "data/hdf5/hdf5_files.h"

#include "base/collective_tick.h"
#include "base/log.h"
#include "data/order.h"
#include "store/h5file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Decoded chunks, in bytes: usually, and where chunks are large. */
enum { USUAL = 128 << 20, MOST = 512 << 20 };

static gt_status no_memory(const gt__hdf5_files *f)
{
    return gt_fail(GT_ERR_MEMORY, "data '%s': out of memory",
                   f->names.n ? f->names.files[0] : "");
}

/* Each file takes a descriptor. What a process may open is often less than what
 * it may ask for. */
static void allow_files(int n)
{
    enum { FEW = 128 };
    struct rlimit limit;
    if (n < FEW || getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Rows of the same shape and type, as those of the first file. */
static gt_status check_same(const gt__hdf5_files *f, int i,
                            const gt_h5_set *first, const gt_h5_set *other)
{
    const gt_h5_about *a = gt_h5_set_about(first), *b = gt_h5_set_about(other);
    bool same = a->rank == b->rank && !strcmp(a->type, b->type);
    for (int d = 1; d < a->rank && same; d++)
        same = a->dim[d] == b->dim[d];
    if (same)
        return GT_OK;
    char has[GT_H5_SHAPE_TEXT], wanted[GT_H5_SHAPE_TEXT];
    return gt_fail(GT_ERR_MISMATCH,
                   "data: %s is %s of %s in %s, but %s of %s in %s; files that "
                   "are read together have rows of one shape and type",
                   a->name, gt_h5_about_shape(a, wanted), a->type,
                   f->names.files[0], gt_h5_about_shape(b, has), b->type,
                   f->names.files[i]);
}

static gt_status check_rows(const gt__hdf5_files *f, int i,
                            const gt_h5_set *set)
{
    const gt_h5_about *a = gt_h5_set_about(set);
    const gt__hdf5_part *part = &f->parts[i];
    if (a->dim[0] == part->count)
        return GT_OK;
    return gt_fail(GT_ERR_MISMATCH,
                   "data '%s': %s has %llu rows, but %s has %llu; they belong "
                   "together row by row",
                   f->names.files[i], a->name, (unsigned long long)a->dim[0],
                   f->choice.samples, (unsigned long long)part->count);
}

static gt_status open_set(gt__hdf5_files *f, int i, const char *name,
                          gt_h5_set **set, gt_h5_set *const *first)
{
    gt_status status = gt_h5_set_open(set, f->parts[i].file, name, f->cache);
    if (status != GT_OK)
        return status;
    if (set == &f->parts[i].samples)
        f->parts[i].count = gt_h5_set_about(*set)->dim[0];
    else
        status = check_rows(f, i, *set);
    return status == GT_OK && i > 0 ? check_same(f, i, *first, *set) : status;
}

static gt_status open_sets(gt__hdf5_files *f, int i)
{
    gt__hdf5_part *part = &f->parts[i], *first = &f->parts[0];
    const gt__hdf5_choice *c = &f->choice;
    part->columns = calloc((size_t)c->n_columns + 1, sizeof(gt_h5_set *));
    if (!part->columns)
        return no_memory(f);
    gt_status status =
        open_set(f, i, c->samples, &part->samples, &first->samples);
    if (status == GT_OK && c->labels)
        status = open_set(f, i, c->labels, &part->labels, &first->labels);
    for (int k = 0; k < c->n_columns && status == GT_OK; k++) {
        bool again = k > 0 && !strcmp(c->columns[k].set, c->columns[k - 1].set);
        if (again)
            part->columns[k] = part->columns[k - 1];
        else
            status = open_set(f, i, c->columns[k].set, &part->columns[k],
                              &first->columns[k]);
    }
    part->first = f->count;
    f->count += part->count;
    return status;
}

/* An epoch goes through windows of chunks (order.h), of which all are used
 * again and again; a chunk over the end of a file has parts in two. */
static void choose_cache(const gt__hdf5_files *f)
{
    const gt_h5_set *set = f->parts[0].samples;
    double chunk = (double)gt_h5_set_chunk_bytes(set);
    double wanted = chunk * (GT_ORDER_WINDOW + 1) * (f->names.n > 1 ? 2 : 1);
    gt_h5_cache_grow(f->cache, wanted < MOST ? (size_t)wanted : MOST);
    if (wanted > MOST && gt_h5_set_is_chunked(set))
        gt_warn("data: the chunks of %s in %s have %.0f MB, of which few are "
                "kept in memory, so each is read and unpacked many times; "
                "gentrain import writes the data in smaller ones",
                f->choice.samples, f->names.files[0], chunk * 1e-6);
}

static gt_status open_part(gt__hdf5_files *f, int i,
                           const gt_source_request *request)
{
    const char *path = f->names.files[i];
    gt_status status = request->opened || request->train
                           ? gt_h5_open_tried(&f->parts[i].file, path)
                           : gt_h5_open_in_place(&f->parts[i].file, path);
    if (status == GT_OK && i == 0)
        status = gt__hdf5_choose(f->parts[0].file, path, f->names.inside,
                                 request, &f->choice);
    if (status == GT_OK && f->choice.samples)
        status = open_sets(f, i);
    gt_collective_tick();
    return status;
}

gt_status gt__hdf5_files_open(gt__hdf5_files *f,
                              const gt_source_request *request)
{
    gt_status status = gt__hdf5_names_find(request->path, &f->names);
    if (status != GT_OK)
        return status;
    allow_files(f->names.n);
    f->parts = calloc((size_t)f->names.n, sizeof *f->parts);
    f->cache = gt_h5_cache_new(USUAL);
    if (!f->parts || !f->cache)
        return no_memory(f);
    for (int i = 0; i < f->names.n && status == GT_OK; i++) {
        status = open_part(f, i, request);
        if (!f->choice.samples)
            return status;
    }
    if (status == GT_OK)
        choose_cache(f);
    return status;
}

void gt__hdf5_files_close(gt__hdf5_files *f)
{
    for (int i = 0; f->parts && i < f->names.n; i++) {
        gt__hdf5_part *part = &f->parts[i];
        for (int k = 0; part->columns && k < f->choice.n_columns; k++)
            if (k == 0 || part->columns[k] != part->columns[k - 1])
                gt_h5_set_close(part->columns[k]);
        gt_h5_set_close(part->labels);
        gt_h5_set_close(part->samples);
        gt_h5_close(part->file);
        free(part->columns);
    }
    free(f->parts);
    gt_h5_cache_free(f->cache);
    gt__hdf5_choice_free(&f->choice);
    gt__hdf5_names_free(&f->names);
    *f = (gt__hdf5_files){0};
}

const gt__hdf5_part *gt__hdf5_files_part(const gt__hdf5_files *f,
                                         uint64_t number)
{
    int low = 0, high = f->names.n - 1;
    while (low < high) {
        int middle = low + (high - low + 1) / 2;
        if (f->parts[middle].first <= number)
            low = middle;
        else
            high = middle - 1;
    }
    return &f->parts[low];
}
