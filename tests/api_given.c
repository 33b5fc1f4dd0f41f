/* Labels and conditions in libgentrain: what a model says it takes, samples
 * that are made with some, compared with those of the program, and what is
 * refused.
 */
#include "api_runs.h"

#include <hdf5.h>
#include <math.h>

static const char both_text[] =
    "task: gan\n"
    "data: {uri: 'shapes?count=100', image: [8, 8, 1], classes: 8,\n"
    "       conditions: [turn, size]}\n"
    "model:\n"
    "  latent: 5\n"
    "  generator: [dense: {units: 32, from: [z, label, condition]}, relu,\n"
    "              dense: {units: 64}, tanh, reshape: {shape: [8, 8, 1]}]\n"
    "  discriminator:\n"
    "    - conv2d: {filters: 4, kernel: 3, from: [x, label, condition]}\n"
    "    - flatten\n"
    "    - dense: {units: 1}\n"
    "train: {batch: 24, steps: 4, shards: 4, seed: 5}\n"
    "output: {checkpoint_every: 2, sample_count: 4}\n";

enum { PIXELS = 64, COLUMNS = 2 };

static const trained *run_named(const char *name)
{
    for (int i = 0; i < RUNS; i++)
        if (!strcmp(runs[i].name, name))
            return &runs[i];
    return NULL;
}

/* A model with both, sampled with labels and conditions; one with labels. */
static int make_given_runs(void **state)
{
    (void)state;
    int status = make_folder();
    if (status == 0)
        status = make_run("both", both_text, "--label 2,7 --condition 0.1,0.3");
    if (status == 0)
        status = make_run("labels", run_named("labels")->config, "");
    return status == 0 ? make_run("gan", run_named("gan")->config, "") : status;
}

static void a_model_says_what_it_takes(void **state)
{
    (void)state;
    gentrain_model *both = open_run("both"), *labels = open_run("labels");
    gentrain_model *neither = open_run("gan");
    assert_int_equal(gentrain_classes(both), 8);
    assert_int_equal(gentrain_conditions(both), 2);
    assert_string_equal(gentrain_condition_name(both, 0), "turn");
    assert_string_equal(gentrain_condition_name(both, 1), "size");
    assert_null(gentrain_condition_name(both, 2));
    assert_null(gentrain_condition_name(both, -1));
    assert_int_equal(gentrain_classes(labels), 10);
    assert_int_equal(gentrain_conditions(labels), 0);
    assert_int_equal(gentrain_classes(neither), 0);
    assert_int_equal(gentrain_conditions(neither), 0);
    assert_null(gentrain_condition_name(neither, 0));
    gentrain_close(both);
    gentrain_close(labels);
    gentrain_close(neither);
}

/* What the program was given for `both`. */
static void fill_given(int32_t *labels, float *conditions, int first, int n)
{
    for (int i = 0; i < n; i++) {
        labels[i] = (first + i) % 2 ? 7 : 2;
        conditions[COLUMNS * i] = 0.1f;
        conditions[COLUMNS * i + 1] = 0.3f;
    }
}

