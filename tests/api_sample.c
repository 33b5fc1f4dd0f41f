/* What libgentrain makes, compared with what the program writes, whose files
 * are read by HDF5.
 *
 * ctest: threads */
#include "api_runs.h"

#include <dlfcn.h>
#include <hdf5.h>
#include <math.h>
#include <pthread.h>

/* All of a data set that the program wrote, of `size` bytes; to be freed. */
static void *read_set(const char *run, const char *set, hid_t type, size_t size)
{
    hid_t file = H5Fopen(in_folder(run, ".h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t data = H5Dopen2(file, set, H5P_DEFAULT);
    hid_t space = H5Dget_space(data);
    assert_int_equal(H5Sget_simple_extent_npoints(space) * H5Tget_size(type),
                     size);
    void *out = malloc(size);
    assert_non_null(out);
    assert_true(H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0);
    H5Sclose(space);
    H5Dclose(data);
    H5Fclose(file);
    return out;
}

/* --- Bits. */

/* What data.transform did is undone, in numbers and in bytes. */
static void samples_are_in_the_units_of_the_data(void **state)
{
    (void)state;
    static const char config[] =
        "task: vae\n"
        "data: {uri: 'glyphs?count=100', image: [8, 8, 1],\n"
        "       transform: [log: 1, standardize: value]}\n"
        "model:\n"
        "  latent: 4\n"
        "  encoder: [flatten, dense: {units: 8}]\n"
        "  decoder: [dense: {units: 64}, reshape: {shape: [8, 8, 1]}]\n"
        "train: {batch: 24, steps: 4, shards: 4}\n";
    double low, high;
    assert_int_equal(make_run("values", config, ""), 0);
    gentrain_model *model = open_run("values");
    size_t count = COUNT * size_of(model, GENTRAIN_SAMPLE);
    float *samples = sample_all(model), most = 0;
    uint8_t *bytes = room(count, 1), *turned = room(count, 1);
    uint8_t *theirs = read_set("values", "/images", H5T_NATIVE_UINT8, count);
    assert_int_equal(gentrain_sample_bytes(model, SEED, 0, COUNT, bytes),
                     GENTRAIN_OK);
    assert_int_equal(gentrain_to_bytes(model, samples, COUNT, turned),
                     GENTRAIN_OK);
    assert_memory_equal(bytes, theirs, count);
    assert_memory_equal(turned, theirs, count);
    for (size_t i = 0; i < count; i++)
        most = fmaxf(most, samples[i]);
    assert_true(most > 5);
    gentrain_range(model, &low, &high);
    assert_true(low == 0 && high == 255);
    free(samples);
    free(bytes);
    free(turned);
    free(theirs);
    gentrain_close(model);
}

static void check_bits(const trained *run)
{
    gentrain_model *model = open_run(run->name);
    size_t count = COUNT * size_of(model, GENTRAIN_SAMPLE);
    float *samples = sample_all(model);
    if (run->kind == GENTRAIN_POINTS) {
        float *theirs = read_set(run->name, "/points", H5T_NATIVE_FLOAT,
                                 count * sizeof *theirs);
        assert_memory_equal(samples, theirs, count * sizeof *theirs);
        free(theirs);
    } else {
        uint8_t *bytes = room(count, 1), *turned = room(count, 1);
        uint8_t *theirs =
            read_set(run->name, "/images", H5T_NATIVE_UINT8, count);
        assert_int_equal(gentrain_sample_bytes(model, SEED, 0, COUNT, bytes),
                         GENTRAIN_OK);
        assert_int_equal(gentrain_to_bytes(model, samples, COUNT, turned),
                         GENTRAIN_OK);
        assert_memory_equal(bytes, theirs, count);
        assert_memory_equal(turned, theirs, count);
        free(bytes);
        free(turned);
        free(theirs);
    }
    free(samples);
    gentrain_close(model);
}

static void samples_have_the_bits_of_the_program(void **state)
{
    (void)state;
    for (int i = 0; i < RUNS; i++)
        check_bits(&runs[i]);
}

static void latents_have_the_bits_of_the_program(void **state)
{
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        gentrain_model *model = open_run(runs[i].name);
        size_t size = size_of(model, GENTRAIN_LATENT);
        float *latents = room(COUNT * size, sizeof *latents);
        float *theirs = read_set(runs[i].name, "/latents", H5T_NATIVE_FLOAT,
                                 COUNT * size * sizeof *theirs);
        assert_int_equal(gentrain_latents(model, SEED, 0, COUNT, latents),
                         GENTRAIN_OK);
        assert_memory_equal(latents, theirs, COUNT * size * sizeof *theirs);
        assert_int_equal(gentrain_latents(model, SEED, 70, 3, latents),
                         GENTRAIN_OK);
        assert_memory_equal(latents, theirs + 70 * size,
                            3 * size * sizeof *theirs);
        free(latents);
        free(theirs);
        gentrain_close(model);
    }
}

/* Samples from .. to - 1, `step` at a time, backwards in the second half of the
 * seeds, so that blocks are left and come back. */
static void check_partition(gentrain_model *model, const float *whole, int step)
{
    size_t size = size_of(model, GENTRAIN_SAMPLE);
    float *part = room((size_t)step * size, sizeof *part);
    for (int backwards = 0; backwards < 2; backwards++)
        for (int i = 0; i < COUNT; i += step) {
            int first = backwards ? (COUNT - 1 - i) / step * step : i;
            int n = COUNT - first < step ? COUNT - first : step;
            assert_int_equal(gentrain_sample(model, SEED, first, n, part),
                             GENTRAIN_OK);
            assert_memory_equal(part, whole + (size_t)first * size,
                                (size_t)n * size * sizeof *part);
        }
    free(part);
}

static void any_partition_gives_the_same_bits(void **state)
{
    (void)state;
    static const int steps[] = {1, 7, 63, 64, 65, 100};
    for (int i = 0; i < RUNS; i++) {
        gentrain_model *model = open_run(runs[i].name);
        float *whole = sample_all(model);
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
            check_partition(model, whole, steps[k]);
        free(whole);
        gentrain_close(model);
    }
}

static void other_seeds_and_numbers_give_other_samples(void **state)
{
    (void)state;
    gentrain_model *model = open_run("points");
    float a[2], b[2], c[2], far[2];
    assert_int_equal(gentrain_sample(model, 1, 0, 1, a), GENTRAIN_OK);
    assert_int_equal(gentrain_sample(model, 2, 0, 1, b), GENTRAIN_OK);
    assert_int_equal(gentrain_sample(model, 1, 64, 1, c), GENTRAIN_OK);
    assert_int_equal(gentrain_sample(model, 1, GENTRAIN_MAX_SAMPLE - 1, 1, far),
                     GENTRAIN_OK);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    assert_memory_not_equal(a, far, sizeof a);
    gentrain_close(model);
}

static void decoded_latents_are_the_samples(void **state)
{
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        gentrain_model *model = open_run(runs[i].name);
        size_t size = size_of(model, GENTRAIN_SAMPLE);
        float *whole = sample_all(model);
        float *made = room(COUNT * size, sizeof *made);
        float *latents =
            room(COUNT * size_of(model, GENTRAIN_LATENT), sizeof *latents);
        gentrain_latents(model, SEED, 0, COUNT, latents);
        assert_int_equal(gentrain_decode(model, latents, COUNT, made),
                         GENTRAIN_OK);
        assert_memory_equal(made, whole, COUNT * size * sizeof *made);
        /* At another place in its block, a sample is still that sample. */
        size_t skip = 5 * size_of(model, GENTRAIN_LATENT);
        int32_t labels[20];
        for (int k = 0; k < 20; k++)
            labels[k] = (5 + k) % 10;
        assert_int_equal(
            gentrain_decode_given(model, latents + skip, 20,
                                  gentrain_classes(model) ? labels : NULL, NULL,
                                  made),
            GENTRAIN_OK);
        for (size_t k = 0; k < 20 * size; k++)
            assert_true(fabsf(made[k] - whole[5 * size + k]) < 1e-5f);
        /* And what was held of a seed is not taken from there. */
        check_partition(model, whole, 64);
        free(whole);
        free(made);
        free(latents);
        gentrain_close(model);
    }
}

