/* hdf5.c: HDF5 files that people bring. Samples stay in the files: what one
 * reads of them is decoded in chunks, of which a few are kept
 * (store/foreign/h5set.h).
 */
#include "base/collective_tick.h"
#include "base/log.h"
#include "core/hash.h"
#include "data/hdf5/hdf5_files.h"
#include "data/hdf5/hdf5_form.h"
#include "data/hdf5/hdf5_labels.h"
#include "data/sources.h"
#include "store/h5attr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 64 };

typedef struct input {
    gt__hdf5_files files;
    gt_condition *conditions; /* [columns]; names are the choice's */
    char **class_names;       /* [n_class_names], or NULL */
    int n_class_names;
    void *form;
} input;

static bool recognises(const gt_path_look *look)
{
    return !look->folder && gt__hdf5_names_are(look->path);
}

/* --- Labels. */

static gt_status no_label(const gt_h5_set *set, uint64_t row,
                          const double *values)
{
    const gt_h5_about *about = gt_h5_set_about(set);
    char is[64] = "";
    if (gt__hdf5_row_numbers(about) == 1)
        snprintf(is, sizeof is, ", %.9g,", values[0]);
    return gt_fail(GT_ERR_FORMAT,
                   "data set %s: row %llu%s is no label; labels are whole "
                   "numbers from 0 to %d, or one-hot rows",
                   about->name, (unsigned long long)row, is,
                   GT_DATA_MOST_CLASSES - 1);
}

/* Rows are few numbers, so they are kept with those beside them. */
static gt_status read_labels(gt_h5_set *set, const uint64_t *rows, int n,
                             double *values, int *labels)
{
    uint64_t width = gt__hdf5_row_numbers(gt_h5_set_about(set));
    gt_h5_target to = gt_h5_target_plain(set, GT_H5_AS_DOUBLES, values);
    gt_status status = gt_h5_set_read(set, rows, n, true, &to);
    for (int i = 0; i < n && status == GT_OK; i++) {
        const double *row = values + (uint64_t)i * width;
        labels[i] = gt__hdf5_label_of(row, width);
        if (labels[i] < 0)
            status = no_label(set, rows[i], row);
    }
    return status;
}

static gt_status no_memory(const gt_source *source)
{
    return gt_fail(GT_ERR_MEMORY, "data '%s': out of memory", source->uri);
}

static gt_status count_classes(gt_source *source, const gt__hdf5_part *part)
{
    const gt_h5_about *about = gt_h5_set_about(part->labels);
    uint64_t width = gt__hdf5_row_numbers(about);
    if (width > GT_DATA_MOST_CLASSES)
        return gt_fail(GT_ERR_FORMAT,
                       "data set %s: rows of %llu numbers are no labels; there "
                       "are at most %d classes",
                       about->name, (unsigned long long)width,
                       GT_DATA_MOST_CLASSES);
    double *values = calloc(PIECE * width, sizeof *values);
    gt_status status = values ? GT_OK : no_memory(source);
    for (uint64_t i = 0; i < part->count && status == GT_OK; i += PIECE) {
        uint64_t rows[PIECE];
        int labels[PIECE], n = 0;
        for (; n < PIECE && i + (uint64_t)n < part->count; n++)
            rows[n] = i + (uint64_t)n;
        status = read_labels(part->labels, rows, n, values, labels);
        for (int j = 0; j < n && status == GT_OK; j++)
            if (labels[j] >= source->classes)
                source->classes = labels[j] + 1;
        if (i % (1 << 16) == 0)
            gt_collective_tick();
    }
    if (status == GT_OK && width > 1)
        source->classes = (int)width;
    free(values);
    return status;
}

/* Labels that cannot be used are left out with a warning, unless somebody asks
 * for them. */
static gt_status find_classes(gt_source *source, const gt__hdf5_files *files,
                              const gt_data_config *config)
{
    gt_status status = GT_OK;
    for (int i = 0; files->choice.labels && i < files->names.n; i++)
        if (status == GT_OK)
            status = count_classes(source, &files->parts[i]);
    if (status == GT_OK || status == GT_ERR_MEMORY)
        return status;
    source->classes = 0;
    if (config->classes > 0 || config->labels)
        return gt_fail_in(status, "data '%s'", source->uri);
    gt_warn("data '%s': %s; going on without labels", source->uri,
            gt_message());
    return GT_OK;
}

