/* reader.c: a source is asked for many samples at once, in pieces of fixed
 * size, so that what a reader needs beside the caller's memory does not grow
 * with the number of samples. */
#include "data/reader.h"

#include "core/arena.h"
#include "data/columns.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 32, BLOCK = 256 };

static gt_status find_columns(gt_reader *r, const gt_data_config *config)
{
    r->column = calloc((size_t)r->n_conditions + 1, sizeof *r->column);
    if (!r->column)
        return gt_fail(GT_ERR_MEMORY, "no memory for names of columns");
    for (int i = 0; i < r->n_conditions; i++)
        r->column[i] =
            config ? gt_column_find(r->source, config->conditions.words[i]) : i;
    if (!r->n_conditions)
        return GT_OK;
    r->all = gt_real_alloc(PIECE * (size_t)r->source->n_conditions);
    r->chosen = gt_real_alloc(PIECE * (size_t)r->n_conditions);
    return r->all && r->chosen
               ? GT_OK
               : gt_fail(GT_ERR_MEMORY, "no memory to read conditions");
}

gt_values gt_source_values(const gt_source *source)
{
    return (gt_values){.reals = source->element == GT_ELEMENT_REALS,
                       .low = source->low,
                       .high = source->high,
                       .figures = source->figures,
                       .n_figures = source->n_figures,
                       .form = source->form,
                       .form_size = source->form_size};
}

gt_status gt_reader_open(gt_reader *r, const gt_source *source,
                         const gt_data_config *config)
{
    *r = (gt_reader){.source = source,
                     .labels = source->classes > 0,
                     .n_conditions = source->n_conditions};
    gt_status status = GT_OK;
    gt_values values = gt_source_values(source);
    if (config) {
        r->labels = config->classes > 0;
        r->skips = config->on_error == GT_DATA_SKIP;
        r->may_skip = !r->skips;
        r->skips_nan = config->on_nan == GT_DATA_NAN_SKIP;
        r->n_conditions = config->conditions.count;
        status = gt_columns_check(source, config);
    }
    if (status == GT_OK)
        status =
            gt_transform_open(&r->transform, config, source->shape, &values);
    if (status == GT_OK)
        status = find_columns(r, config);
    if (status == GT_OK && config)
        status = gt_augment_open(&r->augment, &config->augment, source->shape);
    if (status != GT_OK)
        gt_reader_close(r);
    return status;
}

void gt_reader_close(gt_reader *r)
{
    free(r->column);
    free(r->all);
    free(r->chosen);
    gt_transform_close(&r->transform);
    gt_augment_close(&r->augment);
    *r = (gt_reader){0};
}

/* The bytes are at the end of `out`, so no buffer is needed whatever the size
 * of a sample: the numbers of one block end where the bytes of the next block
 * begin, or before. */
static void scale(gt_range range, gt_real *out, size_t n)
{
    const uint8_t *bytes = (const uint8_t *)(out + n) - n;
    for (size_t i = 0; i < n; i += BLOCK) {
        uint8_t block[BLOCK];
        size_t m = n - i < BLOCK ? n - i : BLOCK;
        memcpy(block, bytes + i, m);
        gt_range_from_bytes(range, block, m, out + i);
    }
}

/* Bytes as the numbers that they are, in the same way. */
static void widen(gt_real *out, size_t n)
{
    const uint8_t *bytes = (const uint8_t *)(out + n) - n;
    for (size_t i = 0; i < n; i++)
        out[i] = (gt_real)bytes[i];
}

static void choose_columns(const gt_reader *r, int n, gt_real *out)
{
    for (int i = 0; i < n; i++)
        for (int c = 0; c < r->n_conditions; c++)
            *out++ = r->all[i * r->source->n_conditions + r->column[c]];
}

static gt_status transform(const gt_reader *r, const uint64_t *numbers, int n,
                           gt_real *x)
{
    size_t size = gt_shape_size(r->source->shape);
    gt_status status = GT_OK;
    for (int i = 0; i < n && status == GT_OK; i++) {
        gt_transform_sample sample = {
            .seed = r->seed,
            .number = numbers[i],
            .epoch = (uint32_t)r->epoch,
            .conditions = r->chosen + (size_t)i * (size_t)r->n_conditions};
        status =
            gt_transform_forward(&r->transform, &sample, x + (size_t)i * size);
    }
    return status == GT_OK ? GT_OK
                           : gt_fail_in(status, "data '%s'", r->source->uri);
}