static void two_models_do_not_disturb_each_other(void **state)
{
    (void)state;
    gentrain_model *a = open_run("gan"), *b = open_run("vae");
    float *whole_a = sample_all(a), *whole_b = sample_all(b);
    size_t size_a = size_of(a, GENTRAIN_SAMPLE);
    size_t size_b = size_of(b, GENTRAIN_SAMPLE);
    float *x = room(size_a + size_b, sizeof *x);
    for (int i = 0; i < COUNT; i += 30) {
        gentrain_sample(a, SEED, i, 1, x);
        assert_memory_equal(x, whole_a + (size_t)i * size_a,
                            size_a * sizeof *x);
        gentrain_sample(b, SEED, i, 1, x);
        assert_memory_equal(x, whole_b + (size_t)i * size_b,
                            size_b * sizeof *x);
    }
    gentrain_close(a);
    check_partition(b, whole_b, 64);
    gentrain_close(b);
    free(whole_a);
    free(whole_b);
    free(x);
}

/* --- Threads. */

typedef struct worker {
    pthread_t id;
    const trained *run;
    const float *whole;
    bool same;
} worker;

static void *work(void *context)
{
    worker *w = context;
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, w->run->name);
    w->same = true;
    for (int round = 0; round < 3; round++) {
        gentrain_model *model;
        if (gentrain_open(&model, path) != GENTRAIN_OK) {
            w->same = false;
            break;
        }
        size_t size = COUNT * size_of(model, GENTRAIN_SAMPLE);
        float *samples = malloc(size * sizeof *samples);
        w->same =
            samples && w->same &&
            gentrain_sample(model, SEED, 0, COUNT, samples) == GENTRAIN_OK &&
            !memcmp(samples, w->whole, size * sizeof *samples);
        free(samples);
        gentrain_close(model);
    }
    return NULL;
}

