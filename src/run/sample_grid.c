/* sample_grid.c: sample grids during training. Latents and originals are made
 * once, so that pictures of different steps can be laid side by side. */
#include "run/sample_grid.h"

#include "base/collective_tick.h"
#include "base/log.h"
#include "core/arena.h"
#include "data/config.h"
#include "run/config.h"
#include "run/picture/picture.h"
#include "run/picture/scatter.h"
#include "run/sampleset.h"
#include "tasks/config.h"
#include "tasks/sampler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = 32, REFERENCE_POINTS = 2000 };

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
    size_t shown = p->count > 2 * p->pairs ? p->count : 2 * p->pairs;
    p->pixels = malloc(p->reals ? 1 : shown * size);
    p->shown = gt_real_alloc(p->reals ? shown * size : 1);
    return p->latents && p->rebuilt && p->pixels && p->shown ? GT_OK
                                                             : no_memory(p);
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
        .reals = source->element == GT_ELEMENT_REALS,
        .write = {.name = "write pictures", .run = write_files, .context = p}};
    if (gt_shape_is_point(image)) {
        p->count = smaller(REFERENCE_POINTS, source->count);
        p->reference = p->count;
    } else if (task->type->reconstruct) {
        p->pairs = smaller(PAIRS, source->count);
        p->pair_columns =
            smaller(PAIRS, (size_t)gt_picture_columns((size_t)2 * PAIRS, 1,
                                                      image, p->reals));
        if (p->pairs > p->pair_columns) /* whole rows, or a part of one */
            p->pairs -= p->pairs % p->pair_columns;
    }
    p->columns = (size_t)gt_picture_columns(
        p->count, (int)gt_data_config_of(config)->classes, image, p->reals);
    gt_values values = gt_source_values(source);
    gt_status status = allocate(p, size, latent);
    if (status == GT_OK)
        status = gt_transform_open(&p->transform, gt_data_config_of(config),
                                   image, &values);
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
    free(p->shown);
    gt_transform_close(&p->transform);
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

/* --- The writer's part. */

static gt_status create_set(const gt_sample_grid *p, gt_sampleset **set)
{
    const gt_config *config = p->task->setup.config;
    const gt_data_config *data = gt_data_config_of(config);
    char path[GT_PATH], source[64];
    bool as_input = false;
    gt_sample_grid_path(p->run, p->step, ".h5", path);
    snprintf(source, sizeof source, "training, step %llu",
             (unsigned long long)p->step);
    gt_status status = gt_checkpoint_data_layout(
        p->data, (gt_output_layout)gt_output_config_of(config)->layout,
        &as_input);
    gt_sampleset_info info = {.shape = data->image,
                              .reals = p->reals,
                              .transform = &p->transform,
                              .form = as_input ? p->data->values.form : NULL,
                              .form_size = p->data->values.form_size,
                              .count = p->count,
                              .latent = gt_latent_config_of(config)->shape,
                              .source = source,
                              .step = p->step,
                              .seed =
                                  (uint64_t)gt_train_config_of(config)->seed,
                              .classes = (int)data->classes,
                              .conditions = data->conditions};
    return status == GT_OK ? gt_sampleset_create(set, path, &info) : status;
}

static gt_status write_samples(const gt_sample_grid *p)
{
    gt_sampleset *set = NULL;
    gt_status status = create_set(p, &set);
    if (status != GT_OK)
        return status;
    gt_samples samples = gt_sample_buffer_view(&p->made, 0, (int)p->count);
    status = gt_sampleset_append(set, &samples, p->latents);
    if (status == GT_OK)
        return gt_sampleset_commit(set);
    gt_sampleset_discard(set);
    return status;
}

/* Make n values of samples ready to be shown as number `at` and up: they belong
 * to samples `from` and up of a buffer. */
static void show(const gt_sample_grid *p, const gt_real *x,
                 const gt_sample_buffer *given, size_t from, size_t n,
                 size_t at)
{
    int columns = given->n_conditions;
    const gt_real *conditions =
        columns > 0 ? given->rows.conditions + from * (size_t)columns : NULL;
    x += from * given->size;
    at *= given->size;
    if (p->reals)
        gt_transform_inverse(&p->transform, x, conditions, columns, n,
                             p->shown + at);
    else
        gt_transform_to_bytes(&p->transform, x, conditions, columns, n,
                              p->pixels + at);
}

static gt_status draw(const gt_sample_grid *p, const char *path, size_t n,
                      size_t columns)
{
    gt_picture_values values = {
        .n = n,
        .shape = gt_data_config_of(p->task->setup.config)->image,
        .bytes = p->reals ? NULL : p->pixels,
        .reals = p->reals ? p->shown : NULL,
        .low = p->data->values.low,
        .high = p->data->values.high};
    return gt_picture_write(path, &values, (int)columns);
}

/* Points that are shown lie where the data are. */
static gt_status draw_points(const gt_sample_grid *p, const char *path)
{
    int columns = p->made.n_conditions;
    size_t n = (p->count + p->reference) * p->made.size;
    gt_real *shown = gt_real_alloc(n);
    if (!shown)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate points of a picture");
    gt_real *reference = shown + p->count * p->made.size;
    gt_transform_inverse(&p->transform, p->made.rows.x, p->made.rows.conditions,
                         columns, p->count, shown);
    gt_transform_inverse(&p->transform, p->originals.rows.x,
                         p->originals.rows.conditions, columns, p->reference,
                         reference);
    gt_status status =
        gt_scatter_write(path, shown, p->count, reference, p->reference);
    free(shown);
    return status;
}

static gt_status draw_samples(const gt_sample_grid *p)
{
    char path[GT_PATH];
    gt_sample_grid_path(p->run, p->step, ".png", path);
    if (p->reference > 0)
        return draw_points(p, path);
    show(p, p->made.rows.x, &p->made, 0, p->count, 0);
    return draw(p, path, p->count, p->columns);
}

/* Rows of originals, each above its row of reconstructions. */
static gt_status draw_pairs(const gt_sample_grid *p)
{
    char path[GT_PATH];
    for (size_t i = 0; i < p->pairs; i += p->pair_columns) {
        size_t n = smaller(p->pair_columns, p->pairs - i);
        show(p, p->originals.rows.x, &p->originals, i, n, 2 * i);
        show(p, p->rebuilt, &p->originals, i, n, 2 * i + n);
    }
    gt_sample_grid_path(p->run, p->step, "-reconstructions.png", path);
    return draw(p, path, 2 * p->pairs, smaller(p->pair_columns, p->pairs));
}

static gt_status write_files(void *context)
{
    const gt_sample_grid *p = context;
    gt_status status = write_samples(p);
    if (status == GT_OK)
        status = draw_samples(p);
    if (status == GT_OK && p->pairs > 0)
        status = draw_pairs(p);
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