/* What was read, as the model wants it. */
static gt_status finish(const gt_reader *r, const uint64_t *numbers, int n,
                        const gt_source_rows *read, const gt_sample_rows *to)
{
    size_t total = (size_t)n * gt_shape_size(r->source->shape);
    if (read->conditions)
        choose_columns(r, n, r->chosen);
    if (read->conditions && to->conditions)
        memcpy(to->conditions, r->chosen,
               (size_t)n * (size_t)r->n_conditions * sizeof *r->chosen);
    if (!to->x)
        return GT_OK;
    if (r->transform.plain) {
        scale(r->transform.range, to->x, total);
        return GT_OK;
    }
    if (read->bytes)
        widen(to->x, total);
    return transform(r, numbers, n, to->x);
}

static gt_status read_piece(gt_reader *r, const uint64_t *numbers, int n,
                            const gt_sample_rows *to)
{
    size_t total = (size_t)n * gt_shape_size(r->source->shape);
    bool needed = to->x && gt_transform_needs_conditions(&r->transform);
    bool conditions = r->n_conditions > 0 && (to->conditions || needed);
    gt_source_rows rows = {.labels = r->labels ? to->labels : NULL,
                           .conditions = conditions ? r->all : NULL};
    if (r->source->element == GT_ELEMENT_REALS)
        rows.reals = to->x;
    else if (to->x)
        rows.bytes = (uint8_t *)(to->x + total) - total;
    gt_status status = gt_source_read(r->source, numbers, n, &rows);
    return status == GT_OK ? finish(r, numbers, n, &rows, to) : status;
}

static gt_sample_rows rows_from(const gt_sample_rows *rows, size_t first,
                                size_t size, int n_conditions)
{
    size_t columns = (size_t)n_conditions;
    return (gt_sample_rows){
        .x = rows->x ? rows->x + first * size : NULL,
        .labels = rows->labels ? rows->labels + first : NULL,
        .conditions =
            rows->conditions ? rows->conditions + first * columns : NULL};
}

gt_sample_rows gt_sample_rows_from(const gt_sample_rows *rows,
                                   const gt_reader *r, size_t first)
{
    return rows_from(rows, first, gt_shape_size(r->source->shape),
                     r->n_conditions);
}

/* The number after this one; that of an epoch's last is its first. */
static uint64_t next_number(const gt_source *source, uint64_t number)
{
    uint64_t before = number - number % source->count;
    return before + (number + 1) % source->count;
}

/* Whether a piece may hold samples that can be read. */
static bool is_unreadable(gt_status status)
{
    return status == GT_ERR_IO || status == GT_ERR_FORMAT ||
           status == GT_ERR_NUMERIC;
}

/* Whether another sample takes the place of one that fails so. */
static bool is_skipped(const gt_reader *r, gt_status status)
{
    return status == GT_ERR_NUMERIC ? r->skips_nan
                                    : r->skips && is_unreadable(status);
}

static gt_status name_sample(const gt_reader *r, uint64_t number,
                             gt_status status)
{
    return gt_fail_in(status, "data '%s': sample %llu cannot be %s",
                      r->source->uri, (unsigned long long)number,
                      status == GT_ERR_NUMERIC ? "used" : "read");
}

/* Of a sample that ends what is done, whoever reads it. What is no number is
 * advised of where it is found (finite.c). */
static gt_status refuse_sample(const gt_reader *r, uint64_t number,
                               gt_status status)
{
    status = name_sample(r, number, status);
    if (status == GT_ERR_NUMERIC || !r->may_skip)
        return status;
    return gt_fail(status,
                   "%s; mend the data, or leave such samples out with --set "
                   "data.on_error=skip",
                   gt_message());
}

static gt_status take_next(gt_reader *r, uint64_t number,
                           const gt_sample_rows *to)
{
    gt_status status = GT_OK;
    for (uint64_t i = 1; i < r->source->count; i++) {
        number = next_number(r->source, number);
        status = read_piece(r, &number, 1, to);
        if (!is_skipped(r, status))
            return is_unreadable(status) ? refuse_sample(r, number, status)
                                         : status;
    }
    return gt_fail(GT_ERR_FORMAT, "no sample can be read: %s",
                   r->first.message);
}

