/* sample_grid.c: sample grids during training. Latents and originals are made
 * once, so that pictures of different steps can be laid side by side. */
#include "run/sample_grid.h"

#include "base/collective_tick.h"
#include "base/log.h"
#include "core/arena.h"
#include "data/config.h"
#include "run/config.h"
#include "run/picture.h"
#include "run/sampleset.h"
#include "tasks/config.h"
#include "tasks/sampler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = 32, PAIR_COLUMNS = 8, REFERENCE_POINTS = 2000 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t gt_sample_grid_largest(const gt_config *config)
{
    if (!gt_task_type_of(config)->generate)
        return 0;
    size_t count = (size_t)gt_output_config_of(config)->sample_count;
    size_t least = gt_shape_is_point(gt_data_config_of(config)->image)
                       ? REFERENCE_POINTS
                       : PAIRS;
    return count > least ? count : least;
}

static gt_status write_files(void *context);

/* Labels and conditions of the samples. Each column of the grid has one label,
 * and each row the conditions of one sample of the data, so that of two
 * neighbours only one thing differs. Without labels each sample has conditions
 * of its own. */
static gt_status fill_given(gt_sample_grid *p, gt_reader *reader,
                            const gt_data_config *data)
{
    size_t most = reader->source->count, n = p->count;
    size_t each = data->classes > 0 ? p->columns : 1;
    if (data->classes > 0)
        gt_sampler_labels(NULL, (int)data->classes, 0, (int)n,
                          p->made.rows.labels);
    if (data->conditions.count == 0)
        return GT_OK;
    uint64_t *numbers = malloc(n * sizeof *numbers);
    if (!numbers)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %zu numbers", n);
    for (size_t i = 0; i < n; i++)
        numbers[i] = i / each % most;
    gt_status status = gt_reader_read(
        reader, numbers, (int)n,
        &(gt_sample_rows){.conditions = p->made.rows.conditions});
    free(numbers);
    return status;
}

static gt_status no_memory(const gt_sample_grid *p)
{
    return gt_fail(GT_ERR_MEMORY,
                   "cannot allocate %zu samples; lower output.sample_count",
                   p->count);
}

/* The first samples of the data, and what the grid takes of them. */
static gt_status read_source(gt_sample_grid *p, const gt_source *source)
{
    const gt_data_config *data = gt_data_config_of(p->task->setup.config);
    size_t n = p->pairs + p->reference;
    gt_reader reader;
    gt_status status = gt_reader_open(&reader, source, data);
    if (status == GT_OK &&
        gt_sample_buffer_new(&p->made, &reader, p->count) != GT_OK)
        status = no_memory(p);
    if (status == GT_OK)
        status = gt_sample_buffer_new(&p->originals, &reader, n);
    if (status == GT_OK)
        status = gt_sample_buffer_fill(&p->originals, &reader, 0, (int)n);
    if (status == GT_OK)
        status = fill_given(p, &reader, data);
    if (status == GT_OK && reader.skipped > 0)
        gt_warn("for pictures: %s; the next took its place",
                reader.first.message);
    gt_reader_close(&reader);
    return status;
}

static gt_status allocate(gt_sample_grid *p, size_t size, size_t latent)
{
    p->latents = gt_real_alloc(p->count * latent);
    p->rebuilt = gt_real_alloc(p->pairs * size);
    p->pixels = malloc((p->count + 2 * p->pairs) * size);
    return p->latents && p->rebuilt && p->pixels ? GT_OK : no_memory(p);
}

gt_status gt_sample_grid_new(gt_sample_grid *p, gt_task *task, const char *run,
                             const gt_source *source, gt_write_errors *errors)
{
    const gt_config *config = task->setup.config;
    gt_shape image = gt_data_config_of(config)->image;
    size_t size = gt_shape_size(image);
    size_t latent = gt_shape_size(gt_latent_config_of(config)->shape);
    *p = (gt_sample_grid){
        .task = task,
        .run = run,
        .errors = errors,
        .count = (size_t)gt_output_config_of(config)->sample_count,
        .write = {.name = "write pictures", .run = write_files, .context = p}};
    if (gt_shape_is_point(image)) {
        p->count = smaller(REFERENCE_POINTS, source->count);
        p->reference = p->count;
    } else if (task->type->reconstruct) {
        p->pairs = smaller(PAIRS, source->count);
        if (p->pairs > PAIR_COLUMNS) /* whole rows, or a part of one */
            p->pairs -= p->pairs % PAIR_COLUMNS;
    }
    p->columns = (size_t)gt_picture_columns(
        p->count, (int)gt_data_config_of(config)->classes);
    gt_status status = allocate(p, size, latent);
    if (status == GT_OK)
        status = read_source(p, source);
    if (status != GT_OK) {
        gt_sample_grid_free(p);
        return status;
    }
    gt_task_latents(config,
                    (gt_rng){.seed = (uint64_t)gt_train_config_of(config)->seed,
                             .stream = GT_STREAM_GRID},
                    (int)p->count, p->latents);
    return GT_OK;
}

