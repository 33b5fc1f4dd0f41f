/* sample.c: samples are made in the blocks in which the program makes them, so
 * they have the same bits whoever asks for which of them. The last block stays,
 * for callers who ask for a few at a time. */
#include "api/computing.h"
#include "api/handle.h"

#include "base/plural.h"
#include "data/config.h"
#include "tasks/sampler.h"

#include <math.h>
#include <string.h>

/* --- What is asked for. */

/* n items of `values` values, each of which takes `width` bytes. */
static gt_status check_array(const void *array, int64_t n, size_t values,
                             size_t width)
{
    if (n < 0)
        return gt_fail(GT_ERR_USAGE, "n is %lld; it must be at least 0",
                       (long long)n);
    if ((uint64_t)n > (uint64_t)PTRDIFF_MAX / values / width)
        return gt_fail(GT_ERR_USAGE,
                       "n is %lld; no memory holds that many samples of %zu "
                       "values",
                       (long long)n, values);
    if (n > 0 && !array)
        return gt_fail(GT_ERR_USAGE, "there is no array for %lld sample%s",
                       (long long)n, gt_plural((unsigned long long)n));
    return GT_OK;
}

static gt_status check_range(int64_t seed, int64_t first, int64_t n)
{
    if (seed < 0)
        return gt_fail(GT_ERR_USAGE, "the seed is %lld; it must be at least 0",
                       (long long)seed);
    if (first < 0 || n < 0)
        return gt_fail(GT_ERR_USAGE,
                       "first is %lld and n is %lld; both must be at least 0",
                       (long long)first, (long long)n);
    if (first > GENTRAIN_MAX_SAMPLE || n > GENTRAIN_MAX_SAMPLE - first)
        return gt_fail(GT_ERR_USAGE,
                       "first is %lld and n is %lld; sample numbers end at "
                       "%lld",
                       (long long)first, (long long)n,
                       (long long)GENTRAIN_MAX_SAMPLE - 1);
    return GT_OK;
}

/* --- What samples are made with. */

/* As the caller gives it: labels [n] or NULL, conditions [n x conditions] or
 * NULL. */
typedef struct given_values {
    const int32_t *labels;
    const float *conditions;
} given_values;

static gt_status check_labels(const gentrain_model *m, const int32_t *labels,
                              int64_t n)
{
    if (labels && m->classes == 0)
        return gt_fail(GT_ERR_USAGE,
                       "%s knows no labels, as its data.classes is 0; give "
                       "NULL",
                       m->from.path);
    for (int64_t i = 0; labels && i < n; i++)
        if (labels[i] < 0 || labels[i] >= m->classes)
            return gt_fail(GT_ERR_USAGE,
                           "label %d of sample %lld: the labels of the model "
                           "are 0 to %d",
                           (int)labels[i], (long long)i, m->classes - 1);
    return GT_OK;
}

static gt_status check_conditions(const gentrain_model *m,
                                  const float *conditions, int64_t n)
{
    int columns = m->names.count;
    if (conditions && columns == 0)
        return gt_fail(GT_ERR_USAGE,
                       "%s knows no conditions, as its data.conditions is "
                       "empty; give NULL",
                       m->from.path);
    if (!conditions && columns > 0 && n > 0)
        return gt_fail(GT_ERR_USAGE,
                       "%s makes samples of conditions, %d for each; call "
                       "gentrain_sample_given or gentrain_decode_given with "
                       "them",
                       m->from.path, columns);
    for (int64_t i = 0; conditions && i < n * columns; i++)
        if (!isfinite(conditions[i]))
            return gt_fail(GT_ERR_USAGE,
                           "condition %s of sample %lld is not a finite number",
                           m->names.words[i % columns],
                           (long long)(i / columns));
    return GT_OK;
}

static gt_status check_given(const gentrain_model *m, const given_values *given,
                             int64_t n)
{
    gt_status status = check_labels(m, given->labels, n);
    return status == GT_OK ? check_conditions(m, given->conditions, n) : status;
}

/* Write `size` bytes, and say whether that changes anything. */
static bool replace(void *to, const void *from, size_t size)
{
    if (size == 0 || !memcmp(to, from, size))
        return false;
    memcpy(to, from, size);
    return true;
}

/* Have n samples of the block, from sample `from` on, made with what is given
 * for samples `done` and up, of which the first has the number `first`. Returns
 * whether anything changes. Who asks for samples one by one is likely to want
 * the next ones with the same conditions, so these are filled in. */