static void threads_with_models_of_their_own_give_the_same_bits(void **state)
{
    (void)state;
    enum { WORKERS = 2 * RUNS };
    worker workers[WORKERS];
    float *whole[RUNS];
    for (int i = 0; i < RUNS; i++) {
        gentrain_model *model = open_run(runs[i].name);
        whole[i] = sample_all(model);
        gentrain_close(model);
    }
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (worker){.run = &runs[i % RUNS], .whole = whole[i % RUNS]};
        assert_int_equal(
            pthread_create(&workers[i].id, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i].id, NULL);
    for (int i = 0; i < WORKERS; i++)
        assert_true(workers[i].same);
    for (int i = 0; i < RUNS; i++)
        free(whole[i]);
}

static void *fail_elsewhere(void *text)
{
    gentrain_model *model;
    gentrain_open(&model, "/elsewhere");
    snprintf(text, 256, "%s", gentrain_message());
    return NULL;
}

static void messages_belong_to_their_thread(void **state)
{
    (void)state;
    gentrain_model *model;
    char elsewhere[256] = "";
    pthread_t other;
    assert_int_equal(gentrain_open(&model, "/here"), GENTRAIN_ERR_IO);
    pthread_create(&other, NULL, fail_elsewhere, elsewhere);
    pthread_join(other, NULL);
    assert_non_null(strstr(elsewhere, "/elsewhere"));
    assert_non_null(strstr(gentrain_message(), "/here"));
}

/* --- The process is the caller's. */

static void the_callers_blas_threads_come_back(void **state)
{
    (void)state;
    int (*get)(void) = NULL;
    void (*set)(int) = NULL;
    *(void **)&get = dlsym(RTLD_DEFAULT, "openblas_get_num_threads");
    *(void **)&set = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
    if (!get || !set)
        skip();
    int before = get();
    set(2);
    int asked = get(); /* a BLAS without threads has 1 */
    gentrain_model *model = open_run("gan");
    float *whole = sample_all(model);
    assert_int_equal(get(), asked);
    set(before);
    gentrain_model *same = open_run("gan");
    check_partition(same, whole, COUNT); /* threads make no difference */
    free(whole);
    gentrain_close(same);
    gentrain_close(model);
}

static herr_t report_nothing(hid_t stack, void *context)
{
    (void)stack;
    (void)context;
    return 0;
}

static void the_callers_reports_of_hdf5_come_back(void **state)
{
    (void)state;
    H5E_auto2_t before, after;
    void *with, *context = &with;
    H5Eget_auto2(H5E_DEFAULT, &before, &with);
    H5Eset_auto2(H5E_DEFAULT, report_nothing, context);
    gentrain_close(open_run("gan"));
    H5Eget_auto2(H5E_DEFAULT, &after, &context);
    assert_true(after == report_nothing && context == &with);
    H5Eset_auto2(H5E_DEFAULT, before, with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_have_the_bits_of_the_program),
        cmocka_unit_test(samples_are_in_the_units_of_the_data),
        cmocka_unit_test(latents_have_the_bits_of_the_program),
        cmocka_unit_test(any_partition_gives_the_same_bits),
        cmocka_unit_test(other_seeds_and_numbers_give_other_samples),
        cmocka_unit_test(decoded_latents_are_the_samples),
        cmocka_unit_test(two_models_do_not_disturb_each_other),
        cmocka_unit_test(threads_with_models_of_their_own_give_the_same_bits),
        cmocka_unit_test(messages_belong_to_their_thread),
        cmocka_unit_test(the_callers_blas_threads_come_back),
        cmocka_unit_test(the_callers_reports_of_hdf5_come_back),
    };
    return cmocka_run_group_tests(tests, make_runs, remove_runs);
}