void gt_sample_grid_free(gt_sample_grid *p)
{
    free(p->latents);
    gt_sample_buffer_free(&p->made);
    gt_sample_buffer_free(&p->originals);
    free(p->rebuilt);
    free(p->pixels);
    *p = (gt_sample_grid){0};
}

void gt_sample_grid_path(const char *run, uint64_t step, const char *suffix,
                         char path[GT_PATH])
{
    snprintf(path, GT_PATH, "%s/samples/step-%08llu%s", run,
             (unsigned long long)step, suffix);
}

/* All samples of the grid, in passes of max_n. */
static void generate(gt_sample_grid *p, size_t latent, size_t size)
{
    size_t block = (size_t)p->task->setup.max_n;
    for (size_t i = 0; i < p->count; i += block) {
        gt_samples given = gt_sample_buffer_view(
            &p->made, i, (int)smaller(block, p->count - i));
        p->task->type->generate(p->task, p->latents + i * latent, &given,
                                p->made.rows.x + i * size);
        gt_collective_tick();
    }
}

static void reconstruct(gt_sample_grid *p, size_t size)
{
    size_t block = (size_t)p->task->setup.max_n;
    for (size_t i = 0; i < p->pairs; i += block) {
        gt_samples samples = gt_sample_buffer_view(
            &p->originals, i, (int)smaller(block, p->pairs - i));
        p->task->type->reconstruct(p->task, &samples, p->rebuilt + i * size);
        gt_collective_tick();
    }
}

static gt_status write_samples(const gt_sample_grid *p, gt_shape image,
                               gt_range range)
{
    const gt_config *config = p->task->setup.config;
    char path[GT_PATH], source[64];
    gt_sample_grid_path(p->run, p->step, ".h5", path);
    snprintf(source, sizeof source, "training, step %llu",
             (unsigned long long)p->step);
    gt_sampleset_info info = {
        .shape = image,
        .reals = p->reference > 0,
        .range = range,
        .count = p->count,
        .latent = gt_latent_config_of(config)->shape,
        .source = source,
        .step = p->step,
        .seed = (uint64_t)gt_train_config_of(config)->seed,
        .classes = (int)gt_data_config_of(config)->classes,
        .conditions = gt_data_config_of(config)->conditions};
    gt_sampleset *set;
    gt_status status = gt_sampleset_create(&set, path, &info);
    if (status != GT_OK)
        return status;
    gt_samples samples = gt_sample_buffer_view(&p->made, 0, (int)p->count);
    status = gt_sampleset_append(set, &samples, p->latents);
    if (status == GT_OK)
        return gt_sampleset_commit(set);
    gt_sampleset_discard(set);
    return status;
}

static gt_status draw_samples(const gt_sample_grid *p, gt_shape image,
                              gt_range range)
{
    char path[GT_PATH];
    gt_sample_grid_path(p->run, p->step, ".png", path);
    if (p->reference > 0)
        return gt_picture_points(path, p->made.rows.x, p->count,
                                 p->originals.rows.x, p->reference);
    gt_range_to_bytes(range, p->made.rows.x, p->count * gt_shape_size(image),
                      p->pixels);
    return gt_picture_grid(path, p->pixels, p->count, image, (int)p->columns);
}

/* Rows of originals, each above its row of reconstructions. */
static gt_status draw_pairs(const gt_sample_grid *p, gt_shape image,
                            gt_range range)
{
    size_t size = gt_shape_size(image);
    uint8_t *to = p->pixels;
    for (size_t i = 0; i < p->pairs; i += PAIR_COLUMNS) {
        size_t n = smaller(PAIR_COLUMNS, p->pairs - i) * size;
        gt_range_to_bytes(range, p->originals.rows.x + i * size, n, to);
        gt_range_to_bytes(range, p->rebuilt + i * size, n, to + n);
        to += 2 * n;
    }
    char path[GT_PATH];
    gt_sample_grid_path(p->run, p->step, "-reconstructions.png", path);
    return gt_picture_grid(path, p->pixels, 2 * p->pairs, image,
                           (int)smaller(PAIR_COLUMNS, p->pairs));
}

/* The writer's part. */
static gt_status write_files(void *context)
{
    const gt_sample_grid *p = context;
    const gt_config *config = p->task->setup.config;
    gt_shape image = gt_data_config_of(config)->image;
    gt_range range = (gt_range)gt_data_config_of(config)->range;
    gt_status status = write_samples(p, image, range);
    if (status == GT_OK)
        status = draw_samples(p, image, range);
    if (status == GT_OK && p->pairs > 0)
        status = draw_pairs(p, image, range);
    return gt_write_errors_record(p->errors, status, GT_WRITE_PICTURES,
                                  p->step);
}

gt_status gt_sample_grid_write(gt_sample_grid *p, gt_writer *writer,
                               uint64_t step)
{
    const gt_config *config = p->task->setup.config;
    size_t size = gt_shape_size(gt_data_config_of(config)->image);
    size_t latent = gt_shape_size(gt_latent_config_of(config)->shape);
    gt_status status = gt_writer_reserve(writer, &p->write);
    if (status != GT_OK)
        return status;
    generate(p, latent, size);
    reconstruct(p, size);
    p->step = step;
    gt_writer_submit(writer, &p->write);
    return GT_OK;
}
