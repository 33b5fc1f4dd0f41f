/* What a person asks samples to be made with: labels, conditions and latents in
 * words and in files, and what is refused of them. */
#include "configs.h"
#include "scratch.h"

#include "store/h5file.h"
#include "store/h5write.h"
#include "train/given.h"

#include <math.h>

/* Ten classes, conditions slant and size; or none of both. */
static const char conditional_text[] =
    "task: vae\n"
    "data: {uri: glyphs, image: [28, 28, 1], range: unit, classes: 10,\n"
    "       conditions: [slant, size]}\n"
    "model:\n"
    "  latent: 2\n"
    "  likelihood: bernoulli\n"
    "  encoder: [flatten, dense: {units: 4}]\n"
    "  decoder: [dense: {units: 784}, reshape: {shape: [28, 28, 1]}]\n"
    "train: {steps: 3}\n";

static gt_given given;

static gt_status read_given(const char *text, gt_given_options options)
{
    gt_comm comm = gt_comm_solo();
    gt_config *config = parsed(text, NULL);
    gt_status status =
        gt_given_read(&given, &comm, config, "runs/x", &options, 30);
    gt_config_free(config);
    return status;
}

static void assert_refused(const char *text, gt_given_options options,
                           gt_status expected, const char *words)
{
    assert_fails(read_given(text, options), expected, words);
    gt_given_free(&given);
}

/* Whether the labels of `label` are those in `list`, which ends with -1. */
static void assert_labels(const char *label, const int *list)
{
    assert_ok(
        read_given(conditional_text,
                   (gt_given_options){.label = label, .condition = "0,0"}));
    int n = 0;
    for (; list[n] >= 0; n++)
        assert_int_equal(given.list ? given.list[n % given.period]
                                    : n % given.period,
                         list[n]);
    assert_int_equal(given.count, 30);
    gt_given_free(&given);
}

static void labels_take_turns(void **state)
{
    (void)state;
    static const int all[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, -1};
    assert_labels(NULL, all);
    assert_labels("all", all);
    assert_labels("7", (int[]){7, 7, 7, -1});
    assert_labels("3,5,7", (int[]){3, 5, 7, 3, 5, -1});
    assert_labels("9,0", (int[]){9, 0, 9, 0, -1});
}

static void what_is_no_label_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"10", "are 0 to 9, as its data.classes is 10"},
        {"-1", "are 0 to 9"},
        {"3,99999999999999999999", "are 0 to 9"},
        {"", "give labels as numbers"},
        {"3,", "give labels as numbers"},
        {",3", "give labels as numbers"},
        {"3;5", "give labels as numbers"},
        {"7x", "give labels as numbers"},
        {" 7", "give labels as numbers"},
        {"+7", "give labels as numbers"},
        {"-", "give labels as numbers"},
        {"seven", "--label seven"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(
            conditional_text,
            (gt_given_options){.label = cases[i].text, .condition = "0,0"},
            GT_ERR_USAGE, cases[i].words);
}

static void assert_condition(const char *text, double slant, double size)
{
    assert_ok(
        read_given(conditional_text, (gt_given_options){.condition = text}));
    assert_int_equal(given.columns, 2);
    assert_false(given.rows);
    assert_true(fabs((double)given.condition[0] - slant) < 1e-6);
    assert_true(fabs((double)given.condition[1] - size) < 1e-6);
    gt_given_free(&given);
}

static void conditions_are_given_in_order_or_by_name(void **state)
{
    (void)state;
    assert_condition("0.5,1.2", 0.5, 1.2);
    assert_condition("-1e-1,+.5", -0.1, 0.5);
    assert_condition("slant=0.5,size=1.2", 0.5, 1.2);
    assert_condition("size=1.2,slant=0.5", 0.5, 1.2);
    assert_condition("0.5,size=2", 0.5, 2);
}

static void what_is_no_condition_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"0.5", "1 value, but the model takes 2, in this order: slant, size"},
        {"1,2,3", "3 values, but the model takes 2"},
        {"", "1 value, but"},
        {"0.5,", "'' is not a number"},
        {"0.5,a", "'a' is not a number"},
        {"0x1,2", "'0x1' is not a number"},
        {"nan,2", "'nan' is not a number"},
        {"1e999,2", "'1e999' is too large"},
        {"slant=1,pen=2", "'pen' is none of the model's conditions: slant, "
                          "size"},
        {"slant=1,slant=2", "slant is given twice"},
        {"size=1,2", "size is given twice"},
        {"=1,2", "'' is none of"},
        {"slant=,size=1", "'' is not a number"},
        {"slant=1=2,size=1", "'1=2' is not a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(conditional_text,
                       (gt_given_options){.condition = cases[i].text},
                       GT_ERR_USAGE, cases[i].words);
    assert_refused(conditional_text, (gt_given_options){0}, GT_ERR_USAGE,
                   "give --condition slant=VALUE,size=VALUE, or --conditions");
}

static void a_model_without_them_takes_none(void **state)
{
    (void)state;
    assert_refused(vae_text, (gt_given_options){.label = "7"}, GT_ERR_USAGE,
                   "runs/x knows no labels, as its data.classes is 0");
    assert_refused(vae_text, (gt_given_options){.label = "all"}, GT_ERR_USAGE,
                   "leave --label out");
    assert_refused(vae_text, (gt_given_options){.condition = "7"}, GT_ERR_USAGE,
                   "--condition 7: runs/x knows no conditions");
    assert_refused(vae_text, (gt_given_options){.conditions = "c.h5"},
                   GT_ERR_USAGE, "--conditions c.h5: runs/x knows no");
    assert_ok(read_given(vae_text, (gt_given_options){0}));
    assert_int_equal(given.period, 0);
    assert_int_equal(given.columns, 0);
    gt_given_free(&given);
}

static void write_rows(const char *file, const char *set, size_t rows)
{
    gt_real values[2 * 40];
    gt_h5 *f;
    for (int i = 0; i < 2 * 40; i++)
        values[i] = (gt_real)i / 8;
    assert_ok(gt_h5_create(&f, in_scratch(file)));
    assert_ok(gt_h5_write(f, set, GT_H5_REAL, 2, (size_t[]){rows, 2}, values));
    assert_ok(gt_h5_commit(f));
}

static void rows_of_a_file_say_how_many_samples(void **state)
{
    (void)state;
    write_rows("c.h5", "/conditions", 40);
    write_rows("z.h5", "/latents", 40);
    write_rows("few.h5", "/latents", 39);
    gt_given_options options = {.conditions = in_scratch("c.h5"),
                                .latents = in_scratch("z.h5")};
    assert_ok(read_given(conditional_text, options));
    assert_int_equal(given.count, 40);
    assert_true(given.rows);
    for (int i = 0; i < 2 * 40; i++) {
        assert_true(given.row[i] == (gt_real)i / 8);
        assert_true(given.latents[i] == (gt_real)i / 8);
    }
    gt_given_free(&given);
    options.latents = NULL;
    assert_ok(read_given(conditional_text, options));
    assert_int_equal(given.count, 40);
    assert_null(given.latents);
    gt_given_free(&given);
    options.latents = in_scratch("few.h5");
    assert_refused(conditional_text, options, GT_ERR_USAGE,
                   "c.h5 has 40 rows, but");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(labels_take_turns),
        each(what_is_no_label_is_refused),
        each(conditions_are_given_in_order_or_by_name),
        each(what_is_no_condition_is_refused),
        each(a_model_without_them_takes_none),
        each(rows_of_a_file_say_how_many_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
