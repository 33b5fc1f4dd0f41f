/* sample.c: samples are made in the blocks in which the program makes them, so
 * they have the same bits whoever asks for which of them. The last block stays,
 * for callers who ask for a few at a time. */
#include "api/handle.h"

#include "core/blas.h"
#include "data/config.h"
#include "tasks/sampler.h"

#include <pthread.h>
#include <string.h>

/* --- BLAS has one thread in this process until the last caller that computes
 * is done. */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int computing, threads_before;

static void begin_computing(void)
{
    pthread_mutex_lock(&lock);
    if (computing++ == 0) {
        threads_before = gt_blas_threads();
        gt_blas_set_threads(1);
    }
    pthread_mutex_unlock(&lock);
}

static void end_computing(void)
{
    pthread_mutex_lock(&lock);
    if (--computing == 0 && threads_before > 0)
        gt_blas_set_threads(threads_before);
    pthread_mutex_unlock(&lock);
}

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
        return gt_fail(GT_ERR_USAGE, "there is no array for %lld samples",
                       (long long)n);
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

/* --- Blocks. */

static void hold_block(gentrain_model *m, uint64_t seed, uint64_t block)
{
    if (m->held && m->seed == seed && m->block == block)
        return;
    gt_sampler_block(m->task, seed, block, m->latents, m->samples);
    m->held = true;
    m->seed = seed;
    m->block = block;
}

/* Samples first .. first + n - 1, piece by piece: `n` of the block that is
 * held, from its sample `from` on, become samples `done` and up of `out`. */
typedef void taker(const gentrain_model *m, size_t from, size_t n, size_t done,
                   void *out);

static void each_block(gentrain_model *m, uint64_t seed, uint64_t first,
                       uint64_t n, taker *take, void *out)
{
    begin_computing();
    for (uint64_t done = 0; done < n;) {
        uint64_t at = first + done, from = at % GT_SAMPLE_BLOCK;
        uint64_t piece = GT_SAMPLE_BLOCK - from;
        if (piece > n - done)
            piece = n - done;
        hold_block(m, seed, at / GT_SAMPLE_BLOCK);
        take(m, (size_t)from, (size_t)piece, (size_t)done, out);
        done += piece;
    }
    end_computing();
}

static void take_values(const gentrain_model *m, size_t from, size_t n,
                        size_t done, void *out)
{
    memcpy((float *)out + done * m->sample, m->samples + from * m->sample,
           n * m->sample * sizeof(float));
}

static void take_bytes(const gentrain_model *m, size_t from, size_t n,
                       size_t done, void *out)
{
    gt_range_to_bytes((gt_range)gt_data_config_of(m->config)->range,
                      m->samples + from * m->sample, n * m->sample,
                      (uint8_t *)out + done * m->sample);
}

/* --- The calls. */

gentrain_status gentrain_sample(gentrain_model *m, int64_t seed, int64_t first,
                                int64_t n, float *samples)
{
    gt_status status = check_range(seed, first, n);
    if (status == GT_OK)
        status = check_array(samples, n, m->sample, sizeof *samples);
    if (status == GT_OK)
        each_block(m, (uint64_t)seed, (uint64_t)first, (uint64_t)n, take_values,
                   samples);
    return gt__api_status(status);
}

static gt_status check_bytes(const gentrain_model *m)
{
    if (gentrain_sample_kind(m) == GENTRAIN_IMAGES)
        return GT_OK;
    return gt_fail(GT_ERR_USAGE,
                   "%s makes points, which have no bytes; take their numbers",
                   m->from.path);
}

gentrain_status gentrain_sample_bytes(gentrain_model *m, int64_t seed,
                                      int64_t first, int64_t n, uint8_t *bytes)
{
    gt_status status = check_bytes(m);
    if (status == GT_OK)
        status = check_range(seed, first, n);
    if (status == GT_OK)
        status = check_array(bytes, n, m->sample, sizeof *bytes);
    if (status == GT_OK)
        each_block(m, (uint64_t)seed, (uint64_t)first, (uint64_t)n, take_bytes,
                   bytes);
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
static void decode_block(gentrain_model *m, const float *latents, size_t n,
                         float *samples)
{
    size_t used = n * m->latent;
    memcpy(m->latents, latents, used * sizeof *latents);
    memset(m->latents + used, 0,
           (GT_SAMPLE_BLOCK * m->latent - used) * sizeof *m->latents);
    m->task->type->generate(m->task, m->latents,
                            &(gt_samples){.n = GT_SAMPLE_BLOCK}, m->samples);
    memcpy(samples, m->samples, n * m->sample * sizeof *samples);
}

gentrain_status gentrain_decode(gentrain_model *m, const float *latents,
                                int64_t n, float *samples)
{
    gt_status status = check_array(latents, n, m->latent, sizeof *latents);
    if (status == GT_OK)
        status = check_array(samples, n, m->sample, sizeof *samples);
    if (status != GT_OK)
        return gt__api_status(status);
    m->held = false;
    begin_computing();
    for (size_t done = 0, all = (size_t)n; done < all;) {
        size_t piece =
            all - done < GT_SAMPLE_BLOCK ? all - done : GT_SAMPLE_BLOCK;
        decode_block(m, latents + done * m->latent, piece,
                     samples + done * m->sample);
        done += piece;
    }
    end_computing();
    return GENTRAIN_OK;
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
        gt_range_to_bytes((gt_range)gt_data_config_of(m->config)->range,
                          samples, (size_t)n * m->sample, bytes);
    return gt__api_status(status);
}
