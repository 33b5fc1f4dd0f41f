/* sampleset.c: samples are appended wave by wave; of what was appended, the
 * compressed pixels stay in memory until the set is complete. */
#include "run/sampleset.h"

#include "base/version.h"
#include "core/arena.h"
#include "run/sampleset_form.h"
#include "store/files.h"
#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1, SET_NAME = 16, IMAGE_RANK = 4 };
static const char *const format_name = "gentrain samples";

struct gt_sampleset {
    gt_h5 *file;
    gt_sampleset_info info;
    gt__form_sets *form; /* NULL: the layout is our own */
    size_t done;         /* samples written */
};

static gt_status write_header(gt_h5 *f, const gt_sampleset_info *info)
{
    gt_status status = gt_h5_set_text(f, "/", "format", format_name);
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "format_version", FORMAT_VERSION);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "gentrain_version", GT_VERSION);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "source", info->source);
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "step", (int64_t)info->step);
    if (status != GT_OK)
        return status;
    return info->latents_from
               ? gt_h5_set_text(f, "/", "latents_from", info->latents_from)
               : gt_h5_set_int(f, "/", "seed", (int64_t)info->seed);
}

/* "/images" */
static char *set_name(const gt_sampleset_info *info, char name[SET_NAME])
{
    snprintf(name, SET_NAME, "/%s", gt_shape_noun(info->shape));
    return name;
}

static gt_status make_sets(gt_h5 *f, const gt_sampleset_info *info)
{
    gt_shape s = info->shape, z = info->latent;
    size_t samples[1 + GT_SHAPE_RANK] = {info->count};
    size_t latents[1 + GT_SHAPE_RANK] = {info->count};
    char name[SET_NAME];
    int rank = 1 + gt_shape_data_dims(s, samples + 1);
    gt_status status =
        gt_h5_write(f, set_name(info, name),
                    info->reals ? GT_H5_REAL : GT_H5_U8, rank, samples, NULL);
    if (status == GT_OK && !info->reals && rank == IMAGE_RANK)
        status = gt_h5_mark_images(f, name, s.c);
    rank = 1 + gt_shape_dims(z, latents + 1);
    if (status == GT_OK && gt_shape_size(z) > 0)
        status = gt_h5_write(f, "/latents", GT_H5_REAL, rank, latents, NULL);
    return status;
}

/* Of what samples were made with beside latents. */
static gt_status make_given_sets(gt_h5 *f, const gt_sampleset_info *info)
{
    const gt_word_list *names = &info->conditions;
    size_t conditions[] = {info->count, (size_t)names->count};
    gt_status status = GT_OK;
    if (info->classes > 0)
        status = gt_h5_write(f, "/labels", GT_H5_I32, 1, &info->count, NULL);
    if (status == GT_OK && info->classes > 0)
        status = gt_h5_set_int(f, "/labels", "classes", info->classes);
    if (status == GT_OK && names->count > 0)
        status = gt_h5_write(f, "/conditions", GT_H5_REAL, 2, conditions, NULL);
    if (status == GT_OK && names->count > 0)
        status = gt_h5_set_texts(f, "/conditions", "names", names->words,
                                 names->count);
    return status;
}

static bool is_set(const char *path)
{
    gt_h5 *f;
    char *format = NULL;
    if (gt_h5_open(&f, path) != GT_OK)
        return false;
    bool is = gt_h5_get_text(f, "/", "format", &format) == GT_OK &&
              !strcmp(format, format_name);
    free(format);
    gt_h5_close(f);
    return is;
}

gt_status gt_sampleset_check_path(const char *path)
{
    return gt_file_check_kind(path, is_set, "a set of samples");
}

gt_status gt_sampleset_create(gt_sampleset **out, const char *path,
                              const gt_sampleset_info *info)
{
    gt_sampleset *set = calloc(1, sizeof *set);
    if (!set)
        return gt_fail(GT_ERR_MEMORY, "%s: out of memory", path);
    set->info = *info;
    gt_status status = gt_h5_create(&set->file, path);
    if (status == GT_OK)
        status = write_header(set->file, info);
    if (status == GT_OK && info->form)
        status = gt__form_sets_new(
            &set->form, set->file, info->form, info->form_size, info->shape,
            info->classes > 0, &set->info.conditions, info->count);
    if (status == GT_OK && !info->form)
        status = make_sets(set->file, info);
    if (status == GT_OK && !info->form)
        status = make_given_sets(set->file, info);
    if (status != GT_OK)
        gt_sampleset_discard(set);
    else
        *out = set;
    return status;
}

/* --- Values as those of the data. */

static gt_status no_memory(size_t n)
{
    return gt_fail(GT_ERR_MEMORY, "cannot allocate %zu values of samples", n);
}

