/* What libgentrain says of a model, and what it refuses, with a code, a message
 * and not a word on the standard streams. */
#include "api_runs.h"

#include <fcntl.h>
#include <hdf5.h>
#include <locale.h>

/* Everything a process says on its standard streams from begin to end. */
static int streams[2];

static void begin_listening(void)
{
    int said = open(in_folder("said", ""), O_CREAT | O_TRUNC | O_RDWR, 0600);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        streams[i] = dup(i + 1);
        dup2(said, i + 1);
    }
    close(said);
}

static void assert_silence(void)
{
    fflush(NULL);
    off_t said = lseek(2, 0, SEEK_CUR);
    for (int i = 0; i < 2; i++) {
        dup2(streams[i], i + 1);
        close(streams[i]);
    }
    assert_int_equal(said, 0);
}

static void must(const char *arguments)
{
    if (run_program(arguments) != 0)
        fail_msg("gentrain %s fails in %s", arguments, folder);
}

/* --- What a model is. */

static void a_model_says_what_it_is(void **state)
{
    (void)state;
    assert_string_equal(gentrain_version(), GENTRAIN_VERSION);
    for (int i = 0; i < RUNS; i++) {
        const trained *run = &runs[i];
        gentrain_model *model = open_run(run->name);
        int64_t shape[GENTRAIN_MAX_RANK];
        double low, high;
        assert_int_equal(gentrain_sample_kind(model), run->kind);
        assert_int_equal(gentrain_shape(model, GENTRAIN_SAMPLE, shape),
                         run->rank);
        assert_memory_equal(shape, run->shape,
                            (size_t)run->rank * sizeof *shape);
        assert_int_equal(gentrain_shape(model, GENTRAIN_LATENT, shape), 3);
        assert_int_equal(shape[2], run->latent);
        assert_int_equal(gentrain_values(model, GENTRAIN_LATENT), run->latent);
        assert_int_equal(gentrain_shape(model, (gentrain_array)99, shape), 0);
        assert_int_equal(gentrain_values(model, (gentrain_array)99), 0);
        gentrain_range(model, &low, &high);
        assert_true(low == run->low);
        assert_true(high == (run->kind == GENTRAIN_IMAGES));
        assert_memory_equal(run->config + strlen("task: "),
                            gentrain_task(model), strlen(gentrain_task(model)));
        assert_int_equal(gentrain_step(model), 4);
        assert_int_equal(gentrain_training_seed(model), 5);
        assert_non_null(strstr(gentrain_config(model), "steps: 4"));
        assert_non_null(strstr(gentrain_path(model), "step-00000004.h5"));
        assert_string_equal(gentrain_warning(model), "");
        gentrain_close(model);
    }
}

static void the_fingerprint_is_that_of_the_program(void **state)
{
    (void)state;
    must("inspect gan");
    char command[256];
    gentrain_model *model = open_run("gan");
    assert_true(strlen(gentrain_fingerprint(model)) > 8);
    snprintf(command, sizeof command, "grep -q %s %s",
             gentrain_fingerprint(model), in_folder("out.txt", ""));
    assert_int_equal(system(command), 0);
    gentrain_close(model);
}

static void a_checkpoint_is_opened_as_well_as_its_run(void **state)
{
    (void)state;
    gentrain_model *model;
    const char *path = in_folder("gan", "/checkpoints/step-00000002.h5");
    assert_int_equal(gentrain_open(&model, path), GENTRAIN_OK);
    assert_int_equal(gentrain_step(model), 2);
    assert_string_equal(gentrain_path(model), path);
    gentrain_close(model);
}

/* --- Failures. */

static void assert_refused(const char *path, gentrain_status status,
                           const char *part)
{
    gentrain_model *model = (gentrain_model *)&model;
    begin_listening();
    gentrain_status got = gentrain_open(&model, path);
    assert_silence();
    assert_int_equal(got, status);
    assert_null(model);
    if (!strstr(gentrain_message(), part))
        fail_msg("the message '%s' lacks '%s'", gentrain_message(), part);
    assert_null(strchr(gentrain_message(), '\n'));
}

static void copy(const char *from, const char *to)
{
    char command[600];
    snprintf(command, sizeof command, "cp -r %s %s", from, to);
    assert_int_equal(system(command), 0);
}

/* Flip a byte in the middle of a file, or cut it off there. */
static void damage(const char *path, bool cut)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long middle = ftell(file) / 2;
    if (cut) {
        assert_int_equal(ftruncate(fileno(file), middle), 0);
    } else {
        fseek(file, middle, SEEK_SET);
        int byte = fgetc(file);
        fseek(file, middle, SEEK_SET);
        fputc(byte ^ 0x55, file);
    }
    assert_int_equal(fclose(file), 0);
}

