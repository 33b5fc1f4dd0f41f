/* data.transform: lists of steps, and that each of them undoes what it did. */
#include "configs.h"
#include "near.h"

#include "data/config.h"
#include "data/transform.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { VALUES = 600, COLUMNS = 2 };

static const gt_shape shape = {20, 10, 3};
static const gt_real energies[COLUMNS] = {0.25F, 4096};

/* A configuration with this list of steps, or one that is refused. */
static gt_config *with(const char *steps, const char *range)
{
    char text[1200];
    snprintf(text, sizeof text,
             "task: vae\n"
             "data: {uri: there, image: [20, 10, 3], range: %s,\n"
             "  conditions: [/theta, /energy], transform: %s}\n"
             "model:\n"
             "  latent: 2\n"
             "  encoder: [flatten, dense: {units: 4}]\n"
             "  decoder: [dense: {units: 600}, reshape: {shape: [20, 10, 3]}]\n"
             "train: {steps: 3}\n",
             range, steps);
    return parsed(text, NULL);
}

static void is_refused(const char *steps, const char *part)
{
    gt_config *config = NULL;
    char text[1200], set[600];
    snprintf(text, sizeof text, "%s", vae_text);
    snprintf(set, sizeof set, "data.transform=%s", steps);
    const char *sets[] = {set};
    assert_int_equal(gt_config_parse(&config, &gt_train_schema, "c.yaml", text,
                                     strlen(text), sets, 1),
                     GT_ERR_CONFIG);
    if (!strstr(gt_message(), part))
        fail_msg("%s: '%s' lacks '%s'", steps, gt_message(), part);
}

/* What a list of steps is in the resolved text. */
static void resolves_to(const char *steps, const char *lines)
{
    gt_config *config = with(steps, "unit");
    if (!strstr(config->text, lines))
        fail_msg("%s lacks\n%s", config->text, lines);
    gt_config_free(config);
}

static void steps_are_written_short_or_long(void **state)
{
    (void)state;
    const char *all = "  transform:\n"
                      "  - divide: {by: /energy}\n"
                      "  - log: {epsilon: 1e-3}\n"
                      "  - range: {low: -3, high: 7.5}\n"
                      "  - standardize: {per: all}\n"
                      "  - dequantize: {width: 1}\n";
    resolves_to("[{divide: /energy}, {log: 1e-3}, {range: [-3, 7.5]}, "
                "standardize, dequantize]",
                all);
    resolves_to("[divide: [/energy], log: {epsilon: 1e-3}, range: {low: -3, "
                "high: 7.5}, standardize: {}, dequantize: 1]",
                all);
    resolves_to("[]", "  transform: []\n");
}

static void a_set_replaces_the_list_or_a_value(void **state)
{
    (void)state;
    const char *sets[] = {"data.transform=[{log: 0.5}, {standardize: channel}]",
                          "data.transform.0.log={epsilon: 2}"};
    gt_config *config = NULL;
    assert_int_equal(gt_config_parse(&config, &gt_train_schema, "c.yaml",
                                     vae_text, strlen(vae_text), sets, 2),
                     GT_OK);
    assert_non_null(strstr(config->text, "  - log: {epsilon: 2}\n"
                                         "  - standardize: {per: channel}\n"));
    gt_config_free(config);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    is_refused("[{logg: 1}]", "did you mean \"log\"");
    is_refused("[log]", "data.transform.0.log.epsilon: missing");
    is_refused("[{log: [1, 2]}]", "2 values, but it takes at most 1");
    is_refused("[{range: [1]}]", "data.transform.0.range.high: missing");
    is_refused("[{range: [1, 1]}]", "the upper end must be above");
    is_refused("[{range: [a, 1]}]", "is not a number");
    is_refused("[{divide: /energy}]", "not among data.conditions");
    is_refused("[standardize, {log: 1}, standardize]",
               "steps 0 and 2 are both");
    is_refused("[{standardize: pixel}]", "allowed: all, channel, value");
    is_refused("{log: 1}", "expected a list of steps, such as [log: 0.001]");
    is_refused("log", "expected a list of steps");
    is_refused("[{logit: 0.5}]", "out of range");
    is_refused("[{mask: -1}]", "out of range");
    is_refused("[{dequantize: 0}]", "out of range");
    is_refused("[{binarize: often}]", "allowed: threshold, fixed, dynamic");
    is_refused("[{binarize: {at: 1.5}}]", "out of range");
}

