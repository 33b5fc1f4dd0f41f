/* generate.c: samples are made in blocks of one size, which are dealt to the
 * ranks in waves; rank 0 gathers a wave and appends it to the file. The fixed
 * block is what makes a sample's bits independent of the number of ranks: the
 * shapes of the matrix products do not change. */
#include "train/generate.h"

#include "base/log.h"
#include "base/plural.h"
#include "base/progress.h"
#include "core/arena.h"
#include "data/config.h"
#include "run/picture/picture.h"
#include "run/picture/scatter.h"
#include "run/sampleset.h"
#include "run/snapshot.h"
#include "store/disk_room.h"
#include "store/h5rehearse.h"
#include "tasks/config.h"
#include "tasks/sampler.h"
#include "train/memory_need.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = GT_SAMPLE_BLOCK, GRID_MOST = 100 };
static const double least_ratio = 0.1; /* of compressing pixels */

typedef struct generator {
    gt_comm *comm;
    const gt_config *config;
    const gt_checkpoint *from;
    const gt_generate_options *options;
    gt_task *task;
    gt_shape image;
    size_t size, latent; /* reals of a sample and of its latents */
    gt_given given;
    uint64_t count;         /* samples */
    gt_real *z, *x;         /* [BLOCK x latent], [BLOCK x image]: own block */
    gt_real *all_z, *all_x; /* rank 0: a wave of blocks. Latents from a file:
                               all_z on every rank */
    int *labels;            /* [a wave], or NULL */
    gt_real *conditions;    /* [a wave x columns], or NULL */
    gt_real *first;         /* rank 0: samples of the grid, */
    gt_real *first_conditions; /* and what comes with them */
    size_t n_first;
    gt_sampleset *set;      /* rank 0 */
    bool reals;             /* samples are numbers, not bytes */
    const void *form;       /* what the file is like; NULL: plain; and: */
    double form_bytes;      /* of a sample in it */
    gt_transform transform; /* that samples are taken back through */
    gt_progress progress;
} generator;

static bool latents_given(const generator *g)
{
    return g->options->given.latents != NULL;
}

static gt_status allocate(generator *g)
{
    size_t all = (size_t)g->comm->size * BLOCK;
    size_t wave = g->comm->rank == 0 ? all : 0;
    size_t grid = g->options->grid ? GRID_MOST : 0;
    g->n_first = g->count < grid ? (size_t)g->count : grid;
    size_t columns = (size_t)g->given.columns;
    g->z = gt_real_alloc(BLOCK * g->latent);
    g->x = gt_real_alloc(BLOCK * g->size);
    g->all_z = gt_real_alloc((latents_given(g) ? all : wave) * g->latent);
    g->all_x = gt_real_alloc(wave * g->size);
    g->first = gt_real_alloc(g->n_first * g->size);
    g->first_conditions = gt_real_alloc(g->n_first * columns);
    g->labels = malloc(all * sizeof *g->labels);
    g->conditions = gt_real_alloc(all * columns);
    if (!g->z || !g->x || !g->all_z || !g->all_x || !g->first ||
        !g->first_conditions || !g->labels || !g->conditions)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a block of samples");
    for (size_t i = 0; g->given.condition && i < all; i++)
        memcpy(g->conditions + i * columns, g->given.condition,
               columns * sizeof *g->conditions);
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
    const gt_data_config *data = gt_data_config_of(g->config);
    gt_status status = check_paths(g->options);
    if (status != GT_OK || !g->options->out)
        return status;
    gt_sampleset_info info = {.shape = g->image,
                              .reals = g->reals,
                              .transform = &g->transform,
                              .form = g->form,
                              .form_size = g->from->info.data.values.form_size,
                              .count = g->count,
                              .latents_from = g->options->given.latents,
                              .source = g->from->path,
                              .step = g->from->info.step,
                              .seed = g->options->seed,
                              .classes = (int)data->classes,
                              .conditions = data->conditions};
    if (g->options->store_latents)
        info.latent = gt_latent_config_of(g->config)->shape;
    return gt_sampleset_create(&g->set, g->options->out, &info);
}

/* --- Before long work. */

static gt_status choose_layout(generator *g)
{
    const gt_checkpoint_data *data = &g->from->info.data;
    gt_output_layout layout =
        g->options->layout_given
            ? g->options->layout
            : (gt_output_layout)gt_output_config_of(g->config)->layout;
    bool as_input;
    gt_status status = gt_checkpoint_data_layout(data, layout, &as_input);
    if (status == GT_OK && as_input) {
        g->form = data->values.form;
        g->form_bytes =
            gt_sampleset_form_bytes(g->form, data->values.form_size);
    }
    return status;
}

