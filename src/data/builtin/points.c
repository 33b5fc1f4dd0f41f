/* points.c: mixtures of Gaussians in the plane, and the commented template for
 * a new source of samples.
 *
 * These mixtures are the classical test of whether a GAN finds all modes (ring
 * and grid as in Srivastava et al., "VEEGAN", 2017, and Lin et al., "PacGAN",
 * 2018). A sample has two numbers, which are never scaled.
 *
 * To add a source:
 *
 * 1. Copy this file to data/<name>.c and follow the comments with numbers.
 *    source_type.h describes every field and function.
 * 2. Declare the gt_source_type in data/sources.h and add it to the table in
 *    data/sources.c. Build files find the new file by themselves. The parser of
 *    URIs, its messages and `gentrain help data` read the table.
 * 3. tests/test_sources.c checks every built-in source of the table: samples
 *    depend on number, seed and split alone, the splits differ, labels are
 *    balanced, bytes are scaled. Add a test of what the samples look like.
 *
 * Sources that need more than this one: shapes.c makes images (bytes instead of
 * reals), with what builtin.h offers; idx.c reads files, and so sets count, and
 * holds all samples in `region`, which other ranks attach. What else one keeps
 * is `data`, and freed in `close`. A library for a file format has one door:
 * list its header and the file that includes it in tests/lint_doors.sh.
 */
#include "core/rng.h"
#include "data/sources.h"

#include <math.h>

enum { RING_MODES = 8, GRID_SIDE = 5, GRID_MODES = GRID_SIDE * GRID_SIDE };

#define RING_RADIUS 1.0
#define RING_SIGMA 0.01
#define GRID_STEP 2.0
#define GRID_SIGMA 0.05

/* (1) Open: check here all that can be checked, because a run that stops at its
 * start costs less than one that stops later. source->shape
 * is the shape that the model works at; a source with a shape of its own
 * refuses any other, with a message that says what to change. */
static gt_status open_points(gt_source *source, int modes)
{
    char text[GT_SHAPE_TEXT];
    if (!gt_shape_equal(source->shape, (gt_shape){1, 1, 2}))
        return gt_fail(GT_ERR_MISMATCH,
                       "data '%s' makes points of 2 numbers, but the model "
                       "works at %s; set data.image to 2",
                       source->uri, gt_shape_text(source->shape, text));
    source->element = GT_ELEMENT_REALS;
    source->classes = modes;
    return GT_OK;
}

/* A built-in source has no path, and the splits need no code: source->first
 * keeps them apart. */
static gt_status open_ring(gt_source *source, const gt_source_request *request)
{
    (void)request;
    return open_points(source, RING_MODES);
}

static gt_status open_grid(gt_source *source, const gt_source_request *request)
{
    (void)request;
    return open_points(source, GRID_MODES);
}

/* (2) The label of a sample, from its number; here also the mode that the
 * sample is drawn from. */
static int label(const gt_source *source, uint64_t number)
{
    return (int)(number % (uint64_t)source->classes);
}

/* Where modes are: figures that count the modes found want to know that, too.
 */
static void ring_mode(int mode, double *centre)
{
    double angle = 2 * 3.14159265358979323846 / RING_MODES * mode;
    centre[0] = RING_RADIUS * cos(angle);
    centre[1] = RING_RADIUS * sin(angle);
}

static void grid_mode(int mode, double *centre)
{
    int middle = GRID_SIDE / 2;
    centre[0] = GRID_STEP * (mode % GRID_SIDE - middle);
    centre[1] = GRID_STEP * (mode / GRID_SIDE - middle);
}

/* A draw from the Gaussian around the sample's mode.
 *
 * (3) A built-in source makes a sample from its number alone. Its random
 * numbers have addresses (core/rng.h): the source's seed, the number of the
 * sample after source->first, and the stream GT_STREAM_SOURCE. So a sample is
 * the same on every rank, in every run and in any order. */
static void draw(const gt_source *source, uint64_t number, gt_real *out)
{
    gt_rng at = {.seed = source->seed,
                 .sample = source->first + number,
                 .stream = GT_STREAM_SOURCE};
    double centre[2];
    source->type->mode(label(source, number), centre);
    gt_rng_normal(at, out, 2);
    for (int i = 0; i < 2; i++)
        out[i] = (gt_real)(centre[i] + source->type->sigma * (double)out[i]);
}

/* (4) Read samples. The loader's thread and the training thread both call this,
 * so it must not write to `source`. What is NULL is not asked for. Numbers are
 * handed on as they are; bytes would be scaled to data.range by the reader
 * (reader.h). A source that reads files may fail here; this one cannot. */
static gt_status read_points(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    for (int i = 0; i < n; i++) {
        if (to->reals)
            draw(source, numbers[i], to->reals + (ptrdiff_t)2 * i);
        if (to->labels)
            to->labels[i] = label(source, numbers[i]);
    }
    return GT_OK;
}

/* (5) The source's entries for the table. default_count and natural are for
 * built-in sources alone. Nothing was allocated, so there is no close; nothing
 * but a label comes with a point, so there are no conditions (glyphs.c has
 * some). */
const gt_source_type gt__source_ring = {
    .name = "ring",
    .help = "8 Gaussians on a circle: ring[?count=&test_count=&seed=]",
    .default_count = 100000,
    .natural = {1, 1, 2},
    .mode = ring_mode,
    .sigma = RING_SIGMA,
    .open = open_ring,
    .read = read_points,
};

const gt_source_type gt__source_grid = {
    .name = "grid",
    .help = "25 Gaussians on a grid: grid[?count=&test_count=&seed=]",
    .default_count = 100000,
    .natural = {1, 1, 2},
    .mode = grid_mode,
    .sigma = GRID_SIGMA,
    .open = open_grid,
    .read = read_points,
};