/* --- Values. */

/* With as many figures as the steps need: mean i - 3, deviation i / 2. */
static void open(gt_transform *t, const gt_config *config, double low,
                 double high)
{
    const gt_data_config *data = gt_data_config_of(config);
    gt_values values = {.reals = true, .low = low, .high = high};
    gt_real figures[2 * VALUES];
    assert_int_equal(gt_transform_open(t, data, shape, &values), GT_OK);
    size_t n = gt_transform_groups(t);
    if (n == 0)
        return;
    gt_transform_close(t);
    for (size_t i = 0; i < n; i++) {
        figures[i] = (gt_real)i - 3;
        figures[n + i] = i % 5 ? (gt_real)i / 2 : 0;
    }
    values.figures = figures;
    values.n_figures = 2 * n;
    assert_int_equal(gt_transform_open(t, data, shape, &values), GT_OK);
    assert_int_equal(gt_transform_groups(t), 0);
}

static gt_transform_sample sample_number(uint64_t number)
{
    return (gt_transform_sample){
        .seed = 7, .number = number, .conditions = energies};
}

static void fill(gt_real *x, double low, double high, uint64_t seed)
{
    gt_rng_uniform((gt_rng){.seed = seed}, x, VALUES);
    for (int i = 0; i < VALUES; i++)
        x[i] = (gt_real)(low + (high - low) * (double)x[i]);
}

/* Values from `low` to `high` come back, to `tolerance` of the largest. */
static void comes_back(const char *steps, double low, double high,
                       double tolerance)
{
    static const char *const ranges[] = {"symmetric", "unit"};
    for (unsigned seed = 0; seed < 6; seed++) {
        gt_config *config = with(steps, ranges[seed % 2]);
        gt_transform_sample sample = sample_number(seed);
        gt_transform t;
        gt_real before[VALUES], x[VALUES];
        open(&t, config, 0, 0);
        fill(before, low, high, seed);
        before[3] = (gt_real)low;
        before[4] = (gt_real)high;
        memcpy(x, before, sizeof x);
        if (gt_transform_forward(&t, &sample, x) != GT_OK)
            fail_msg("%s: %s", steps, gt_message());
        assert_memory_not_equal(x, before, sizeof x);
        gt_transform_inverse(&t, x, energies, COLUMNS, 1, x);
        for (int i = 0; i < VALUES; i++)
            if (!(fabs((double)x[i] - (double)before[i]) <=
                  tolerance * fmax(fabs(high), fabs(low))))
                fail_msg("%s: %.9g came back as %.9g", steps, (double)before[i],
                         (double)x[i]);
        gt_transform_close(&t);
        gt_config_free(config);
    }
}

static void every_step_is_undone(void **state)
{
    (void)state;
    comes_back("[{range: [-20, 1e6]}]", -20, 1e6, 1e-6);
    comes_back("[standardize]", -20, 1e3, 1e-6);
    comes_back("[{standardize: channel}]", -20, 1e3, 1e-6);
    comes_back("[{standardize: value}]", -2e3, 1e3, 1e-6);
    comes_back("[{log: 1e-3}]", 0, 1e6, 3e-6);
    comes_back("[{logit: 1e-4}]", 0, 1, 1e-6);
    comes_back("[{divide: /energy}]", -1e6, 1e6, 1e-6);
    comes_back("[{divide: /theta}, {range: [0, 1e7]}]", 0, 1e6, 1e-6);
    comes_back("[{dequantize: 0.5}]", 0, 0, 0);
    comes_back("[{mask: 0.5}, {range: [0, 9]}]", 1, 9, 1e-6);
    comes_back("[{mask: 1e-3}, {divide: /energy}, {log: 1e-6}, "
               "{standardize: channel}]",
               1, 1e6, 2e-5);
    comes_back("[{divide: /energy}, {logit: 0.01}, {range: [-4, 4]}]", 0, 4096,
               1e-5);
}