/* Bytes of a set's file where pixels, and what is like the data, are compressed
 * to `ratio` of theirs; other numbers are not. */
static double set_bytes(const generator *g, double ratio)
{
    if (g->form_bytes > 0)
        return g->options->out ? ratio * g->form_bytes * (double)g->count : 0;
    double sample = g->reals ? (double)(g->size * sizeof(gt_real))
                             : ratio * (double)g->size;
    if (g->options->store_latents)
        sample += (double)(g->latent * sizeof(gt_real));
    if (g->given.period > 0)
        sample += sizeof(int);
    sample += (double)((size_t)g->given.columns * sizeof(gt_real));
    return g->options->out ? sample * (double)g->count : 0;
}

static gt_status check_disk(const generator *g)
{
    if (g->comm->rank != 0 || !g->options->out)
        return GT_OK;
    double need = set_bytes(g, 1), least = set_bytes(g, least_ratio);
    double room = gt_disk_room(g->options->out);
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

/* The averages are what is evaluated, where there are some. */
static gt_checkpoint_part weights_of(const generator *g)
{
    return g->options->weights == GT_GENERATE_LAST ? GT_CHECKPOINT_LAST
                                                   : GT_CHECKPOINT_EVALUATION;
}

static gt_status check_weights(const generator *g)
{
    if (g->comm->rank != 0 || g->options->weights != GT_GENERATE_EMA ||
        gt_checkpoint_has_ema(g->from, NULL))
        return GT_OK;
    return gt_fail(GT_ERR_MISMATCH,
                   "--weights ema: %s has no running averages of weights; "
                   "train with optimizer.ema, or take the last ones: --weights "
                   "last",
                   g->from->path);
}

/* What the model cannot do, or the machine. */
static gt_status check_model(generator *g)
{
    gt_status status = gt_checkpoint_data_transform(
        &g->from->info.data, gt_data_config_of(g->config), g->from->path,
        &g->transform);
    if (status == GT_OK)
        status = check_weights(g);
    if (status == GT_OK)
        status = choose_layout(g);
    return status == GT_OK ? check_disk(g) : status;
}

/* Blocks on each rank; on rank 0 a wave of them, and the file, which is built
 * in memory. */
static double bytes_beside(const generator *g)
{
    double block = BLOCK * (double)(g->size + g->latent) * sizeof(gt_real);
    double with =
        BLOCK * (sizeof(int) + (double)g->given.columns * sizeof(gt_real));
    double beside = block + with * g->comm->size;
    if (g->comm->rank == 0)
        beside += block * g->comm->size + set_bytes(g, least_ratio);
    else if (latents_given(g))
        beside += (double)(BLOCK * g->latent * sizeof(gt_real)) * g->comm->size;
    return beside;
}

/* --- What is given. */

/* On all ranks, the rows that the wave of samples `first` and up has of `all`,
 * which rank 0 holds. Behind the last one are zeros. */
static void share_wave(const generator *g, const gt_real *all, size_t width,
                       uint64_t first, gt_real *wave)
{
    size_t size = BLOCK * (size_t)g->comm->size * width;
    if (g->comm->rank == 0) {
        uint64_t left = (g->count - first) * width;
        size_t n = left < size ? (size_t)left : size;
        memcpy(wave, all + first * width, n * sizeof *wave);
        memset(wave + n, 0, (size - n) * sizeof *wave);
    }
    gt_comm_broadcast(g->comm, wave, size * sizeof *wave);
}

/* Labels and conditions of samples i and up of the wave, as the task takes
 * them. */
static gt_samples given_from(const generator *g, size_t i, size_t n)
{
    const gt_given *given = &g->given;
    size_t columns = (size_t)given->columns;
    return (gt_samples){.n = (int)n,
                        .labels = given->period > 0 ? g->labels + i : NULL,
                        .conditions =
                            columns > 0 ? g->conditions + i * columns : NULL};
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
    size_t columns = (size_t)g->given.columns;
    for (size_t i = 0; i < n && first + i < g->n_first; i++) {
        memcpy(g->first + (first + i) * g->size, g->all_x + i * g->size,
               g->size * sizeof *g->first);
        memcpy(g->first_conditions + (first + i) * columns,
               g->conditions + i * columns, columns * sizeof *g->first);
    }
    if (!g->set)
        return GT_OK;
    gt_samples samples = given_from(g, 0, n);
    samples.x = g->all_x;
    return gt_sampleset_append(g->set, &samples,
                               g->options->store_latents ? g->all_z : NULL);
}

/* A block beyond the end is computed too: gather wants equal parts. */
static void make_wave(generator *g, uint64_t first)
{
    const gt_given *given = &g->given;
    size_t rank = (size_t)g->comm->rank;
    int all = BLOCK * g->comm->size;
    if (given->period > 0)
        gt_sampler_labels(given->list, given->period, first, all, g->labels);
    if (given->rows)
        share_wave(g, given->row, (size_t)given->columns, first, g->conditions);
    gt_samples own = given_from(g, rank * BLOCK, BLOCK);
    if (latents_given(g)) {
        share_wave(g, given->latents, g->latent, first, g->all_z);
        g->task->type->generate(g->task, g->all_z + rank * BLOCK * g->latent,
                                &own, g->x);
    } else {
        gt_sampler_block(g->task, g->options->seed, first / BLOCK + rank, &own,
                         g->z, g->x);
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

/* Reals are taken back in place: nobody needs them any more. */
static gt_status draw_grid(generator *g)
{
    /* By now the set may be there, under the same name. */
    gt_status status = gt_picture_check_path(g->options->grid);
    uint8_t *pixels = malloc(g->n_first * (g->reals ? 1 : g->size));
    if (status == GT_OK && !pixels)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate a picture");
    if (status == GT_OK && g->reals)
        gt_transform_inverse(&g->transform, g->first, g->first_conditions,
                             g->given.columns, g->n_first, g->first);
    else if (status == GT_OK)
        gt_transform_to_bytes(&g->transform, g->first, g->first_conditions,
                              g->given.columns, g->n_first, pixels);
    gt_picture_values values = {.n = g->n_first,
                                .shape = g->image,
                                .bytes = g->reals ? NULL : pixels,
                                .reals = g->reals ? g->first : NULL,
                                .low = g->from->info.data.values.low,
                                .high = g->from->info.data.values.high};
    if (status == GT_OK && gt_shape_is_point(g->image))
        status =
            gt_scatter_write(g->options->grid, g->first, g->n_first, NULL, 0);
    else if (status == GT_OK)
        status =
            gt_picture_write(g->options->grid, &values,
                             gt_picture_columns(g->n_first, g->given.period,
                                                g->image, g->reals));
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

static void release(generator *g)
{
    gt_sampleset_discard(g->set);
    gt_given_free(&g->given);
    free(g->labels);
    free(g->conditions);
    free(g->z);
    free(g->x);
    free(g->all_z);
    free(g->all_x);
    free(g->first);
    free(g->first_conditions);
    gt_transform_close(&g->transform);
    gt_task_free(g->task);
}

gt_status gt_generate(gt_comm *comm, const gt_config *config,
                      gt_checkpoint *from, const gt_generate_options *options)
{
    gt_shape image = gt_data_config_of(config)->image;
    gt_status status = gt_task_check_generates(config, from->path);
    if (status != GT_OK)
        return status;
    generator g = {.comm = comm,
                   .config = config,
                   .from = from,
                   .options = options,
                   .image = image,
                   .reals =
                       gt_checkpoint_data_is_reals(&from->info.data, image),
                   .size = gt_shape_size(image),
                   .latent = gt_shape_size(gt_latent_config_of(config)->shape)};
    gt_memory_beside beside = {.comm = comm, .use = GT_MEMORY_SAMPLES};
    gt_task_setup setup = {.config = config,
                           .comm = comm,
                           .max_n = BLOCK,
                           .fits = gt_memory_fits_beside,
                           .context = &beside};
    status = gt_given_read(&g.given, comm, config, from->path, &options->given,
                           options->count);
    g.count = g.given.count;
    if (status == GT_OK)
        status = check_model(&g);
    if (status == GT_OK)
        status = gt_memory_start_libraries(options->threads, 0);
    status = gt_comm_agree(comm, status);
    beside.bytes = bytes_beside(&g);
    if (status == GT_OK)
        status = gt_task_new(&g.task, &setup);
    if (status == GT_OK)
        status = gt_snapshot_read(g.task, from, weights_of(&g));
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
    release(&g);
    return status;
}