static gt_status read_single(gt_reader *r, uint64_t number,
                             const gt_sample_rows *to)
{
    gt_status status = read_piece(r, &number, 1, to);
    if (!is_unreadable(status))
        return status;
    if (!is_skipped(r, status))
        return refuse_sample(r, number, status);
    status = name_sample(r, number, status);
    gt_failure_keep(&r->first, status);
    r->skipped++;
    return take_next(r, number, to);
}

/* A piece that fails is read once more, sample by sample. */
static gt_status read_each(gt_reader *r, const uint64_t *numbers, int n,
                           const gt_sample_rows *to)
{
    gt_status status = GT_OK;
    for (int i = 0; i < n && status == GT_OK; i++) {
        gt_sample_rows row = gt_sample_rows_from(to, r, (size_t)i);
        status = read_single(r, numbers[i], &row);
    }
    return status;
}

/* Whatever takes the place of a sample is varied as that one would be. */
static void vary(gt_reader *r, const uint64_t *numbers, int n, gt_real *x)
{
    size_t size = gt_shape_size(r->source->shape);
    for (int i = 0; x && r->augments && r->augment.on && i < n; i++)
        gt_augment_apply(&r->augment, r->seed, r->epoch, numbers[i],
                         x + (size_t)i * size);
}

gt_status gt_reader_read(gt_reader *r, const uint64_t *numbers, int n,
                         const gt_sample_rows *to)
{
    gt_status status = GT_OK;
    for (int done = 0; done < n && status == GT_OK; done += PIECE) {
        gt_sample_rows rows = gt_sample_rows_from(to, r, (size_t)done);
        int piece = n - done < PIECE ? n - done : PIECE;
        status = read_piece(r, numbers + done, piece, &rows);
        if (is_unreadable(status))
            status = read_each(r, numbers + done, piece, &rows);
        if (status == GT_OK)
            vary(r, numbers + done, piece, rows.x);
    }
    return status;
}

/* --- Buffers. */

gt_status gt_sample_buffer_new(gt_sample_buffer *b, const gt_reader *r,
                               size_t n)
{
    *b = (gt_sample_buffer){.size = gt_shape_size(r->source->shape),
                            .n_conditions = r->n_conditions};
    size_t columns = (size_t)r->n_conditions;
    b->rows.x = gt_real_alloc(n * b->size);
    if (r->labels)
        b->rows.labels = calloc(n + 1, sizeof *b->rows.labels);
    if (columns)
        b->rows.conditions = gt_real_alloc(n * columns);
    if (b->rows.x && (!r->labels || b->rows.labels) &&
        (!columns || b->rows.conditions))
        return GT_OK;
    gt_sample_buffer_free(b);
    return gt_fail(GT_ERR_MEMORY, "no memory for %zu samples", n);
}

void gt_sample_buffer_free(gt_sample_buffer *b)
{
    free(b->rows.x);
    free(b->rows.labels);
    free(b->rows.conditions);
    *b = (gt_sample_buffer){0};
}

gt_samples gt_sample_buffer_view(const gt_sample_buffer *b, size_t first, int n)
{
    gt_sample_rows rows = rows_from(&b->rows, first, b->size, b->n_conditions);
    return (gt_samples){.n = n,
                        .x = rows.x,
                        .labels = rows.labels,
                        .conditions = rows.conditions};
}

gt_status gt_sample_buffer_fill(const gt_sample_buffer *b, gt_reader *r,
                                uint64_t first, int n)
{
    gt_status status = GT_OK;
    for (int done = 0; done < n && status == GT_OK; done += PIECE) {
        uint64_t numbers[PIECE];
        int piece = n - done < PIECE ? n - done : PIECE;
        for (int i = 0; i < piece; i++)
            numbers[i] = first + (uint64_t)(done + i);
        gt_sample_rows rows = gt_sample_rows_from(&b->rows, r, (size_t)done);
        status = gt_reader_read(r, numbers, piece, &rows);
    }
    return status;
}