static bool give_block(gentrain_model *m, const given_values *given,
                       uint64_t first, size_t from, size_t n, size_t done)
{
    size_t columns = (size_t)m->names.count;
    gt_real *rows = m->conditions + from * columns;
    int labels[GT_SAMPLE_BLOCK];
    bool changes = false;
    if (m->classes > 0) {
        gt_sampler_labels(NULL, m->classes, first, (int)n, labels);
        for (size_t i = 0; given->labels && i < n; i++)
            labels[i] = given->labels[done + i];
        changes = replace(m->labels + from, labels, n * sizeof *labels);
    }
    if (columns > 0 && replace(rows, given->conditions + done * columns,
                               n * columns * sizeof *rows)) {
        for (size_t i = n; i < GT_SAMPLE_BLOCK - from; i++)
            memcpy(rows + i * columns, rows + (n - 1) * columns,
                   columns * sizeof *rows);
        changes = true;
    }
    return changes;
}

/* All of the block, as the task takes it. */
static gt_samples given_block(const gentrain_model *m)
{
    return (gt_samples){.n = GT_SAMPLE_BLOCK,
                        .labels = m->classes > 0 ? m->labels : NULL,
                        .conditions =
                            m->names.count > 0 ? m->conditions : NULL};
}

/* --- Blocks. */

/* The samples of a seed that a call asks for. */
typedef struct request {
    uint64_t seed, first, n;
    given_values given;
} request;

/* Hold the block that has sample `done` of those asked for, `n` of which it
 * has, from its sample `from` on. */
static void hold_block(gentrain_model *m, const request *wanted, size_t from,
                       size_t n, size_t done)
{
    uint64_t at = wanted->first + done, block = at / GT_SAMPLE_BLOCK;
    if (!m->held || m->seed != wanted->seed || m->block != block) {
        if (m->classes > 0)
            gt_sampler_labels(NULL, m->classes, at - from, GT_SAMPLE_BLOCK,
                              m->labels);
        m->held = false;
    }
    if (give_block(m, &wanted->given, at, from, n, done))
        m->held = false;
    if (m->held)
        return;
    gt_samples all = given_block(m);
    gt_sampler_block(m->task, wanted->seed, block, &all, m->latents,
                     m->samples);
    m->held = true;
    m->seed = wanted->seed;
    m->block = block;
}

/* Samples first .. first + n - 1, piece by piece: `n` of the block that is
 * held, from its sample `from` on, become samples `done` and up of `out`. */
typedef void taker(const gentrain_model *m, size_t from, size_t n, size_t done,
                   void *out);

static void each_block(gentrain_model *m, const request *wanted, taker *take,
                       void *out)
{
    uint64_t first = wanted->first, n = wanted->n;
    gt__computing_begin();
    for (uint64_t done = 0; done < n;) {
        uint64_t at = first + done, from = at % GT_SAMPLE_BLOCK;
        uint64_t piece = GT_SAMPLE_BLOCK - from;
        if (piece > n - done)
            piece = n - done;
        hold_block(m, wanted, (size_t)from, (size_t)piece, (size_t)done);
        take(m, (size_t)from, (size_t)piece, (size_t)done, out);
        done += piece;
    }
    gt__computing_end();
}

static void take_values(const gentrain_model *m, size_t from, size_t n,
                        size_t done, void *out)
{
    gt_transform_inverse(&m->transform, m->samples + from * m->sample,
                         m->conditions + from * (size_t)m->names.count,
                         m->names.count, n, (float *)out + done * m->sample);
}

static void take_bytes(const gentrain_model *m, size_t from, size_t n,
                       size_t done, void *out)
{
    const gt_real *conditions = m->conditions + from * (size_t)m->names.count;
    uint8_t *bytes = (uint8_t *)out + done * m->sample;
    const gt_real *x = m->samples + from * m->sample;
    gt_transform_to_bytes(&m->transform, x, conditions, m->names.count, n,
                          bytes);
}

/* --- The calls. */

gentrain_status gentrain_sample_given(gentrain_model *m, int64_t seed,
                                      int64_t first, int64_t n,
                                      const int32_t *labels,
                                      const float *conditions, float *samples)
{
    request wanted = {
        (uint64_t)seed, (uint64_t)first, (uint64_t)n, {labels, conditions}};
    gt_status status = check_range(seed, first, n);
    if (status == GT_OK)
        status = check_array(samples, n, m->sample, sizeof *samples);
    if (status == GT_OK)
        status = check_given(m, &wanted.given, n);
    if (status == GT_OK)
        each_block(m, &wanted, take_values, samples);
    return gt__api_status(status);
}

