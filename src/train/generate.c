/* generate.c: samples are made in blocks of one size, which are dealt to the
 * ranks in waves; rank 0 gathers a wave and appends it to the file. The fixed
 * block is what makes a sample's bits independent of the number of ranks: the
 * shapes of the matrix products do not change. */
#include "train/generate.h"

#include "core/arena.h"
#include "core/gemm.h"
#include "data/config.h"
#include "run/picture.h"
#include "run/sampleset.h"
#include "run/snapshot.h"
#include "tasks/config.h"
#include "tasks/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = GT_SAMPLE_BLOCK, GRID_MOST = 100 };

typedef struct generator {
    gt_comm *comm;
    const gt_config *config;
    const gt_checkpoint *from;
    const gt_generate_options *options;
    gt_task *task;
    gt_shape image;
    size_t size, latent;    /* reals of a sample and of its latents */
    gt_real *z, *x;         /* [BLOCK x latent], [BLOCK x image]: own block */
    gt_real *all_z, *all_x; /* rank 0: a wave of blocks */
    gt_real *first;         /* rank 0: samples of the grid */
    size_t n_first;
    gt_sampleset *set; /* rank 0 */
} generator;

static gt_status allocate(generator *g)
{
    size_t wave = g->comm->rank == 0 ? (size_t)g->comm->size * BLOCK : 0;
    size_t grid = g->options->grid ? GRID_MOST : 0;
    g->n_first = g->options->count < grid ? (size_t)g->options->count : grid;
    g->z = gt_real_alloc(BLOCK * g->latent);
    g->x = gt_real_alloc(BLOCK * g->size);
    g->all_z = gt_real_alloc(wave * g->latent);
    g->all_x = gt_real_alloc(wave * g->size);
    g->first = gt_real_alloc(g->n_first * g->size);
    if (!g->z || !g->x || !g->all_z || !g->all_x || !g->first)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a block of samples");
    return GT_OK;
}

/* Neither a checkpoint nor anything else is given up for samples. */
static gt_status check_paths(const gt_generate_options *options)
{
    gt_status status = GT_OK;
    if (options->out)
        status = gt_sampleset_check_path(options->out);
    if (status == GT_OK && options->grid)
        status = gt_picture_check_path(options->grid);
    return status;
}

static gt_status open_set(generator *g)
{
    if (g->comm->rank != 0)
        return GT_OK;
    gt_status status = check_paths(g->options);
    if (status != GT_OK || !g->options->out)
        return status;
    gt_sampleset_info info = {.shape = g->image,
                              .points = gt_shape_is_point(g->image),
                              .range =
                                  (gt_range)gt_data_config_of(g->config)->range,
                              .count = g->options->count,
                              .source = g->from->path,
                              .step = g->from->info.step,
                              .seed = g->options->seed};
    if (g->options->latents)
        info.latent = gt_latent_config_of(g->config)->shape;
    return gt_sampleset_create(&g->set, g->options->out, &info);
}

static gt_status take_wave(generator *g, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n && first + i < g->n_first; i++)
        memcpy(g->first + (first + i) * g->size, g->all_x + i * g->size,
               g->size * sizeof *g->first);
    if (!g->set)
        return GT_OK;
    return gt_sampleset_append(g->set, g->all_x,
                               g->options->latents ? g->all_z : NULL, n);
}

static gt_status run_waves(generator *g)
{
    uint64_t wave = (uint64_t)g->comm->size * BLOCK;
    for (uint64_t first = 0; first < g->options->count; first += wave) {
        /* A block beyond the end is computed too: gather wants equal parts. */
        gt_sampler_block(g->task, g->options->seed,
                         first / BLOCK + (uint64_t)g->comm->rank, g->z, g->x);
        gt_comm_gather(g->comm, g->z, BLOCK * g->latent * sizeof *g->z,
                       g->all_z);
        gt_comm_gather(g->comm, g->x, BLOCK * g->size * sizeof *g->x, g->all_x);
        uint64_t left = g->options->count - first;
        gt_status status = GT_OK;
        if (g->comm->rank == 0)
            status = take_wave(g, first, left < wave ? left : wave);
        status = gt_comm_agree(g->comm, status);
        if (status != GT_OK)
            return status;
    }
    return GT_OK;
}

static gt_status draw_grid(const generator *g)
{
    /* By now the set may be there, under the same name. */
    gt_status status = gt_picture_check_path(g->options->grid);
    if (status != GT_OK)
        return status;
    if (gt_shape_is_point(g->image))
        return gt_picture_points(g->options->grid, g->first, g->n_first, NULL,
                                 0);
    uint8_t *pixels = malloc(g->n_first * g->size);
    if (!pixels)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a picture");
    gt_range_to_bytes((gt_range)gt_data_config_of(g->config)->range, g->first,
                      g->n_first * g->size, pixels);
    status = gt_picture_grid(g->options->grid, pixels, g->n_first, g->image,
                             (int)ceil(sqrt((double)g->n_first)));
    free(pixels);
    return status;
}

static gt_status finish(generator *g)
{
    if (g->comm->rank != 0)
        return GT_OK;
    gt_status status = GT_OK;
    if (g->set)
        status = gt_sampleset_commit(g->set);
    g->set = NULL;
    if (status == GT_OK && g->options->grid)
        status = draw_grid(g);
    return status;
}

gt_status gt_generate(gt_comm *comm, const gt_config *config,
                      gt_checkpoint *from, const gt_generate_options *options)
{
    gt_shape image = gt_data_config_of(config)->image;
    generator g = {.comm = comm,
                   .config = config,
                   .from = from,
                   .options = options,
                   .image = image,
                   .size = gt_shape_size(image),
                   .latent = gt_shape_size(gt_latent_config_of(config)->shape)};
    gt_blas_set_threads(options->threads);
    gt_task_setup setup = {.config = config, .comm = comm, .max_n = BLOCK};
    gt_status status = gt_task_new(&g.task, &setup);
    if (status == GT_OK)
        status = gt_snapshot_read(g.task, from, false);
    gt_checkpoint_release(from);
    if (status == GT_OK)
        status = gt_comm_agree(comm, allocate(&g));
    if (status == GT_OK)
        status = gt_comm_agree(comm, open_set(&g));
    if (status == GT_OK)
        status = run_waves(&g);
    if (status == GT_OK)
        status = gt_comm_agree(comm, finish(&g));
    gt_sampleset_discard(g.set);
    free(g.z);
    free(g.x);
    free(g.all_z);
    free(g.all_x);
    free(g.first);
    gt_task_free(g.task);
    return status;
}