/* Each type of step of the table was in the list above. */
static void every_step_of_the_table_is_tested(void **state)
{
    (void)state;
    static const char *const tested[] = {"range",      "standardize", "log",
                                         "logit",      "divide",      "mask",
                                         "dequantize", "binarize"};
    int n = 0;
    for (; gt_transform_variants.at(n).name; n++)
        assert_string_equal(gt_transform_variants.at(n).name, tested[n]);
    assert_int_equal(n, sizeof tested / sizeof *tested);
}

/* The slope of a list of steps at x, by differences of `forward`. */
static double slope_at(const gt_transform *t, const gt_real *at, int i)
{
    gt_transform_sample sample = sample_number(0);
    gt_real less[VALUES], more[VALUES];
    memcpy(less, at, sizeof less);
    memcpy(more, at, sizeof more);
    double h = 0.01 * fabs((double)at[i]);
    less[i] -= (gt_real)h;
    more[i] += (gt_real)h;
    h = (double)more[i] - (double)less[i];
    assert_int_equal(gt_transform_forward(t, &sample, less), GT_OK);
    assert_int_equal(gt_transform_forward(t, &sample, more), GT_OK);
    return ((double)more[i] - (double)less[i]) / h;
}

static void has_slopes(const char *steps, double low, double high)
{
    gt_config *config = with(steps, "unit");
    gt_transform_sample sample = sample_number(0);
    gt_transform t;
    gt_real x[VALUES];
    double want = 0;
    open(&t, config, 0, 0);
    fill(x, low, high, 4);
    for (int i = 0; i < VALUES; i++)
        want += log(fabs(slope_at(&t, x, i)));
    assert_int_equal(gt_transform_forward(&t, &sample, x), GT_OK);
    assert_near(gt_transform_log_slope(&t, x, energies) / VALUES, want / VALUES,
                1e-4);
    gt_transform_close(&t);
    gt_config_free(config);
}

static void slopes_are_those_of_forward(void **state)
{
    (void)state;
    has_slopes("[{range: [-20, 7]}]", 1, 5);
    has_slopes("[standardize]", 1, 5);
    has_slopes("[{standardize: channel}]", 1, 5);
    has_slopes("[{log: 0.5}]", 1, 5);
    has_slopes("[{logit: 1e-2}]", 0.1, 0.9);
    has_slopes("[{divide: /theta}]", 1, 5);
    has_slopes("[{divide: /energy}, {log: 1e-4}, {range: [-10, 3]}, "
               "{standardize: value}]",
               1, 5);
    has_slopes("[{range: [0, 9]}, {dequantize: 1e-6}]", 1, 5);
    gt_config *config = with("[{mask: 0.5}, {range: [0, 9]}]", "unit");
    gt_transform t;
    gt_real x[VALUES] = {0};
    open(&t, config, 0, 0);
    assert_true(isnan(gt_transform_log_slope(&t, x, energies)));
    gt_transform_close(&t);
    gt_config_free(config);
}