gentrain_status gentrain_sample(gentrain_model *m, int64_t seed, int64_t first,
                                int64_t n, float *samples)
{
    return gentrain_sample_given(m, seed, first, n, NULL, NULL, samples);
}

static gt_status check_bytes(const gentrain_model *m)
{
    gt_shape shape = gt_data_config_of(m->config)->image;
    if (!gt_checkpoint_data_is_reals(&m->from.info.data, shape))
        return GT_OK;
    return gt_fail(GT_ERR_USAGE,
                   "%s makes %s of numbers, which have no bytes; take their "
                   "numbers",
                   m->from.path, gt_shape_noun(shape));
}

gentrain_status gentrain_sample_bytes(gentrain_model *m, int64_t seed,
                                      int64_t first, int64_t n, uint8_t *bytes)
{
    gt_status status = check_bytes(m);
    if (status == GT_OK)
        status = check_range(seed, first, n);
    if (status == GT_OK)
        status = check_array(bytes, n, m->sample, sizeof *bytes);
    request wanted = {
        (uint64_t)seed, (uint64_t)first, (uint64_t)n, {NULL, NULL}};
    if (status == GT_OK)
        status = check_given(m, &wanted.given, n);
    if (status == GT_OK)
        each_block(m, &wanted, take_bytes, bytes);
    return gt__api_status(status);
}

gentrain_status gentrain_latents(gentrain_model *m, int64_t seed, int64_t first,
                                 int64_t n, float *latents)
{
    gt_status status = check_range(seed, first, n);
    if (status == GT_OK)
        status = check_array(latents, n, m->latent, sizeof *latents);
    gt_rng at = {.seed = (uint64_t)seed, .stream = GT_STREAM_SAMPLE};
    for (int64_t i = 0; status == GT_OK && i < n; i++) {
        at.sample = (uint64_t)(first + i);
        gt_task_latents(m->config, at, 1, latents + (size_t)i * m->latent);
    }
    return gt__api_status(status);
}

/* Latents of a last block that is not full are followed by zeros. */
static void decode_block(gentrain_model *m, const float *latents,
                         const given_values *given, size_t done, size_t n,
                         float *samples)
{
    size_t used = n * m->latent;
    memcpy(m->latents, latents + done * m->latent, used * sizeof *latents);
    memset(m->latents + used, 0,
           (GT_SAMPLE_BLOCK * m->latent - used) * sizeof *m->latents);
    if (m->classes > 0)
        gt_sampler_labels(NULL, m->classes, done, GT_SAMPLE_BLOCK, m->labels);
    give_block(m, given, done, 0, n, done);
    gt_samples all = given_block(m);
    m->task->type->generate(m->task, m->latents, &all, m->samples);
    gt_transform_inverse(&m->transform, m->samples, m->conditions,
                         m->names.count, n, samples + done * m->sample);
}

gentrain_status gentrain_decode_given(gentrain_model *m, const float *latents,
                                      int64_t n, const int32_t *labels,
                                      const float *conditions, float *samples)
{
    given_values given = {labels, conditions};
    gt_status status = check_array(latents, n, m->latent, sizeof *latents);
    if (status == GT_OK)
        status = check_array(samples, n, m->sample, sizeof *samples);
    if (status == GT_OK)
        status = check_given(m, &given, n);
    if (status != GT_OK)
        return gt__api_status(status);
    m->held = false;
    gt__computing_begin();
    for (size_t done = 0, all = (size_t)n; done < all;) {
        size_t piece =
            all - done < GT_SAMPLE_BLOCK ? all - done : GT_SAMPLE_BLOCK;
        decode_block(m, latents, &given, done, piece, samples);
        done += piece;
    }
    gt__computing_end();
    return GENTRAIN_OK;
}

gentrain_status gentrain_decode(gentrain_model *m, const float *latents,
                                int64_t n, float *samples)
{
    return gentrain_decode_given(m, latents, n, NULL, NULL, samples);
}

gentrain_status gentrain_to_bytes(const gentrain_model *m, const float *samples,
                                  int64_t n, uint8_t *bytes)
{
    gt_status status = check_bytes(m);
    if (status == GT_OK)
        status = check_array(samples, n, m->sample, sizeof *samples);
    if (status == GT_OK)
        status = check_array(bytes, n, m->sample, sizeof *bytes);
    if (status == GT_OK && n > 0)
        gt_transform_values_to_bytes(&m->transform, samples, (size_t)n, bytes);
    return gt__api_status(status);
}
