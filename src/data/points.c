/* points.c: mixtures of Gaussians in the plane, the classical test of whether a
 * GAN finds all modes (ring and grid as in Srivastava et al., "VEEGAN", 2017,
 * and Lin et al., "PacGAN", 2018). Two numbers a sample, never scaled. */
#include "data/sources.h"

#include "core/rng.h"

#include <math.h>

enum { RING_MODES = 8, GRID_SIDE = 5, GRID_MODES = GRID_SIDE * GRID_SIDE };

#define RING_RADIUS 1.0
#define RING_SIGMA 0.01
#define GRID_STEP 2.0
#define GRID_SIGMA 0.05

static gt_status open_points(gt_source *source, int modes)
{
    char text[GT_SHAPE_TEXT];
    if (!gt_shape_equal(source->shape, (gt_shape){1, 1, 2}))
        return gt_fail(GT_ERR_MISMATCH,
                       "data '%s' makes points of 2 numbers, but the model "
                       "works at %s; set data.image to 2",
                       source->uri, gt_shape_text(source->shape, text));
    source->classes = modes;
    return GT_OK;
}

static gt_status open_ring(gt_source *source, const char *path, gt_split split)
{
    (void)path;
    (void)split;
    return open_points(source, RING_MODES);
}

static gt_status open_grid(gt_source *source, const char *path, gt_split split)
{
    (void)path;
    (void)split;
    return open_points(source, GRID_MODES);
}

static int label(const gt_source *source, uint64_t number)
{
    return (int)(number % (uint64_t)source->classes);
}

static void point(const gt_source *source, uint64_t number, double x, double y,
                  double sigma, gt_real *out)
{
    gt_rng at = {.seed = source->seed,
                 .sample = source->first + number,
                 .stream = GT_STREAM_SOURCE};
    gt_rng_normal(at, out, 2);
    out[0] = (gt_real)(x + sigma * out[0]);
    out[1] = (gt_real)(y + sigma * out[1]);
}

static void ring(const gt_source *source, uint64_t number, gt_real *out)
{
    double angle =
        2 * 3.14159265358979323846 / RING_MODES * (double)label(source, number);
    point(source, number, RING_RADIUS * cos(angle), RING_RADIUS * sin(angle),
          RING_SIGMA, out);
}

static void grid(const gt_source *source, uint64_t number, gt_real *out)
{
    int mode = label(source, number), middle = GRID_SIDE / 2;
    point(source, number, GRID_STEP * (mode % GRID_SIDE - middle),
          GRID_STEP * (mode / GRID_SIDE - middle), GRID_SIGMA, out);
}

const gt_source_type gt__source_ring = {
    .name = "ring",
    .help = "8 Gaussians on a circle: ring[?count=&test_count=&seed=]",
    .made = 100000,
    .natural = {1, 1, 2},
    .open = open_ring,
    .reals = ring,
    .label = label,
};

const gt_source_type gt__source_grid = {
    .name = "grid",
    .help = "25 Gaussians on a grid: grid[?count=&test_count=&seed=]",
    .made = 100000,
    .natural = {1, 1, 2},
    .open = open_grid,
    .reals = grid,
    .label = label,
};
