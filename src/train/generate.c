/* generate.c: samples are made in blocks of one size, which are dealt to the
 * ranks in waves; rank 0 gathers a wave and appends it to the file. The fixed
 * block is what makes a sample's bits independent of the number of ranks: the
 * shapes of the matrix products do not change. */
#include "train/generate.h"

#include "base/log.h"
#include "base/plural.h"
#include "core/arena.h"
#include "data/config.h"
#include "run/latents.h"
#include "run/picture.h"
#include "run/sampleset.h"
#include "run/snapshot.h"
#include "store/h5rehearse.h"
#include "tasks/config.h"
#include "tasks/sampler.h"
#include "train/memory_need.h"
#include "train/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { BLOCK = GT_SAMPLE_BLOCK, GRID_MOST = 100 };
static const double least_ratio = 0.1; /* of compressing pixels */

typedef struct generator {
    gt_comm *comm;
    const gt_config *config;
    const gt_checkpoint *from;
    const gt_generate_options *options;
    gt_task *task;
    gt_shape image;
    uint64_t count;         /* samples */
    size_t size, latent;    /* reals of a sample and of its latents */
    gt_real *given;         /* rank 0: [count x latent] from a file, or NULL */
    gt_real *z, *x;         /* [BLOCK x latent], [BLOCK x image]: own block */
    gt_real *all_z, *all_x; /* rank 0: a wave of blocks. Latents from a file:
                               all_z on every rank */
    gt_real *first;         /* rank 0: samples of the grid */
    size_t n_first;
    gt_sampleset *set; /* rank 0 */
    gt_progress progress;
} generator;

static gt_status allocate(generator *g)
{
    size_t all = (size_t)g->comm->size * BLOCK;
    size_t wave = g->comm->rank == 0 ? all : 0;
    size_t grid = g->options->grid ? GRID_MOST : 0;
    g->n_first = g->count < grid ? (size_t)g->count : grid;
    g->z = gt_real_alloc(BLOCK * g->latent);
    g->x = gt_real_alloc(BLOCK * g->size);
    g->all_z = gt_real_alloc((g->options->latents ? all : wave) * g->latent);
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
                              .count = g->count,
                              .latents_from = g->options->latents,
                              .source = g->from->path,
                              .step = g->from->info.step,
                              .seed = g->options->seed};
    if (g->options->store_latents)
        info.latent = gt_latent_config_of(g->config)->shape;
    return gt_sampleset_create(&g->set, g->options->out, &info);
}

/* --- Before long work. */

/* Bytes of a set's file where pixels are compressed to `ratio` of theirs;
 * points and latents are not. */
static double set_bytes(const generator *g, double ratio)
{
    double sample = gt_shape_is_point(g->image)
                        ? (double)(g->size * sizeof(gt_real))
                        : ratio * (double)g->size;
    if (g->options->store_latents)
        sample += (double)(g->latent * sizeof(gt_real));
    return g->options->out ? sample * (double)g->count : 0;
}

/* Bytes free in the folder of `path`; infinite where that is unknown. */
static double disk_room(const char *path)
{
    char folder[GT_PATH];
    struct statvfs info;
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    if (statvfs(slash ? folder : ".", &info) != 0 || info.f_blocks == 0)
        return INFINITY;
    return (double)info.f_bavail * (double)info.f_frsize;
}

static gt_status check_disk(const generator *g)
{
    if (g->comm->rank != 0 || !g->options->out)
        return GT_OK;
    double need = set_bytes(g, 1), least = set_bytes(g, least_ratio);
    double room = disk_room(g->options->out);
    if (least > room)
        return gt_fail(GT_ERR_IO,
                       "%s: %llu sample%s, %.0f MB, at least %.0f MB when "
                       "compressed, but its disk has %.0f MB left; make fewer, "
                       "or give another place",
                       g->options->out, (unsigned long long)g->count,
                       gt_plural(g->count), need / 1e6, least / 1e6,
                       room / 1e6);
    if (need > room)
        gt_warn("%s: %llu sample%s, %.0f MB before compression, and "
                "its disk has %.0f MB left",
                g->options->out, (unsigned long long)g->count,
                gt_plural(g->count), need / 1e6, room / 1e6);
    return GT_OK;
}

/* Blocks on each rank; on rank 0 a wave of them, and the file, which is built
 * in memory. */
static gt_status fits(void *context, const gt_task *task, size_t bytes)
{
    const generator *g = context;
    double block = BLOCK * (double)(g->size + g->latent) * sizeof(gt_real);
    double beside = block;
    (void)task;
    if (g->comm->rank == 0)
        beside += block * g->comm->size + set_bytes(g, least_ratio);
    else if (g->options->latents)
        beside += (double)(BLOCK * g->latent * sizeof(gt_real)) * g->comm->size;
    return gt_memory_check(g->comm, GT_MEMORY_WORK, (double)bytes + beside,
                           beside + gt_memory_later(0));
}

/* --- Latents that are given. */