/* An import says what classes are called. Labels may lack the last classes, but
 * a class without a name would be none. */
static void find_class_names(gt_source *source, input *in)
{
    const gt__hdf5_part *part = &in->files.parts[0];
    if (!source->classes)
        return;
    in->class_names =
        gt_h5_get_texts(part->file, gt_h5_set_about(part->labels)->name,
                        "names", &in->n_class_names);
    if (in->n_class_names >= source->classes)
        source->class_names = (const char *const *)in->class_names;
}

/* --- Opening. */

static gt_status name_columns(gt_source *source, input *in)
{
    const gt__hdf5_choice *c = &in->files.choice;
    in->conditions = calloc((size_t)c->n_columns + 1, sizeof *in->conditions);
    if (!in->conditions)
        return no_memory(source);
    for (int i = 0; i < c->n_columns; i++)
        in->conditions[i] = (gt_condition){c->columns[i].name, ""};
    source->conditions = in->conditions;
    source->n_conditions = c->n_columns;
    return GT_OK;
}

static void add_set(gt_hash *hash, const gt_h5_set *set)
{
    if (!set)
        return;
    const gt_h5_about *about = gt_h5_set_about(set);
    gt_hash_add(hash, about->name, strlen(about->name) + 1);
    gt_hash_add(hash, about->type, strlen(about->type) + 1);
    gt_hash_add(hash, about->dim, (size_t)about->rank * sizeof *about->dim);
}

/* What is read, without its numbers. */
static gt_status find_digest(gt_source *source, const gt__hdf5_files *files)
{
    gt_hash *hash = gt_hash_new();
    if (!hash)
        return no_memory(source);
    for (int i = 0; i < files->names.n; i++) {
        const gt__hdf5_part *part = &files->parts[i];
        add_set(hash, part->samples);
        add_set(hash, part->labels);
        for (int k = 0; k < files->choice.n_columns; k++)
            add_set(hash, part->columns[k]);
    }
    source->digest = gt_hash_value(hash);
    gt_hash_free(hash);
    return GT_OK;
}

/* An import of pictures of 16 bits says which values there may be. */
static void find_limits(gt_source *source, const gt__hdf5_part *part)
{
    const char *name = gt_h5_set_about(part->samples)->name;
    double low, high;
    if (source->element == GT_ELEMENT_REALS &&
        gt_h5_get_real(part->file, name, "low", &low) == GT_OK &&
        gt_h5_get_real(part->file, name, "high", &high) == GT_OK &&
        low < high) {
        source->low = low;
        source->high = high;
    }
}

static gt_status open_hdf5(gt_source *source, const gt_source_request *request)
{
    input *in = calloc(1, sizeof *in);
    source->data = in;
    if (!in)
        return no_memory(source);
    gt__hdf5_files *files = &in->files;
    gt_status status = gt__hdf5_files_open(files, request);
    if (status != GT_OK || !files->choice.samples)
        return status;
    const gt_h5_set *set = files->parts[0].samples;
    source->shape = files->choice.shape;
    source->count = files->count;
    source->element = gt_number_is_byte(gt_h5_set_about(set)->number)
                          ? GT_ELEMENT_BYTES
                          : GT_ELEMENT_REALS;
    find_limits(source, &files->parts[0]);
    source->packed = gt_h5_set_is_chunked(set);
    source->chunk = gt_h5_set_chunk_rows(set);
    status = name_columns(source, in);
    if (status == GT_OK)
        status = find_classes(source, files, request->config);
    if (status == GT_OK)
        find_class_names(source, in);
    if (status == GT_OK)
        status = find_digest(source, files);
    if (status == GT_OK)
        status = gt__hdf5_form_make(files, &in->form, &source->form_size);
    source->form = in->form;
    return status;
}

/* --- Reading. */

/* Channels come last here, wherever they are in the file. */
static gt_h5_target target_of(const gt_source *source,
                              const gt__hdf5_part *part,
                              const gt_source_rows *to)
{
    gt_shape s = source->shape;
    size_t step = gt_shape_size(s);
    int last = gt_shape_is_volume(s) ? 4 : 3;
    bool bytes = source->element == GT_ELEMENT_BYTES;
    gt_h5_target target = gt_h5_target_plain(
        part->samples, bytes ? GT_H5_AS_BYTES : GT_H5_AS_REALS,
        bytes ? (void *)to->bytes : (void *)to->reals);
    gt_layout layout = ((const input *)source->data)->files.choice.layout;
    if (!gt_layout_is_channels_first(layout))
        return target;
    const size_t sides[] = {(size_t)s.d, (size_t)s.h, (size_t)s.w};
    target.stride[1] = 1;
    for (int i = 2; i <= last; i++) {
        step /= sides[i + 2 - last];
        target.stride[i] = step;
    }
    return target;
}