static void bytes_become_numbers_without_being_cut(void **state)
{
    (void)state;
    static const char *const ranges[] = {"symmetric", "unit"};
    static const double per[] = {127.5, 255};
    for (int i = 0; i < 2; i++) {
        gt_config *config = with("[]", ranges[i]);
        gt_values bytes = {.high = 255};
        gt_transform t;
        gt_real x[VALUES] = {(gt_real)0.3, 2}, out[VALUES];
        assert_int_equal(
            gt_transform_open(&t, gt_data_config_of(config), shape, &bytes),
            GT_OK);
        gt_transform_to_data(&t, x, NULL, 0, 1, out);
        assert_near((double)out[0], i ? 76.5 : 165.75, 1e-6);
        assert_near((double)out[1], i ? 510 : 382.5, 1e-6);
        assert_near(gt_transform_log_slope(&t, x, NULL), -VALUES * log(per[i]),
                    1e-12);
        gt_transform_close(&t);
        gt_config_free(config);
    }
}

static void forward_is_the_formula(void **state)
{
    (void)state;
    gt_config *config = with("[{divide: /energy}, {log: 0.5}, {range: [-1, "
                             "3]}]",
                             "unit");
    gt_transform_sample sample = sample_number(0);
    gt_transform t;
    gt_real x[VALUES];
    open(&t, config, 0, 0);
    assert_true(gt_transform_needs_conditions(&t));
    fill(x, 0, 1e4, 1);
    double want = (log((double)x[5] / 4096 + 0.5) + 1) / 4;
    assert_int_equal(gt_transform_forward(&t, &sample, x), GT_OK);
    assert_near((double)x[5], want, 1e-7);
    gt_transform_close(&t);
    gt_config_free(config);
}

static void what_is_masked_comes_back_as_exact_zeros(void **state)
{
    (void)state;
    gt_config *config = with("[{mask: 0.01}, {divide: /energy}, {log: 1e-4}, "
                             "{range: [-10, 5]}]",
                             "symmetric");
    gt_transform_sample sample = sample_number(0);
    gt_transform t;
    gt_real before[VALUES], x[VALUES];
    open(&t, config, 0, 0);
    fill(before, -1e3, 1e3, 2);
    for (int i = 0; i < VALUES; i++)
        before[i] = before[i] > 1 ? before[i] : i % 2 ? 0 : (gt_real)0.005;
    memcpy(x, before, sizeof x);
    assert_int_equal(gt_transform_forward(&t, &sample, x), GT_OK);
    x[7] = -90; /* a model may make anything */
    before[7] = 0;
    gt_transform_inverse(&t, x, energies, COLUMNS, 1, x);
    for (int i = 0; i < VALUES; i++)
        if (before[i] <= (gt_real)0.01)
            assert_true(x[i] == 0);
        else
            assert_near((double)x[i], (double)before[i], 1e-5);
    gt_transform_close(&t);
    gt_config_free(config);
}

static void whole_numbers_survive_noise(void **state)
{
    (void)state;
    gt_config *config = with("[{dequantize: 1}, {range: [0, 256]}]", "unit");
    gt_transform t;
    gt_real x[VALUES], again[VALUES], other[VALUES];
    open(&t, config, 0, 0);
    for (int i = 0; i < VALUES; i++)
        other[i] = again[i] = x[i] = (gt_real)(i % 256);
    gt_transform_sample sample = sample_number(3);
    assert_int_equal(gt_transform_forward(&t, &sample, x), GT_OK);
    assert_int_equal(gt_transform_forward(&t, &sample, again), GT_OK);
    assert_memory_equal(x, again, sizeof x);
    sample.epoch = 1;
    assert_int_equal(gt_transform_forward(&t, &sample, other), GT_OK);
    int same = 0;
    for (int i = 0; i < VALUES; i++)
        same += x[i] == other[i];
    assert_true(same < 20);
    gt_transform_inverse(&t, x, NULL, 0, 1, x);
    int off = 0; /* rounding moves a value across the edge now and then */
    for (int i = 0; i < VALUES; i++)
        off += x[i] != (gt_real)(i % 256);
    assert_true(off <= 1);
    gt_transform_close(&t);
    gt_config_free(config);
}

