/* packed.c: a chunk's note has all that is known of its samples beside their
 * numbers, so that a file whose process has ended is gone on with after its
 * last whole chunk. What is skipped makes chunks begin at other samples of the
 * source; as they are filled in the order of samples, by one rank, they are the
 * same on any number of ranks. */
#include "import/packed.h"

#include "store/h5encode.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 20, SPLITS = 2 };

/* What a note begins with; labels, conditions and reasons follow. */
typedef struct note {
    uint64_t split, rows, next, skipped, reasons;
    gt__statistics figures;
} note;

size_t gt__packed_rows(const gt__geometry *g)
{
    size_t sample = gt__geometry_sample(g);
    size_t rows = sample ? CHUNK / sample : 1;
    if (rows > g->count)
        rows = (size_t)g->count;
    return rows ? rows : 1;
}

static size_t chunk_size(const gt__packed *p)
{
    return p->rows * gt__geometry_sample(&p->is);
}

gt_status gt__packed_new(gt__packed *p, const gt__geometry *g, int number,
                         int level)
{
    *p = (gt__packed){.is = *g, .number = number, .level = level};
    if (!g->count)
        return GT_OK;
    p->rows = gt__packed_rows(g);
    size_t count = (size_t)g->count, columns = (size_t)g->columns;
    p->labels = calloc(count, sizeof *p->labels);
    p->conditions = calloc(count * columns + 1, sizeof *p->conditions);
    p->stored = calloc(count / p->rows + 1, sizeof *p->stored);
    p->chunk = calloc(1, chunk_size(p));
    if (level)
        p->packed = malloc(gt_h5_encoded_most(chunk_size(p)));
    if (p->labels && p->conditions && p->stored && p->chunk &&
        (!level || p->packed))
        return GT_OK;
    gt__packed_free(p);
    return gt_fail(GT_ERR_MEMORY,
                   "cannot allocate labels and conditions of %zu samples",
                   count);
}

void gt__packed_free(gt__packed *p)
{
    free(p->labels);
    free(p->conditions);
    free(p->stored);
    free(p->chunk);
    free(p->packed);
    gt__text_free(&p->reasons);
    *p = (gt__packed){0};
}

static void count_chunk(gt__packed *p, const note *n, uint64_t stored)
{
    if (n->rows > 0)
        p->stored[p->chunks++] = stored;
    p->next = n->next;
    p->kept += n->rows;
    p->skipped += n->skipped;
    p->said = p->reasons.size;
    gt__statistics_merge(&p->figures, &n->figures);
}

/* --- What an unfinished file has. */

static size_t labels_size(const gt__packed *p, uint64_t rows)
{
    return p->is.classes ? (size_t)rows * sizeof *p->labels : 0;
}

static size_t conditions_size(const gt__packed *p, uint64_t rows)
{
    return (size_t)rows * (size_t)p->is.columns * sizeof *p->conditions;
}

/* A hash says that it is as it was written; this, that it fits here. */
static bool fits(const gt__packed *p, const note *n, size_t size)
{
    bool whole = n->rows == p->rows || n->next == p->is.count;
    return p->is.count > 0 && n->rows <= p->rows && whole &&
           n->next > p->next && n->next <= p->is.count &&
           n->rows + n->skipped == n->next - p->next && n->reasons < size &&
           size == sizeof *n + labels_size(p, n->rows) +
                       conditions_size(p, n->rows) + n->reasons;
}

static gt_status take_note(gt__packed *p, const note *n, const char *rest,
                           uint64_t stored)
{
    size_t labels = labels_size(p, n->rows);
    size_t conditions = conditions_size(p, n->rows);
    if (labels)
        memcpy(p->labels + p->kept, rest, labels);
    if (conditions)
        memcpy(p->conditions + p->kept * (size_t)p->is.columns, rest + labels,
               conditions);
    gt_status status = gt__text_add(&p->reasons, rest + labels + conditions,
                                    (size_t)n->reasons);
    if (status == GT_OK)
        count_chunk(p, n, stored);
    return status;
}

gt_status gt__packed_resume(gt__packed packed[2], gt__partial *partial)
{
    const char *bytes;
    size_t size;
    uint64_t stored;
    gt_status status = GT_OK;
    while (status == GT_OK &&
           gt__partial_read(partial, &bytes, &size, &stored)) {
        note n = {.split = SPLITS};
        if (size >= sizeof n)
            memcpy(&n, bytes, sizeof n);
        if (n.split >= SPLITS || !fits(&packed[n.split], &n, size) ||
            (n.split > 0 && packed[0].next < packed[0].is.count)) {
            gt__partial_drop(partial, size, stored);
            break;
        }
        status = take_note(&packed[n.split], &n, bytes + sizeof n, stored);
    }
    for (int i = 0; i < SPLITS; i++)
        packed[i].seen = packed[i].next;
    return status == GT_OK ? gt__partial_ready(partial) : status;
}