static uint8_t *images_of_the_program(const char *run)
{
    uint8_t *images = room(COUNT * PIXELS, 1);
    hid_t file = H5Fopen(in_folder(run, ".h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t set = H5Dopen2(file, "/images", H5P_DEFAULT);
    assert_true(H5Dread(set, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                        images) >= 0);
    H5Dclose(set);
    H5Fclose(file);
    return images;
}

static void given_samples_have_the_bits_of_the_program(void **state)
{
    (void)state;
    int32_t labels[COUNT];
    float conditions[COUNT * COLUMNS], *samples, *latents, *decoded;
    uint8_t bytes[COUNT * PIXELS], *theirs = images_of_the_program("both");
    gentrain_model *model = open_run("both");
    samples = room(COUNT * PIXELS, sizeof *samples);
    decoded = room(COUNT * PIXELS, sizeof *decoded);
    latents = room(COUNT * size_of(model, GENTRAIN_LATENT), sizeof *latents);
    fill_given(labels, conditions, 0, COUNT);
    assert_int_equal(gentrain_sample_given(model, SEED, 0, COUNT, labels,
                                           conditions, samples),
                     GENTRAIN_OK);
    assert_int_equal(gentrain_to_bytes(model, samples, COUNT, bytes),
                     GENTRAIN_OK);
    assert_memory_equal(bytes, theirs, sizeof bytes);
    gentrain_latents(model, SEED, 0, COUNT, latents);
    assert_int_equal(gentrain_decode_given(model, latents, COUNT, labels,
                                           conditions, decoded),
                     GENTRAIN_OK);
    assert_memory_equal(decoded, samples, sizeof bytes * sizeof *samples);
    free(samples);
    free(decoded);
    free(latents);
    free(theirs);
    gentrain_close(model);
}

/* Whatever was held before: other labels, other conditions, other blocks. */
static void pieces_have_the_same_bits(void **state)
{
    (void)state;
    int32_t labels[COUNT];
    float conditions[COUNT * COLUMNS], whole[COUNT * PIXELS], part[PIXELS * 7];
    gentrain_model *model = open_run("both");
    fill_given(labels, conditions, 0, COUNT);
    gentrain_sample_given(model, SEED, 0, COUNT, labels, conditions, whole);
    for (int i = 0; i + 7 <= COUNT; i += 5) {
        int32_t own[7], other[7];
        float rows[7 * COLUMNS], wrong[7 * COLUMNS];
        int first = i % 2 ? i : COUNT - 7 - i;
        fill_given(own, rows, first, 7);
        for (int k = 0; k < 7; k++)
            other[k] = (own[k] + i + k) % 8;
        for (int k = 0; k < 7 * COLUMNS; k++)
            wrong[k] = rows[k] + (float)(k % 3);
        gentrain_sample_given(model, SEED, first, 7, other, wrong, part);
        assert_memory_not_equal(part, whole + first * PIXELS, sizeof part);
        assert_int_equal(
            gentrain_sample_given(model, SEED, first, 7, own, rows, part),
            GENTRAIN_OK);
        assert_memory_equal(part, whole + first * PIXELS, sizeof part);
    }
    gentrain_close(model);
}

/* The older functions of a model with labels: sample i has label i % classes,
 * also after others were asked for. */
static void labels_take_turns_where_none_are_given(void **state)
{
    (void)state;
    int32_t turns[COUNT], sevens[COUNT];
    float whole[COUNT * PIXELS], same[COUNT * PIXELS], of_seven[COUNT * PIXELS];
    uint8_t bytes[COUNT * PIXELS], *theirs = images_of_the_program("labels");
    gentrain_model *model = open_run("labels");
    for (int i = 0; i < COUNT; i++) {
        turns[i] = i % 10;
        sevens[i] = 7;
    }
    gentrain_sample_given(model, SEED, 0, COUNT, sevens, NULL, of_seven);
    assert_int_equal(gentrain_sample(model, SEED, 0, COUNT, whole),
                     GENTRAIN_OK);
    gentrain_sample_given(model, SEED, 0, COUNT, sevens, NULL, of_seven);
    assert_int_equal(gentrain_sample_bytes(model, SEED, 0, COUNT, bytes),
                     GENTRAIN_OK);
    assert_memory_equal(bytes, theirs, sizeof bytes);
    gentrain_sample_given(model, SEED, 0, COUNT, turns, NULL, same);
    assert_memory_equal(same, whole, sizeof same);
    gentrain_sample_given(model, SEED, 0, COUNT, NULL, NULL, same);
    assert_memory_equal(same, whole, sizeof same);
    for (int i = 0; i < COUNT; i++) {
        int differs = memcmp(of_seven + i * PIXELS, whole + i * PIXELS,
                             PIXELS * sizeof *whole) != 0;
        assert_int_equal(differs, i % 10 != 7);
    }
    free(theirs);
    gentrain_close(model);
}

static void refused(gentrain_status status, const char *words)
{
    assert_int_equal(status, GENTRAIN_ERR_USAGE);
    if (!strstr(gentrain_message(), words))
        fail_msg("\"%s\" does not say \"%s\"", gentrain_message(), words);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    const int32_t fine[] = {0, 7}, high[] = {0, 8}, low[] = {-1, 0};
    float rows[] = {0, 0, 0, 0}, bad[] = {0, 0, 0, NAN}, out[2 * 12 * 12];
    const float z[2 * 8] = {0};
    uint8_t bytes[2 * PIXELS];
    gentrain_model *both = open_run("both"), *labels = open_run("labels");
    gentrain_model *neither = open_run("gan");
    refused(gentrain_sample_given(both, 1, 0, 2, high, rows, out),
            "label 8 of sample 1: the labels of the model are 0 to 7");
    refused(gentrain_sample_given(both, 1, 0, 2, low, rows, out), "label -1");
    refused(gentrain_sample_given(both, 1, 0, 2, fine, bad, out),
            "condition size of sample 1");
    refused(gentrain_sample_given(both, 1, 0, 2, fine, NULL, out),
            "makes samples of conditions, 2 for each");
    refused(gentrain_sample(both, 1, 0, 2, out), "gentrain_sample_given");
    refused(gentrain_sample_bytes(both, 1, 0, 2, bytes), "of conditions");
    refused(gentrain_decode(both, z, 2, out), "gentrain_decode_given");
    refused(gentrain_decode_given(both, z, 2, high, rows, out), "label 8");
    refused(gentrain_sample_given(labels, 1, 0, 2, fine, rows, out),
            "knows no conditions");
    refused(gentrain_sample_given(neither, 1, 0, 2, fine, NULL, out),
            "knows no labels");
    refused(gentrain_decode_given(neither, z, 2, NULL, rows, out),
            "knows no conditions");
    refused(gentrain_sample_given(labels, 1, 0, -1, NULL, NULL, out),
            "n is -1");
    assert_int_equal(gentrain_sample_given(both, 1, 0, 0, NULL, NULL, NULL),
                     GENTRAIN_OK);
    assert_int_equal(gentrain_sample_given(neither, 1, 0, 2, NULL, NULL, out),
                     GENTRAIN_OK);
    gentrain_close(both);
    gentrain_close(labels);
    gentrain_close(neither);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_says_what_it_takes),
        cmocka_unit_test(given_samples_have_the_bits_of_the_program),
        cmocka_unit_test(pieces_have_the_same_bits),
        cmocka_unit_test(labels_take_turns_where_none_are_given),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, make_given_runs, remove_runs);
}