static gt_status to_bytes(const gt_sampleset_info *info,
                          const gt_samples *samples, uint8_t **bytes)
{
    size_t n = (size_t)samples->n, size = n * gt_shape_size(info->shape);
    *bytes = malloc(size + 1);
    if (!*bytes)
        return no_memory(size);
    if (info->transform)
        gt_transform_to_bytes(info->transform, samples->x, samples->conditions,
                              info->conditions.count, n, *bytes);
    else
        gt_range_to_bytes(info->range, samples->x, size, *bytes);
    return GT_OK;
}

static gt_status to_reals(const gt_sampleset_info *info,
                          const gt_samples *samples, gt_real **reals)
{
    size_t n = (size_t)samples->n, size = n * gt_shape_size(info->shape);
    *reals = gt_real_alloc(size);
    if (!*reals)
        return no_memory(size);
    if (info->transform)
        gt_transform_inverse(info->transform, samples->x, samples->conditions,
                             info->conditions.count, n, *reals);
    else
        memcpy(*reals, samples->x, size * sizeof **reals);
    return GT_OK;
}

/* Bytes as reals. */
static gt_status widen(const uint8_t *bytes, size_t n, gt_real **reals)
{
    *reals = gt_real_alloc(n);
    if (!*reals)
        return no_memory(n);
    for (size_t i = 0; i < n; i++)
        (*reals)[i] = bytes[i];
    return GT_OK;
}

static gt_status append_to_form(gt_sampleset *set, const gt_samples *samples)
{
    const gt_sampleset_info *info = &set->info;
    gt_samples all = *samples;
    gt_real *reals = NULL;
    uint8_t *bytes = NULL;
    gt_status status = info->reals ? to_reals(info, samples, &reals)
                                   : to_bytes(info, samples, &bytes);
    if (status == GT_OK && bytes)
        status = widen(bytes, (size_t)samples->n * gt_shape_size(info->shape),
                       &reals);
    all.x = reals;
    if (status == GT_OK)
        status = gt__form_sets_write(set->form, set->file, set->done, &all);
    free(bytes);
    free(reals);
    return status;
}

static gt_status append_samples(gt_sampleset *set, const gt_samples *samples)
{
    const gt_sampleset_info *info = &set->info;
    size_t n = (size_t)samples->n;
    char name[SET_NAME];
    gt_real *reals = NULL;
    uint8_t *bytes = NULL;
    set_name(info, name);
    gt_status status = info->reals ? to_reals(info, samples, &reals)
                                   : to_bytes(info, samples, &bytes);
    if (status == GT_OK)
        status = info->reals ? gt_h5_write_rows(set->file, name, GT_H5_REAL,
                                                set->done, n, reals)
                             : gt_h5_write_rows(set->file, name, GT_H5_U8,
                                                set->done, n, bytes);
    free(bytes);
    free(reals);
    return status;
}

static gt_status append_given(gt_sampleset *set, const gt_samples *samples,
                              const gt_real *latents)
{
    const gt_sampleset_info *info = &set->info;
    size_t n = (size_t)samples->n;
    gt_status status = GT_OK;
    if (latents && gt_shape_size(info->latent) > 0)
        status = gt_h5_write_rows(set->file, "/latents", GT_H5_REAL, set->done,
                                  n, latents);
    if (status == GT_OK && info->classes > 0)
        status = gt_h5_write_rows(set->file, "/labels", GT_H5_I32, set->done, n,
                                  samples->labels);
    if (status == GT_OK && info->conditions.count > 0)
        status = gt_h5_write_rows(set->file, "/conditions", GT_H5_REAL,
                                  set->done, n, samples->conditions);
    return status;
}

gt_status gt_sampleset_append(gt_sampleset *set, const gt_samples *samples,
                              const gt_real *latents)
{
    gt_status status =
        set->form ? append_to_form(set, samples) : append_samples(set, samples);
    if (status == GT_OK && !set->form)
        status = append_given(set, samples, latents);
    set->done += (size_t)samples->n;
    return status;
}

static gt_status add_bytes(const gt_h5_form_set *set, void *bytes)
{
    *(double *)bytes += set->bytes;
    return GT_OK;
}

double gt_sampleset_form_bytes(const void *bytes, size_t size)
{
    gt_h5 *form;
    double sum = 0;
    if (gt_h5_form_open(&form, bytes, size) != GT_OK)
        return 0;
    if (gt_h5_form_each(form, add_bytes, &sum) != GT_OK)
        sum = 0;
    gt_h5_close(form);
    return sum;
}

static void release(gt_sampleset *set)
{
    gt__form_sets_free(set->form);
    free(set);
}

gt_status gt_sampleset_commit(gt_sampleset *set)
{
    gt_status status = gt_h5_commit(set->file);
    release(set);
    return status;
}

void gt_sampleset_discard(gt_sampleset *set)
{
    if (!set)
        return;
    gt_h5_discard(set->file);
    release(set);
}
