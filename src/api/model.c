/* model.c: opening a trained model, and what it says of itself.
 *
 * The process belongs to the caller. So nothing is printed, what warnings there
 * are go into the model, HDF5 reports errors afterwards as it did before, and a
 * locale with a decimal comma does not get into the numbers of a configuration.
 * HDF5 takes one thread at a time, hence the lock. */
#include "api/computing.h"
#include "api/handle.h"

#include "base/c_locale.h"
#include "base/log.h"
#include "base/version.h"
#include "core/arena.h"
#include "data/config.h"
#include "model/config.h"
#include "run/checkpoint_choose.h"
#include "run/snapshot.h"
#include "store/h5file.h"
#include "tasks/config.h"
#include "tasks/sampler.h"
#include "train/checkpoint_config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t files = PTHREAD_MUTEX_INITIALIZER;

const char *gentrain_version(void)
{
    return GT_VERSION;
}

const char *gentrain_message(void)
{
    return gt_message();
}

/* --- Open and close. */

static gt_status allocate(gentrain_model *m)
{
    m->sample = gt_shape_size(gt_data_config_of(m->config)->image);
    m->latent = gt_shape_size(gt_latent_config_of(m->config)->shape);
    m->classes = (int)gt_data_config_of(m->config)->classes;
    m->names = gt_data_config_of(m->config)->conditions;
    m->labels = malloc(GT_SAMPLE_BLOCK * sizeof *m->labels);
    m->conditions = gt_real_alloc(GT_SAMPLE_BLOCK * (size_t)m->names.count);
    m->samples = gt_real_alloc(GT_SAMPLE_BLOCK * m->sample);
    m->latents = gt_real_alloc(GT_SAMPLE_BLOCK * m->latent);
    if (!m->samples || !m->latents || !m->labels || !m->conditions)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a block of samples");
    return GT_OK;
}

static gt_status read_model(gentrain_model *m, const char *path)
{
    gt_checkpoint *from = &m->from;
    gt_status status = gt_checkpoint_choose(from, path);
    if (status == GT_OK)
        status = gt_checkpoint_config(&m->config, from, NULL, 0);
    if (status == GT_OK)
        status = gt_task_check_generates(m->config, from->path);
    if (status != GT_OK)
        return status;
    m->comm = gt_comm_solo();
    gt_task_setup setup = {
        .config = m->config, .comm = &m->comm, .max_n = GT_SAMPLE_BLOCK};
    gt__computing_begin();
    status = gt_task_new(&m->task, &setup);
    gt__computing_end();
    if (status == GT_OK)
        status = gt_snapshot_read(m->task, from, GT_CHECKPOINT_EVALUATION);
    gt_checkpoint_release(from);
    if (status == GT_OK)
        status = gt_checkpoint_data_transform(&from->info.data,
                                              gt_data_config_of(m->config),
                                              from->path, &m->transform);
    return status == GT_OK ? allocate(m) : status;
}

static gt_status open_model(gentrain_model **out, const char *path)
{
    gentrain_model *m = calloc(1, sizeof *m);
    if (!m)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a model");
    gt_log_capture(m->warning, sizeof m->warning);
    gt_status status = read_model(m, path);
    gt_log_capture(NULL, 0);
    if (status == GT_OK)
        *out = m;
    else
        gentrain_close(m);
    return status;
}

gentrain_status gentrain_open(gentrain_model **model, const char *path)
{
    *model = NULL;
    if (!path || !*path)
        return gt__api_status(
            gt_fail(GT_ERR_USAGE, "no run directory or checkpoint was given"));
    pthread_mutex_lock(&files);
    gt_log_setup(false, GT_LOG_QUIET);
    gt_h5_reports reports = gt_h5_get_reports();
    locale_t before = gt_c_locale_enter();
    gt_status status = open_model(model, path);
    gt_c_locale_leave(before);
    gt_h5_set_reports(reports);
    pthread_mutex_unlock(&files);
    return gt__api_status(status);
}

void gentrain_close(gentrain_model *m)
{
    if (!m)
        return;
    gt_task_free(m->task);
    gt_transform_close(&m->transform);
    gt_config_free(m->config);
    gt_checkpoint_close(&m->from);
    free(m->samples);
    free(m->latents);
    free(m->labels);
    free(m->conditions);
    free(m);
}

/* --- What a model is. */

const char *gentrain_path(const gentrain_model *m)
{
    return m->from.path;
}

const char *gentrain_warning(const gentrain_model *m)
{
    return m->warning;
}

const char *gentrain_task(const gentrain_model *m)
{
    return m->from.info.task;
}

int64_t gentrain_step(const gentrain_model *m)
{
    return (int64_t)m->from.info.step;
}

int64_t gentrain_training_seed(const gentrain_model *m)
{
    return (int64_t)m->from.info.seed;
}

const char *gentrain_config(const gentrain_model *m)
{
    return m->from.info.config;
}

const char *gentrain_fingerprint(const gentrain_model *m)
{
    return m->from.info.fingerprint;
}

int64_t gentrain_classes(const gentrain_model *m)
{
    return m->classes;
}

int64_t gentrain_conditions(const gentrain_model *m)
{
    return m->names.count;
}

const char *gentrain_condition_name(const gentrain_model *m, int64_t i)
{
    return i >= 0 && i < m->names.count ? m->names.words[i] : NULL;
}

gentrain_kind gentrain_sample_kind(const gentrain_model *m)
{
    gt_shape s = gt_data_config_of(m->config)->image;
    if (gt_shape_is_volume(s))
        return GENTRAIN_VOLUMES;
    if (gt_shape_is_vector(s))
        return GENTRAIN_VECTORS;
    return gt_shape_is_point(s) ? GENTRAIN_POINTS : GENTRAIN_IMAGES;
}

int gentrain_shape(const gentrain_model *m, gentrain_array array,
                   int64_t *shape)
{
    size_t dim[GT_SHAPE_RANK];
    int rank = 0;
    if (array == GENTRAIN_SAMPLE)
        rank = gt_shape_data_dims(gt_data_config_of(m->config)->image, dim);
    else if (array == GENTRAIN_LATENT)
        rank = gt_shape_dims(gt_latent_config_of(m->config)->shape, dim);
    for (int i = 0; i < rank; i++)
        shape[i] = (int64_t)dim[i];
    return rank;
}

int64_t gentrain_values(const gentrain_model *m, gentrain_array array)
{
    int64_t shape[GENTRAIN_MAX_RANK], values = 1;
    int rank = gentrain_shape(m, array, shape);
    for (int i = 0; i < rank; i++)
        values *= shape[i];
    return rank > 0 ? values : 0;
}

void gentrain_range(const gentrain_model *m, double *low, double *high)
{
    const gt_values *values = &m->from.info.data.values;
    *low = *high = 0;
    if (gt_checkpoint_data_is_reals(&m->from.info.data,
                                    gt_data_config_of(m->config)->image)) {
        *low = values->low;
        *high = values->high;
    } else if (m->transform.plain) {
        *low = gt_data_config_of(m->config)->range == GT_RANGE_UNIT ? 0 : -1;
        *high = 1;
    } else {
        *high = 255;
    }
}