/* --- Fill chunks. */

static gt__statistics figures_of(const gt__packed *p)
{
    size_t n = p->filled * gt_shape_size(p->is.shape);
    if (p->is.element == GT_ELEMENT_BYTES)
        return gt__statistics_of_bytes(p->chunk, n);
    return gt__statistics_of_reals((const gt_real *)(const void *)p->chunk, n);
}

/* The bytes that go into the file. */
static gt_status encode(gt__packed *p, const void **bytes, size_t *size)
{
    size_t sample = gt__geometry_sample(&p->is);
    memset(p->chunk + p->filled * sample, 0, (p->rows - p->filled) * sample);
    *bytes = p->chunk;
    *size = p->filled ? chunk_size(p) : 0;
    if (!p->level || !p->filled)
        return GT_OK;
    *bytes = p->packed;
    size_t width = p->is.element == GT_ELEMENT_BYTES ? 1 : sizeof(gt_real);
    return gt_h5_encode(p->chunk, chunk_size(p), width, p->level, p->packed,
                        size);
}

static gt_status end_chunk(gt__packed *p, gt__partial *partial)
{
    const void *bytes;
    size_t stored;
    gt__text text = {0};
    note n = {.split = (uint64_t)p->number,
              .rows = p->filled,
              .next = p->seen,
              .skipped = p->seen - p->next - p->filled,
              .reasons = p->reasons.size - p->said,
              .figures = figures_of(p)};
    gt_status status = encode(p, &bytes, &stored);
    if (status == GT_OK)
        status = gt__text_add(&text, (const char *)&n, sizeof n);
    if (status == GT_OK)
        status = gt__text_add(&text, (const char *)(p->labels + p->kept),
                              labels_size(p, n.rows));
    if (status == GT_OK)
        status = gt__text_add(
            &text,
            (const char *)(p->conditions + p->kept * (size_t)p->is.columns),
            conditions_size(p, n.rows));
    if (status == GT_OK && n.reasons > 0)
        status =
            gt__text_add(&text, p->reasons.bytes + p->said, (size_t)n.reasons);
    if (status == GT_OK)
        status = gt__partial_add(partial, text.bytes, text.size, bytes, stored);
    if (status == GT_OK)
        count_chunk(p, &n, stored);
    p->filled = 0;
    gt__text_free(&text);
    return status;
}

static void copy_row(gt__packed *p, const gt__portion *piece, size_t i)
{
    size_t sample = gt__geometry_sample(&p->is);
    size_t columns = (size_t)p->is.columns;
    uint64_t at = p->kept + p->filled;
    memcpy(p->chunk + p->filled * sample,
           (const char *)piece->samples + i * sample, sample);
    p->labels[at] = piece->labels[i];
    if (columns)
        memcpy(p->conditions + at * columns, piece->columns + i * columns,
               columns * sizeof *p->conditions);
    p->filled++;
}

/* The lines of samples before `end`. */
static gt_status take_reasons(gt__packed *p, const char **reasons, uint64_t end)
{
    gt_status status = GT_OK;
    while (status == GT_OK && *reasons && **reasons &&
           strtoull(*reasons, NULL, 10) < end) {
        size_t n = strcspn(*reasons, "\n") + 1;
        status = gt__text_add(&p->reasons, *reasons, n);
        *reasons += n;
    }
    return status;
}

gt_status gt__packed_add(gt__packed *p, gt__partial *partial,
                         const gt__portion *piece, uint64_t first, int n,
                         const char **reasons)
{
    gt_status status = GT_OK;
    for (int64_t i = 0; i < *piece->kept && status == GT_OK; i++) {
        p->seen = first + (uint64_t)piece->places[i] + 1;
        copy_row(p, piece, (size_t)i);
        status = take_reasons(p, reasons, p->seen);
        if (status == GT_OK && p->filled == p->rows)
            status = end_chunk(p, partial);
    }
    p->seen = first + (uint64_t)n;
    return status == GT_OK ? take_reasons(p, reasons, p->seen) : status;
}

gt_status gt__packed_end(gt__packed *p, gt__partial *partial)
{
    return p->seen > p->next ? end_chunk(p, partial) : GT_OK;
}