static void what_is_no_model_is_refused(void **state)
{
    (void)state;
    assert_refused(NULL, GENTRAIN_ERR_USAGE, "no run directory");
    assert_refused("", GENTRAIN_ERR_USAGE, "no run directory");
    assert_refused("/nowhere", GENTRAIN_ERR_IO, "/nowhere");
    assert_refused(folder, GENTRAIN_ERR_IO, "is not a run");
    assert_refused(in_folder("gan", ".yaml"), GENTRAIN_ERR_FORMAT,
                   "not an HDF5 file");
    assert_refused(in_folder("gan", ".h5"), GENTRAIN_ERR_FORMAT,
                   "not a gentrain checkpoint");
    gentrain_close(NULL);
}

static void a_model_that_makes_no_samples_is_refused(void **state)
{
    (void)state;
    const char *path = in_folder("classifier", ".yaml");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("task: classifier\n"
          "data: {uri: ring, image: 2, classes: 8}\n"
          "model: {classifier: [dense: {units: 8}]}\n"
          "train: {batch: 24, steps: 2, shards: 4}\n",
          file);
    assert_int_equal(fclose(file), 0);
    must("train classifier.yaml --quiet --out classifier");
    assert_refused(in_folder("classifier", ""), GENTRAIN_ERR_MISMATCH,
                   "of task: classifier, which makes no samples");
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    const char *good = in_folder("gan", "/checkpoints/step-00000004.h5");
    for (int cut = 0; cut < 2; cut++) {
        const char *bad = in_folder("bad", cut ? "1.h5" : "0.h5");
        copy(good, bad);
        damage(bad, cut);
        assert_refused(bad, GENTRAIN_ERR_FORMAT, bad);
    }
}

/* A copy of a checkpoint without its digest and without one of its objects. */
static hid_t copy_without(const char *name, const char *object)
{
    char command[600];
    if (system("command -v h5unjam >/dev/null") != 0)
        skip();
    snprintf(command, sizeof command, "h5unjam --delete -i %s -o %s",
             in_folder("gan", "/checkpoints/step-00000004.h5"),
             in_folder(name, ""));
    assert_int_equal(system(command), 0);
    hid_t file = H5Fopen(in_folder(name, ""), H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(file >= 0);
    assert_true(H5Ldelete(file, object, H5P_DEFAULT) >= 0);
    return file;
}

static void weights_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    H5Fclose(copy_without("fewer.h5", "/ema/generator/00_dense/weight"));
    assert_refused(in_folder("fewer.h5", ""), GENTRAIN_ERR_MISMATCH,
                   "generator/00_dense/weight");
}

static void a_configuration_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char text[] = "task: gan\nnonsense: 1\n";
    hid_t file = copy_without("strange.h5", "/config");
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, sizeof text);
    hid_t data = H5Dcreate2(file, "/config", type, space, H5P_DEFAULT,
                            H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) >= 0);
    H5Dclose(data);
    H5Sclose(space);
    H5Tclose(type);
    H5Fclose(file);
    assert_refused(in_folder("strange.h5", ""), GENTRAIN_ERR_CONFIG,
                   "nonsense");
}

static void a_run_falls_back_on_an_older_checkpoint(void **state)
{
    (void)state;
    const char *newest = "/checkpoints/step-00000004.h5";
    copy(in_folder("vae", ""), in_folder("hurt", ""));
    damage(in_folder("hurt", newest), false);
    begin_listening();
    gentrain_model *model = open_run("hurt");
    assert_silence();
    assert_int_equal(gentrain_step(model), 2);
    assert_non_null(strstr(gentrain_warning(model), newest));
    gentrain_close(model);
    damage(in_folder("hurt", "/checkpoints/step-00000002.h5"), true);
    assert_refused(in_folder("hurt", ""), GENTRAIN_ERR_FORMAT,
                   "no good checkpoint");
}

#define assert_usage(call)                                                     \
    do {                                                                       \
        assert_int_equal(call, GENTRAIN_ERR_USAGE);                            \
        assert_true(strlen(gentrain_message()) > 0);                           \
    } while (0)