/* The grey values 0 .. 255 as a sample that these steps make binary. */
static void binary(const char *steps, const char *range, gt_transform_sample at,
                   gt_real x[VALUES])
{
    gt_config *config = with(steps, range);
    gt_values values = {.low = 0, .high = 255};
    gt_transform t;
    assert_int_equal(
        gt_transform_open(&t, gt_data_config_of(config), shape, &values),
        GT_OK);
    for (int i = 0; i < VALUES; i++)
        x[i] = (gt_real)(i % 256);
    if (gt_transform_forward(&t, &at, x) != GT_OK)
        fail_msg("%s: %s", steps, gt_message());
    gt_transform_close(&t);
    gt_config_free(config);
}

/* How many of the values of two samples differ. */
static int differing(const gt_real *a, const gt_real *b)
{
    int n = 0;
    for (int i = 0; i < VALUES; i++)
        n += a[i] != b[i];
    return n;
}

static void a_threshold_makes_values_the_ends_of_the_range(void **state)
{
    (void)state;
    gt_real x[VALUES];
    binary("[{range: [0, 255]}, {binarize: threshold}]", "unit",
           sample_number(1), x);
    for (int i = 0; i < VALUES; i++)
        assert_true(x[i] == (i % 256 >= 128 ? 1 : 0));
    binary("[{range: [0, 255]}, {binarize: {draw: threshold, at: 0.8}}]",
           "symmetric", sample_number(1), x);
    for (int i = 0; i < VALUES; i++)
        assert_true(x[i] == (i % 256 >= 204 ? 1 : -1));
}

/* Squared distances from the binomial mean, in its variances, are 1 on average,
 * within 5 deviations. */
static void a_grey_value_is_the_probability_of_the_upper_end(void **state)
{
    (void)state;
    static const char *const steps[] = {
        "[{range: [0, 255]}, {binarize: fixed}]",
        "[{range: [0, 255]}, {binarize: dynamic}]"};
    enum { DRAWS = 200 };
    for (int kind = 0; kind < 2; kind++) {
        int ones[VALUES] = {0};
        gt_real x[VALUES];
        for (uint64_t i = 0; i < DRAWS; i++) {
            binary(steps[kind], "unit", sample_number(i), x);
            for (int k = 0; k < VALUES; k++) {
                assert_true(x[k] == 0 || x[k] == 1);
                ones[k] += x[k] == 1;
            }
        }
        double square = 0;
        for (int k = 0; k < VALUES; k++) {
            double p = (k % 256) / 255.0, d = ones[k] - DRAWS * p;
            if (p <= 0 || p >= 1)
                assert_true(d == 0);
            else
                square += d * d / (DRAWS * p * (1 - p));
        }
        assert_near(square / VALUES, 1, 5 * sqrt(2.0 / VALUES));
    }
}

static void
a_fixed_draw_is_of_the_data_and_a_dynamic_one_of_the_epoch(void **state)
{
    (void)state;
    const char *fixed = "[{range: [0, 255]}, {binarize: fixed}]";
    const char *dynamic = "[{range: [0, 255]}, {binarize: dynamic}]";
    gt_transform_sample later = sample_number(3), run = sample_number(3);
    gt_real a[VALUES], b[VALUES];
    later.epoch = 1;
    run.seed = 8;
    binary(fixed, "unit", sample_number(3), a);
    binary(fixed, "unit", later, b);
    assert_memory_equal(a, b, sizeof a);
    binary(fixed, "unit", run, b);
    assert_memory_equal(a, b, sizeof a);
    binary("[{range: [0, 255]}, {binarize: {draw: fixed, seed: 2}}]", "unit",
           run, b);
    assert_true(differing(a, b) > 50);
    binary(fixed, "unit", sample_number(4), b);
    assert_true(differing(a, b) > 50);
    binary(dynamic, "unit", sample_number(3), a);
    binary(dynamic, "unit", sample_number(3), b);
    assert_memory_equal(a, b, sizeof a);
    binary(dynamic, "unit", later, b);
    assert_true(differing(a, b) > 50);
    binary(dynamic, "unit", run, b);
    assert_true(differing(a, b) > 50);
}

