/* sampleset.c: samples are appended wave by wave; of what was appended, the
 * compressed pixels stay in memory until the set is complete. */
#include "run/sampleset.h"

#include "base/version.h"
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
    size_t done; /* samples written */
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
    if (status == GT_OK)
        status = make_sets(set->file, info);
    if (status == GT_OK)
        status = make_given_sets(set->file, info);
    if (status != GT_OK)
        gt_sampleset_discard(set);
    else
        *out = set;
    return status;
}

static gt_status append_bytes(gt_sampleset *set, const char *name,
                              const gt_samples *samples)
{
    size_t n = (size_t)samples->n, size = n * gt_shape_size(set->info.shape);
    uint8_t *pixels = malloc(size);
    if (!pixels)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %zu pixels", size);
    gt_range_to_bytes(set->info.range, samples->x, size, pixels);
    gt_status status =
        gt_h5_write_rows(set->file, name, GT_H5_U8, set->done, n, pixels);
    free(pixels);
    return status;
}

gt_status gt_sampleset_append(gt_sampleset *set, const gt_samples *samples,
                              const gt_real *latents)
{
    const gt_sampleset_info *info = &set->info;
    size_t n = (size_t)samples->n;
    char name[SET_NAME];
    set_name(info, name);
    gt_status status = info->reals
                           ? gt_h5_write_rows(set->file, name, GT_H5_REAL,
                                              set->done, n, samples->x)
                           : append_bytes(set, name, samples);
    if (status == GT_OK && latents && gt_shape_size(info->latent) > 0)
        status = gt_h5_write_rows(set->file, "/latents", GT_H5_REAL, set->done,
                                  n, latents);
    if (status == GT_OK && info->classes > 0)
        status = gt_h5_write_rows(set->file, "/labels", GT_H5_I32, set->done, n,
                                  samples->labels);
    if (status == GT_OK && info->conditions.count > 0)
        status = gt_h5_write_rows(set->file, "/conditions", GT_H5_REAL,
                                  set->done, n, samples->conditions);
    set->done += n;
    return status;
}

gt_status gt_sampleset_commit(gt_sampleset *set)
{
    gt_status status = gt_h5_commit(set->file);
    free(set);
    return status;
}

void gt_sampleset_discard(gt_sampleset *set)
{
    if (!set)
        return;
    gt_h5_discard(set->file);
    free(set);
}
