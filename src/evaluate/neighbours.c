/* neighbours.c: whether a model repeats samples that it was trained on
 * is a question that a figure answers for most of its samples, and eyes for
 * some. Distances are those of the model's values, so it sees copies, but not
 * moved ones. */
#include "evaluate/neighbours.h"

#include "base/log.h"
#include "core/arena.h"
#include "eval/copies.h"
#include "eval/gather.h"
#include "evaluate/drawing.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 8,
    NEAREST = 7,
    NEAREST_WIDE = 3,   /* of volumes and vectors */
    EACH = 1 + NEAREST, /* samples of a group: one, and the nearest to it */
    GROUPS = 2,         /* beside each other: the first, and the closest */
    SHOWN = GROUPS * ROWS,
};

typedef struct search {
    gt_evaluator *e;
    size_t size, n; /* queries */
    int nearest;    /* to each query */
    gt_sample_stream made, training;
    gt_neighbour *found; /* [n x nearest] */
} search;

static gt_status prepare(search *s, gt_evaluator *e)
{
    gt_subject *subject = &e->subject;
    uint64_t count = gt_copies_training(subject);
    gt_shape shape = e->data->image;
    bool wide = gt_shape_is_volume(shape) || gt_shape_is_vector(shape);
    int nearest = wide ? NEAREST_WIDE : NEAREST;
    s->e = e;
    s->size = gt_shape_size(e->data->image);
    s->nearest = count < (uint64_t)nearest ? (int)count : nearest;
    s->n = gt_copies_queries(subject, GT_SET_MODEL);
    gt_status status = gt_subject_stream(subject, GT_SET_MODEL, &s->made);
    if (status == GT_OK)
        status = gt_sample_stream_new(&s->training, subject->training, NULL, 0,
                                      count, subject->features->max_n);
    s->found = malloc(s->n * (size_t)s->nearest * sizeof *s->found);
    if (status == GT_OK && !s->found)
        status = gt_fail(GT_ERR_MEMORY, "no memory for neighbours of samples");
    return status;
}

static void release(search *s)
{
    gt_sample_stream_free(&s->made);
    gt_sample_stream_free(&s->training);
    free(s->found);
}

/* The first samples, then those with the nearest neighbour of all. */
static void choose(const search *s, size_t rows, uint64_t *chosen)
{
    for (size_t i = 0; i < rows; i++)
        chosen[i] = i;
    for (size_t i = 0; i < rows; i++) {
        size_t best = s->n;
        for (size_t k = 0; k < s->n; k++) {
            bool taken = false;
            for (size_t j = 0; j < i; j++)
                taken |= chosen[rows + j] == k;
            if (!taken && (best == s->n ||
                           s->found[k * (size_t)s->nearest].square <
                               s->found[best * (size_t)s->nearest].square))
                best = k;
        }
        chosen[rows + i] = best;
    }
}

/* Rows of both groups: a sample, and the nearest to it. */
static gt_status fill(search *s, size_t rows, gt_real *sheet)
{
    enum { MOST = SHOWN * NEAREST };
    uint64_t chosen[SHOWN], numbers[MOST];
    size_t nearest = (size_t)s->nearest, each = 1 + nearest;
    gt_real *samples = gt_real_alloc(GROUPS * rows * each * s->size);
    gt_status status = GT_OK;
    choose(s, rows, chosen);
    for (size_t i = 0; i < GROUPS * rows; i++)
        for (size_t k = 0; k < nearest; k++)
            numbers[i * nearest + k] =
                (uint64_t)s->found[chosen[i] * nearest + k].number;
    if (!samples)
        status = gt_fail(GT_ERR_MEMORY, "no memory for a picture");
    status = gt_comm_agree(s->e->comm, status);
    gt_real *others =
        status == GT_OK ? samples + GROUPS * rows * s->size : NULL;
    if (status == GT_OK)
        status = gt_samples_gather(s->e->comm, &s->made, chosen, GROUPS * rows,
                                   true, samples);
    if (status == GT_OK)
        status = gt_samples_gather(s->e->comm, &s->training, numbers,
                                   GROUPS * rows * nearest, true, others);
    for (size_t i = 0; status == GT_OK && i < GROUPS * rows; i++) {
        size_t group = i < rows ? 0 : 1;
        size_t at = ((i - group * rows) * GROUPS + group) * each;
        memcpy(sheet + at * s->size, samples + i * s->size,
               s->size * sizeof *sheet);
        memcpy(sheet + (at + 1) * s->size, others + i * nearest * s->size,
               nearest * s->size * sizeof *sheet);
    }
    free(samples);
    return status;
}

static gt_status show(search *s, const char *folder, bool *drawn)
{
    size_t rows = s->n < ROWS ? s->n : ROWS, each = 1 + (size_t)s->nearest;
    size_t n = GROUPS * rows * each;
    bool apart[GROUPS * EACH] = {false};
    gt_real *sheet = gt_real_alloc(n * s->size);
    apart[0] = apart[each - 1] = apart[each] = true;
    gt_status status =
        sheet ? GT_OK : gt_fail(GT_ERR_MEMORY, "no memory for a picture");
    status = gt_comm_agree(s->e->comm, status);
    if (status == GT_OK)
        status = fill(s, rows, sheet);
    if (status == GT_OK)
        status = gt__sheet_write(s->e, folder, "neighbours.png", sheet,
                                 &(gt__sheet){n, (int)(GROUPS * each), apart},
                                 drawn);
    free(sheet);
    return status;
}

gt_status gt__draw_neighbours(gt_evaluator *e, const char *folder, bool *drawn)
{
    search s = {.e = NULL};
    gt_status status = gt_comm_agree(e->comm, prepare(&s, e));
    if (status == GT_OK)
        status =
            gt_copies_find(&e->subject, GT_SET_MODEL, s.n, s.nearest, s.found);
    if (status == GT_OK)
        status = show(&s, folder, drawn);
    release(&s);
    if (status != GT_ERR_NUMERIC)
        return status;
    gt_warn("there is no %s/neighbours.png: %s", folder, gt_message());
    return GT_OK;
}