static gt_status read_latents(generator *g)
{
    gt_status status = GT_OK;
    g->count = g->options->count;
    if (!g->options->latents)
        return GT_OK;
    gt_comm_work_begin(g->comm);
    if (g->comm->rank == 0)
        status = gt_latents_read(g->options->latents,
                                 gt_latent_config_of(g->config)->shape,
                                 &g->given, &g->count);
    status = gt_comm_work_end(g->comm, status);
    gt_comm_broadcast(g->comm, &g->count, sizeof g->count);
    return status;
}

/* This rank's block of the wave that begins with latent `first`. Behind the
 * last one are zeros. */
static void share_latents(generator *g, uint64_t first)
{
    size_t block = BLOCK * g->latent, wave = block * (size_t)g->comm->size;
    if (g->comm->rank == 0) {
        uint64_t left = (g->count - first) * g->latent;
        size_t n = left < wave ? (size_t)left : wave;
        memcpy(g->all_z, g->given + first * g->latent, n * sizeof *g->all_z);
        memset(g->all_z + n, 0, (wave - n) * sizeof *g->all_z);
    }
    gt_comm_broadcast(g->comm, g->all_z, wave * sizeof *g->all_z);
    memcpy(g->z, g->all_z + (size_t)g->comm->rank * block,
           block * sizeof *g->z);
}

/* --- The work. */

/* This may take hours. Who is done within moments says no more than that. */
static void tell_progress(generator *g, uint64_t done)
{
    if (gt_progress_due(&g->progress, done))
        gt_progress_show(&g->progress,
                         &(gt_progress_place){.done = done, .units = done});
}

static void tell_file(const char *path)
{
    if (path)
        gt_info("wrote %s", path);
}

static gt_status take_wave(generator *g, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n && first + i < g->n_first; i++)
        memcpy(g->first + (first + i) * g->size, g->all_x + i * g->size,
               g->size * sizeof *g->first);
    if (!g->set)
        return GT_OK;
    return gt_sampleset_append(g->set,
                               &(gt_samples){.n = (int)n, .x = g->all_x},
                               g->options->store_latents ? g->all_z : NULL);
}

/* A block beyond the end is computed too: gather wants equal parts. */
static void make_wave(generator *g, uint64_t first)
{
    if (g->options->latents) {
        share_latents(g, first);
        g->task->type->generate(g->task, g->z, &(gt_samples){.n = BLOCK}, g->x);
    } else {
        gt_sampler_block(g->task, g->options->seed,
                         first / BLOCK + (uint64_t)g->comm->rank, g->z, g->x);
        gt_comm_gather(g->comm, g->z, BLOCK * g->latent * sizeof *g->z,
                       g->all_z);
    }
    gt_comm_gather(g->comm, g->x, BLOCK * g->size * sizeof *g->x, g->all_x);
}

static gt_status run_waves(generator *g)
{
    uint64_t wave = (uint64_t)g->comm->size * BLOCK;
    for (uint64_t first = 0; first < g->count; first += wave) {
        make_wave(g, first);
        uint64_t left = g->count - first;
        gt_status status = GT_OK;
        if (g->comm->rank == 0)
            status = take_wave(g, first, left < wave ? left : wave);
        status = gt_comm_agree(g->comm, status);
        if (status != GT_OK)
            return status;
        if (left > wave || g->progress.shown > 0)
            tell_progress(g, left > wave ? first + wave : g->count);
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
    if (status == GT_OK)
        tell_file(g->options->out);
    if (status == GT_OK && g->options->grid)
        status = draw_grid(g);
    if (status == GT_OK)
        tell_file(g->options->grid);
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
    gt_task_setup setup = {.config = config,
                           .comm = comm,
                           .max_n = BLOCK,
                           .fits = fits,
                           .context = &g};
    gt_status status = read_latents(&g);
    if (status == GT_OK)
        status = check_disk(&g);
    if (status == GT_OK)
        status = gt_memory_start_libraries(options->threads, 0);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_task_new(&g.task, &setup);
    if (status == GT_OK)
        status = gt_snapshot_read(g.task, from, false);
    gt_checkpoint_release(from);
    if (status == GT_OK)
        status = allocate(&g);
    if (status == GT_OK)
        status = gt_memory_check_rest(comm->rank == 0);
    if (status == GT_OK && comm->rank == 0)
        status = gt_h5_rehearse();
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_comm_agree(comm, open_set(&g));
    gt_progress_start(&g.progress, status == GT_OK && comm->rank == 0, "sample",
                      0, g.count, "samples", 0);
    if (status == GT_OK)
        status = run_waves(&g);
    gt_progress_stop(&g.progress);
    if (status == GT_OK)
        status = gt_comm_agree(comm, finish(&g));
    gt_sampleset_discard(g.set);
    free(g.given);
    free(g.z);
    free(g.x);
    free(g.all_z);
    free(g.all_x);
    free(g.first);
    gt_task_free(g.task);
    return status;
}