/* What a model makes is a probability, and is shown as the grey value. */
static void samples_of_binary_data_are_grey(void **state)
{
    (void)state;
    gt_config *config = with("[{range: [0, 255]}, binarize]", "unit");
    gt_values values = {.low = 0, .high = 255};
    gt_transform t;
    gt_real x[VALUES];
    uint8_t bytes[VALUES];
    assert_int_equal(
        gt_transform_open(&t, gt_data_config_of(config), shape, &values),
        GT_OK);
    for (int i = 0; i < VALUES; i++)
        x[i] = (gt_real)(i % 256) / 255;
    gt_transform_to_bytes(&t, x, NULL, 0, 1, bytes);
    for (int i = 0; i < VALUES; i++)
        assert_int_equal(bytes[i], i % 256);
    gt_transform_close(&t);
    gt_config_free(config);
}

static void what_a_step_does_not_take_is_named(void **state)
{
    (void)state;
    static const gt_real nothing[COLUMNS] = {1, 0};
    const struct {
        const char *steps, *part;
        gt_real value;
        const gt_real *conditions;
    } refused[] = {
        {"[{log: 1e-3}]", "sample 41: its value number 300 is -3", -3,
         energies},
        {"[{range: [0, 2]}, {log: 0.5}]", "data.transform.1, log, which takes",
         -1, energies},
        {"[{logit: 0.1}]", "numbers from 0 to 1", 2, energies},
        {"[{divide: /energy}]", "sample 41: its /energy is 0", 1, nothing},
        {"[binarize]", "binarize, which takes numbers within data.range", 255,
         energies},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        gt_config *config = with(refused[i].steps, "unit");
        gt_transform_sample sample = sample_number(41);
        sample.conditions = refused[i].conditions;
        gt_transform t;
        gt_real x[VALUES] = {0};
        open(&t, config, 0, 0);
        for (int k = 0; k < VALUES; k++)
            x[k] = (gt_real)0.5;
        x[300] = refused[i].value;
        assert_int_equal(gt_transform_forward(&t, &sample, x), GT_ERR_MISMATCH);
        if (!strstr(gt_message(), refused[i].part))
            fail_msg("'%s' lacks '%s'", gt_message(), refused[i].part);
        gt_transform_close(&t);
        gt_config_free(config);
    }
}

static void a_known_range_is_scaled_and_others_are_left_alone(void **state)
{
    (void)state;
    gt_config *config = with("[]", "symmetric");
    gt_transform_sample sample = sample_number(0);
    gt_transform t;
    gt_real x[VALUES], before[VALUES];
    open(&t, config, 0, 65535);
    fill(x, 0, 65535, 3);
    x[0] = 0;
    x[1] = 65535;
    memcpy(before, x, sizeof x);
    assert_int_equal(gt_transform_forward(&t, &sample, x), GT_OK);
    assert_true(x[0] == -1 && x[1] == 1);
    gt_transform_inverse(&t, x, NULL, 0, 1, x);
    assert_all_near(x, before, VALUES, 1e-6);
    gt_transform_close(&t);
    open(&t, config, 0, 0);
    memcpy(x, before, sizeof x);
    assert_int_equal(gt_transform_forward(&t, &sample, x), GT_OK);
    assert_memory_equal(x, before, sizeof x);
    gt_transform_close(&t);
    gt_config_free(config);
}