static gt_status read_columns(const gt_source *source,
                              const gt__hdf5_part *part, const uint64_t *rows,
                              int n, gt_real *out)
{
    const gt__hdf5_choice *c = &((const input *)source->data)->files.choice;
    gt_status status = GT_OK;
    for (int k = 0; k < c->n_columns && status == GT_OK; k++) {
        gt_h5_set *set = part->columns[k];
        uint64_t width = gt__hdf5_row_numbers(gt_h5_set_about(set));
        gt_real *values = malloc((size_t)n * width * sizeof *values);
        if (!values)
            return no_memory(source);
        gt_h5_target to = gt_h5_target_plain(set, GT_H5_AS_REALS, values);
        status = gt_h5_set_read(set, rows, n, true, &to);
        for (bool same = status == GT_OK; same;) {
            for (int i = 0; i < n; i++)
                out[i * c->n_columns + k] =
                    values[(uint64_t)i * width + c->columns[k].index];
            same = k + 1 < c->n_columns && part->columns[k + 1] == set;
            k += same;
        }
        free(values);
    }
    return status;
}

static gt_status read_given_labels(const gt_source *source,
                                   const gt__hdf5_part *part,
                                   const uint64_t *rows, int n, int *labels)
{
    for (int i = 0; i < n; i++)
        labels[i] = -1;
    if (!source->classes)
        return GT_OK;
    uint64_t width = gt__hdf5_row_numbers(gt_h5_set_about(part->labels));
    double *values = malloc((size_t)n * width * sizeof *values);
    if (!values)
        return no_memory(source);
    gt_status status = read_labels(part->labels, rows, n, values, labels);
    free(values);
    return status;
}

/* Samples of one file. An epoch in windows of chunks comes back to the same
 * ones; before the source is complete, its digest takes samples from all over.
 */
static gt_status read_part(const gt_source *source, const gt__hdf5_part *part,
                           const uint64_t *rows, int n,
                           const gt_source_rows *to)
{
    gt_status status = GT_OK;
    bool nearby = source->contents && source->chunk > 0;
    if (to->bytes || to->reals) {
        gt_h5_target target = target_of(source, part, to);
        status = gt_h5_set_read(part->samples, rows, n, nearby, &target);
    }
    if (status == GT_OK && to->labels)
        status = read_given_labels(source, part, rows, n, to->labels);
    if (status == GT_OK && to->conditions)
        status = read_columns(source, part, rows, n, to->conditions);
    return status;
}

static gt_status read_hdf5(const gt_source *source, const uint64_t *numbers,
                           int n, const gt_source_rows *to)
{
    const gt__hdf5_files *files = &((const input *)source->data)->files;
    size_t size = gt_shape_size(source->shape);
    gt_status status = GT_OK;
    for (int i = 0, run; i < n && status == GT_OK; i += run) {
        const gt__hdf5_part *part = gt__hdf5_files_part(files, numbers[i]);
        uint64_t rows[PIECE];
        for (run = 0; run < PIECE && i + run < n; run++) {
            rows[run] = numbers[i + run] - part->first;
            if (numbers[i + run] < part->first || rows[run] >= part->count)
                break;
        }
        gt_source_rows there =
            gt_source_rows_from(to, (size_t)i, size, source->n_conditions);
        status = read_part(source, part, rows, run, &there);
    }
    return status;
}

static void close_hdf5(gt_source *source)
{
    input *in = source->data;
    if (!in)
        return;
    gt__hdf5_files_close(&in->files);
    gt_h5_free_texts(in->class_names, in->n_class_names);
    free(in->conditions);
    free(in->form);
    free(in);
}

const gt_source_type gt__source_hdf5 = {
    .name = "hdf5",
    .help = "HDF5 files: FILE, FILE:/DATASET, hdf5:PATTERN[:/DATASET], or "
            "several FILEs with commas between them",
    .lists = true,
    .recognises = recognises,
    .open = open_hdf5,
    .read = read_hdf5,
    .close = close_hdf5,
};
