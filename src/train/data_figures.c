/* data_figures.c: the samples are cut into leaves, whose number depends neither
 * on the ranks nor on anything but the data. A leaf is read by one rank, from
 * its first sample to its last; then all ranks merge all leaves pairwise, in
 * the same tree. So a figure has the same bits on any number of ranks. Means
 * and squared deviations are merged as by Chan, Golub and LeVeque (1983). */
#include "train/data_figures.h"

#include "base/collective_tick.h"
#include "base/heartbeat.h"
#include "base/log.h"
#include "base/progress.h"
#include "core/arena.h"
#include "data/reader.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_LEAVES = 256, PIECE = 32, MOST_DOUBLES = 8 << 20 };

/* Of each group of values: how many there are, their mean and the sum of
 * squared deviations from it. All groups have as many. */
typedef struct summary {
    double count;
    double *mean, *squares; /* [groups] */
} summary;

typedef struct finder {
    gt_comm *comm;
    gt_reader reader;
    size_t size, groups; /* values of a sample; figures */
    int leaves;
    double *states; /* [leaves x (1 + 2 groups)] */
    double *piece;  /* [1 + 2 groups] */
    gt_sample_buffer buffer;
    gt_progress progress;
    uint64_t done; /* samples, of this rank */
} finder;

static summary at(const finder *f, double *states, int i)
{
    double *state = states + (size_t)i * (1 + 2 * f->groups);
    return (summary){state[0], state + 1, state + 1 + f->groups};
}

/* Put `from` into the summary at `to`. */
static void merge(const finder *f, double *to, const summary *from)
{
    summary s = at(f, to, 0);
    double n = s.count + from->count;
    for (size_t g = 0; g < f->groups && n > 0; g++) {
        double delta = from->mean[g] - s.mean[g];
        s.mean[g] += delta * (from->count / n);
        s.squares[g] +=
            from->squares[g] + delta * delta * (s.count * from->count / n);
    }
    to[0] = n;
}

/* Of n samples, into f->piece. */
static summary summarise(const finder *f, const gt_real *x, int n)
{
    size_t values = (size_t)n * f->size;
    f->piece[0] = (double)values / (double)f->groups;
    summary s = at(f, f->piece, 0);
    for (size_t g = 0; g < f->groups; g++)
        s.mean[g] = s.squares[g] = 0;
    for (size_t i = 0, g = 0; i < values; i++) {
        s.mean[g] += (double)x[i];
        g = g + 1 < f->groups ? g + 1 : 0;
    }
    for (size_t g = 0; g < f->groups; g++)
        s.mean[g] /= s.count;
    for (size_t i = 0, g = 0; i < values; i++) {
        double delta = (double)x[i] - s.mean[g];
        s.squares[g] += delta * delta;
        g = g + 1 < f->groups ? g + 1 : 0;
    }
    return s;
}

static uint64_t begin_of(const finder *f, int leaf)
{
    uint64_t count = f->reader.source->count, leaves = (uint64_t)f->leaves;
    uint64_t number = (uint64_t)leaf;
    return count / leaves * number + count % leaves * number / leaves;
}

static gt_status read_leaf(finder *f, int leaf)
{
    double *state = f->states + (size_t)leaf * (1 + 2 * f->groups);
    uint64_t end = begin_of(f, leaf + 1);
    gt_status status = GT_OK;
    for (uint64_t i = begin_of(f, leaf); i < end && status == GT_OK;
         i += PIECE) {
        int n = end - i < PIECE ? (int)(end - i) : PIECE;
        status = gt_sample_buffer_fill(&f->buffer, &f->reader, i, n);
        if (status != GT_OK)
            return status;
        summary piece = summarise(f, f->buffer.rows.x, n);
        merge(f, state, &piece);
        f->done += (uint64_t)n;
        gt_collective_tick();
        bool last = f->done == f->progress.last && f->progress.shown == 0;
        if (!last && gt_progress_due(&f->progress, f->done))
            gt_progress_show(
                &f->progress,
                &(gt_progress_place){.done = f->done, .units = f->done});
    }
    return status;
}