static void requests_out_of_range_are_refused(void **state)
{
    (void)state;
    gentrain_model *model = open_run("gan"), *points = open_run("points");
    float *x = sample_all(model);
    uint8_t byte;
    begin_listening();
    assert_usage(gentrain_sample(model, -1, 0, 1, x));
    assert_usage(gentrain_sample(model, 1, -1, 1, x));
    assert_usage(gentrain_sample(model, 1, 0, -1, x));
    assert_usage(gentrain_sample(model, 1, 0, 1, NULL));
    assert_usage(gentrain_sample(model, 1, GENTRAIN_MAX_SAMPLE, 1, x));
    assert_usage(gentrain_sample(model, 1, INT64_MAX, INT64_MAX, x));
    assert_usage(gentrain_sample(model, 1, 1, INT64_MAX, x));
    assert_usage(gentrain_sample(model, 1, 0, GENTRAIN_MAX_SAMPLE, NULL));
    assert_usage(gentrain_sample_bytes(model, 1, 0, -1, &byte));
    assert_usage(gentrain_sample_bytes(model, 1, 0, 1, NULL));
    assert_usage(gentrain_sample_bytes(points, 1, 0, 1, &byte));
    assert_usage(gentrain_to_bytes(points, x, 1, &byte));
    assert_usage(gentrain_to_bytes(model, NULL, 1, &byte));
    assert_usage(gentrain_to_bytes(model, x, -1, &byte));
    assert_usage(gentrain_latents(model, -1, 0, 1, x));
    assert_usage(gentrain_latents(model, 1, 0, 1, NULL));
    assert_usage(gentrain_decode(model, NULL, 1, x));
    assert_usage(gentrain_decode(model, x, 1, NULL));
    assert_usage(gentrain_decode(model, x, -1, x));
    assert_usage(gentrain_decode(model, x, INT64_MAX, x));
    assert_silence();
    free(x);
    gentrain_close(model);
    gentrain_close(points);
}

static void nothing_asked_for_is_nothing_done(void **state)
{
    (void)state;
    gentrain_model *model = open_run("gan");
    assert_int_equal(gentrain_sample(model, 1, 0, 0, NULL), GENTRAIN_OK);
    assert_int_equal(gentrain_sample_bytes(model, 1, 0, 0, NULL), GENTRAIN_OK);
    assert_int_equal(gentrain_latents(model, 1, 0, 0, NULL), GENTRAIN_OK);
    assert_int_equal(gentrain_decode(model, NULL, 0, NULL), GENTRAIN_OK);
    assert_int_equal(gentrain_to_bytes(model, NULL, 0, NULL), GENTRAIN_OK);
    assert_int_equal(gentrain_sample(model, 1, GENTRAIN_MAX_SAMPLE, 0, NULL),
                     GENTRAIN_OK);
    gentrain_close(model);
}

/* In a locale with a decimal comma, which is made here. */
static void the_locale_of_the_process_changes_nothing(void **state)
{
    (void)state;
    char command[300];
    gentrain_model *model;
    float here[144], there[144];
    assert_int_equal(gentrain_open(&model, in_folder("gan", "")), GENTRAIN_OK);
    assert_int_equal(gentrain_sample(model, SEED, 3, 1, here), GENTRAIN_OK);
    gentrain_close(model);

    snprintf(command, sizeof command,
             "localedef -i de_DE -f UTF-8 %s >/dev/null 2>&1",
             in_folder("de_DE.UTF-8", ""));
    setenv("LOCPATH", folder, 1);
    if (system(command) == -1 || !setlocale(LC_ALL, "de_DE.UTF-8")) {
        print_message("skipped: localedef cannot make de_DE\n");
        skip();
    }
    assert_string_equal(localeconv()->decimal_point, ",");
    int opened = gentrain_open(&model, in_folder("gan", ""));
    assert_string_equal(localeconv()->decimal_point, ",");
    setlocale(LC_ALL, "C");
    if (opened != GENTRAIN_OK)
        fail_msg("%s", gentrain_message());
    assert_int_equal(gentrain_sample(model, SEED, 3, 1, there), GENTRAIN_OK);
    assert_memory_equal(here, there, sizeof here);
    gentrain_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_says_what_it_is),
        cmocka_unit_test(the_fingerprint_is_that_of_the_program),
        cmocka_unit_test(a_checkpoint_is_opened_as_well_as_its_run),
        cmocka_unit_test(what_is_no_model_is_refused),
        cmocka_unit_test(a_model_that_makes_no_samples_is_refused),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(weights_that_do_not_fit_are_refused),
        cmocka_unit_test(a_configuration_that_is_none_is_refused),
        cmocka_unit_test(a_run_falls_back_on_an_older_checkpoint),
        cmocka_unit_test(requests_out_of_range_are_refused),
        cmocka_unit_test(nothing_asked_for_is_nothing_done),
        cmocka_unit_test(the_locale_of_the_process_changes_nothing),
    };
    return cmocka_run_group_tests(tests, make_runs, remove_runs);
}