/* The pass that finds the figures sees what comes before their step. */
static void figures_are_of_what_comes_before_them(void **state)
{
    (void)state;
    gt_config *config = with("[{log: 1}, {standardize: channel}, {range: [0, "
                             "1]}]",
                             "unit");
    gt_transform_sample sample = sample_number(0);
    static const gt_real figures[6] = {1, 2, 3, 10, 0, 30};
    const gt_data_config *data = gt_data_config_of(config);
    gt_values values = {.reals = true};
    gt_transform t;
    gt_real x[VALUES] = {0};
    assert_int_equal(gt_transform_open(&t, data, shape, &values), GT_OK);
    assert_int_equal(gt_transform_groups(&t), 3);
    assert_int_equal(gt_transform_forward(&t, &sample, x), GT_OK);
    assert_true(x[0] == 0);
    gt_transform_close(&t);
    values.figures = figures;
    values.n_figures = 4;
    assert_int_equal(gt_transform_open(&t, data, shape, &values),
                     GT_ERR_MISMATCH);
    values.n_figures = 6;
    assert_int_equal(gt_transform_open(&t, data, shape, &values), GT_OK);
    assert_int_equal(gt_transform_forward(&t, &sample, x), GT_OK);
    for (int i = 0; i < VALUES; i++)
        assert_near((double)x[i], i % 3 == 1 ? -2.0 : -0.1, 1e-6);
    gt_transform_close(&t);
    gt_config_free(config);
}

static void bytes_are_scaled_as_ever_or_go_through_the_steps(void **state)
{
    (void)state;
    gt_config *config = with("[]", "symmetric");
    gt_values values = {.low = 0, .high = 255};
    gt_transform t;
    gt_real x[VALUES];
    uint8_t bytes[VALUES], back[VALUES];
    for (int i = 0; i < VALUES; i++)
        bytes[i] = (uint8_t)i;
    assert_int_equal(
        gt_transform_open(&t, gt_data_config_of(config), shape, &values),
        GT_OK);
    assert_true(t.plain);
    gt_range_from_bytes(t.range, bytes, VALUES, x);
    gt_transform_to_bytes(&t, x, NULL, 0, 1, back);
    assert_memory_equal(back, bytes, sizeof bytes);
    gt_transform_close(&t);
    gt_config_free(config);
    config = with("[{log: 1}, {range: [0, 6]}]", "unit");
    assert_int_equal(
        gt_transform_open(&t, gt_data_config_of(config), shape, &values),
        GT_OK);
    assert_false(t.plain);
    gt_transform_sample sample = sample_number(0);
    for (int i = 0; i < VALUES; i++)
        x[i] = bytes[i];
    assert_int_equal(gt_transform_forward(&t, &sample, x), GT_OK);
    gt_transform_to_bytes(&t, x, NULL, 0, 1, back);
    assert_memory_equal(back, bytes, sizeof bytes);
    x[0] = NAN;
    x[1] = 9;
    x[2] = -9;
    gt_transform_to_bytes(&t, x, NULL, 0, 1, back);
    assert_true(back[0] == 0 && back[1] == 255 && back[2] == 0);
    gt_transform_close(&t);
    gt_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_written_short_or_long),
        cmocka_unit_test(a_set_replaces_the_list_or_a_value),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(every_step_is_undone),
        cmocka_unit_test(every_step_of_the_table_is_tested),
        cmocka_unit_test(slopes_are_those_of_forward),
        cmocka_unit_test(bytes_become_numbers_without_being_cut),
        cmocka_unit_test(forward_is_the_formula),
        cmocka_unit_test(what_is_masked_comes_back_as_exact_zeros),
        cmocka_unit_test(whole_numbers_survive_noise),
        cmocka_unit_test(a_threshold_makes_values_the_ends_of_the_range),
        cmocka_unit_test(a_grey_value_is_the_probability_of_the_upper_end),
        cmocka_unit_test(
            a_fixed_draw_is_of_the_data_and_a_dynamic_one_of_the_epoch),
        cmocka_unit_test(samples_of_binary_data_are_grey),
        cmocka_unit_test(what_a_step_does_not_take_is_named),
        cmocka_unit_test(a_known_range_is_scaled_and_others_are_left_alone),
        cmocka_unit_test(figures_are_of_what_comes_before_them),
        cmocka_unit_test(bytes_are_scaled_as_ever_or_go_through_the_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