/* This rank's leaves, which lie side by side as its samples do in files. */
static gt_status read_leaves(finder *f)
{
    int first = f->leaves * f->comm->rank / f->comm->size;
    int end = f->leaves * (f->comm->rank + 1) / f->comm->size;
    uint64_t all = begin_of(f, end) - begin_of(f, first);
    gt_status status = GT_OK;
    gt_progress_start(&f->progress, f->comm->rank == 0, "sample", 0, all,
                      "samples", 0);
    for (int i = first; i < end && status == GT_OK; i++)
        status = read_leaf(f, i);
    gt_progress_stop(&f->progress);
    return status;
}

static gt_status merge_leaves(finder *f, gt_real *figures)
{
    size_t width = 1 + 2 * f->groups;
    gt_comm_sum(f->comm, f->states, (int)((size_t)f->leaves * width));
    for (int step = 1; step < f->leaves; step *= 2)
        for (int i = 0; i + step < f->leaves; i += 2 * step) {
            summary right = at(f, f->states, i + step);
            merge(f, f->states + (size_t)i * width, &right);
        }
    summary all = at(f, f->states, 0);
    for (size_t g = 0; g < f->groups; g++) {
        figures[g] = (gt_real)all.mean[g];
        figures[f->groups + g] = (gt_real)sqrt(all.squares[g] / all.count);
        if (!isfinite(figures[g]) || !isfinite(figures[f->groups + g]))
            return gt_fail(GT_ERR_FORMAT,
                           "data '%s': no mean for data.transform, as values "
                           "are NaN, infinite or too large",
                           f->reader.source->uri);
    }
    return GT_OK;
}

static int leaves_for(uint64_t count, size_t groups)
{
    size_t most = MOST_DOUBLES / (1 + 2 * groups);
    most = most < 1 ? 1 : most < MOST_LEAVES ? most : MOST_LEAVES;
    return count < most ? (int)count : (int)most;
}

static gt_status prepare(finder *f, const gt_source *source,
                         const gt_data_config *data, gt_real **figures)
{
    gt_status status = gt_reader_open(&f->reader, source, data);
    f->groups = gt_transform_groups(&f->reader.transform);
    if (status != GT_OK || f->groups == 0)
        return status;
    f->size = gt_shape_size(source->shape);
    f->leaves = leaves_for(source->count, f->groups);
    size_t width = 1 + 2 * f->groups;
    f->states = calloc((size_t)f->leaves * width, sizeof *f->states);
    f->piece = calloc(width, sizeof *f->piece);
    *figures = gt_real_alloc(2 * f->groups);
    if (!f->states || !f->piece || !*figures)
        return gt_fail(GT_ERR_MEMORY, "no memory for %zu means of the data",
                       f->groups);
    return gt_sample_buffer_new(&f->buffer, &f->reader, PIECE);
}

gt_status gt_data_figures_find(gt_comm *comm, const gt_source *source,
                               const gt_data_config *data, gt_real **figures,
                               size_t *n)
{
    finder f = {.comm = comm};
    const char *before = gt_phase_enter("finding figures of the data");
    *figures = NULL;
    *n = 0;
    gt_status status = gt_comm_agree(comm, prepare(&f, source, data, figures));
    if (status == GT_OK && f.groups > 0) {
        gt_comm_work_begin(comm);
        status = gt_comm_work_end(comm, read_leaves(&f));
        if (status == GT_OK)
            status = merge_leaves(&f, *figures);
        *n = 2 * f.groups;
    }
    if (status == GT_OK && f.reader.skipped > 0)
        gt_warn("for data.transform: %s; the next took its place",
                f.reader.first.message);
    gt_phase_leave(before);
    gt_sample_buffer_free(&f.buffer);
    gt_reader_close(&f.reader);
    free(f.states);
    free(f.piece);
    return status;
}

void gt_data_figures_use(gt_source *train, gt_source *test,
                         const gt_real *figures, size_t n)
{
    train->figures = figures;
    train->n_figures = n;
    if (test) {
        test->figures = figures;
        test->n_figures = n;
    }
}
