/* Optimizers against trajectories of torch.optim (PyTorch 1.13, double
 * precision), the schedules, and what happens to NaN and infinity. */
#include "nn/optimizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

enum { COUNT = 4, STEPS = 5 };

/* Gradient of update k; the references were made with the same formula. */
static void gradient_of(int k, gt_real g[COUNT])
{
    for (int i = 0; i < COUNT; i++)
        g[i] = (gt_real)(sin(1.3 * i + 0.7 * k) * (i + 1));
}

/* An update in one piece; returns the sum of squares, and whether all was well.
 */
static double update(gt_optimizer *opt, gt_real *p, const gt_real *g,
                     bool *fine)
{
    enum { MOST = 100 };
    double squares[MOST], total = 0, clip = 1;
    size_t blocks = gt_optimizer_blocks(opt->count);
    assert_true(blocks <= MOST);
    gt_optimizer_measure(g, opt->count, squares);
    for (size_t i = 0; i < blocks; i++)
        total += squares[i];
    if (opt->config->clip_norm > 0)
        clip = gt_optimizer_clip(opt->config, squares, blocks);
    *fine = gt_optimizer_apply(opt, clip, 0, p, g, p, opt->count);
    opt->updates++;
    return total;
}

static void follow(const gt_optimizer_config *config,
                   const double want[STEPS][COUNT])
{
    gt_real p[COUNT] = {1, -2, 0.5f, 3}, g[COUNT];
    gt_optimizer opt;
    assert_int_equal(gt_optimizer_new(&opt, config, COUNT), GT_OK);
    for (int k = 0; k < STEPS; k++) {
        gradient_of(k, g);
        double squares = 0;
        for (int i = 0; i < COUNT; i++)
            squares += (double)g[i] * g[i];
        bool fine;
        assert_near(update(&opt, p, g, &fine), squares, 1e-6);
        assert_true(fine);
        assert_all_near(p, want[k], COUNT, 1e-6);
    }
    gt_optimizer_free(&opt);
}

static void adam_follows_reference_trajectories(void **state)
{
    (void)state;
    static const double usual[STEPS][COUNT] = {
        {1, -2.1, 0.4, 3.1},
        {0.92558632, -2.1998071, 0.35771389, 3.1993182},
        {0.84064479, -2.2928527, 0.39080838, 3.2987834},
        {0.75016895, -2.3573101, 0.45184032, 3.389699},
        {0.6634262, -2.37712, 0.52361385, 3.4495715},
    };
    static const double unusual[STEPS][COUNT] = {
        {1, -2.0497419, 0.45032123, 3.0498189},
        {0.95398516, -2.0989826, 0.44163431, 3.1017967},
        {0.9000083, -2.1387307, 0.47897875, 3.152246},
        {0.84551392, -2.1502238, 0.5314053, 3.1889591},
        {0.80405558, -2.1268445, 0.58429972, 3.1930635},
    };
    gt_optimizer_config config = {.kind = GT_ADAM,
                                  .lr = 0.1,
                                  .beta1 = 0.9,
                                  .beta2 = 0.999,
                                  .epsilon = 1e-8};
    follow(&config, usual);
    config = (gt_optimizer_config){.kind = GT_ADAM,
                                   .lr = 0.05,
                                   .beta1 = 0.5,
                                   .beta2 = 0.99,
                                   .epsilon = 1e-2};
    follow(&config, unusual);
}

static void sgd_with_momentum_follows_a_reference_trajectory(void **state)
{
    (void)state;
    static const double want[STEPS][COUNT] = {
        {1, -2.1927116, 0.34534959, 3.2751065},
        {0.93557823, -2.5480116, 0.25348793, 3.9201787},
        {0.77905367, -2.9532575, 0.39785318, 4.8336507},
        {0.55186062, -3.2668707, 0.82775888, 5.7675416},
        {0.31388807, -3.385467, 1.4465034, 6.4461035},
    };
    gt_optimizer_config config = {.kind = GT_SGD, .lr = 0.1, .momentum = 0.9};
    follow(&config, want);
}

/* With torch.nn.utils.clip_grad_norm_, whose own epsilon is 1e-6. */
static void clipped_sgd_follows_a_reference_trajectory(void **state)
{
    (void)state;
    static const double want[STEPS][COUNT] = {
        {1, -2.052115, 0.45817786, 3.0743971},
        {0.98550214, -2.0930418, 0.46882787, 3.1638476},
        {0.96223553, -2.1132228, 0.52243252, 3.2424474},
        {0.93650432, -2.0979881, 0.61185196, 3.2757635},
        {0.92630504, -2.0481604, 0.68243633, 3.2264581},
    };
    gt_optimizer_config config = {.kind = GT_SGD, .lr = 0.1, .clip_norm = 1};
    follow(&config, want);
}

/* Lengths around the blocks of the fused loop: each element on its own. */
static void long_spans_are_updated_as_their_elements(void **state)
{
    (void)state;
    enum { LONG = 2500 };
    static gt_real p[LONG], g[LONG];
    gt_optimizer_config config = {.kind = GT_ADAM,
                                  .lr = 0.1,
                                  .beta1 = 0.9,
                                  .beta2 = 0.999,
                                  .epsilon = 1e-8};
    gt_optimizer all, one;
    assert_int_equal(gt_optimizer_new(&all, &config, LONG), GT_OK);
    double squares = 0;
    for (int i = 0; i < LONG; i++) {
        g[i] = (gt_real)sin(i);
        p[i] = (gt_real)cos(i);
        squares += (double)g[i] * g[i];
    }
    bool fine;
    assert_near(update(&all, p, g, &fine), squares, 1e-6);
    update(&all, p, g, &fine);
    for (int i = 0; i < LONG; i += 7) {
        gt_real single = (gt_real)cos(i);
        assert_int_equal(gt_optimizer_new(&one, &config, 1), GT_OK);
        update(&one, &single, &g[i], &fine);
        update(&one, &single, &g[i], &fine);
        assert_near(p[i], single, 1e-6);
        gt_optimizer_free(&one);
    }
    gt_optimizer_free(&all);
}

/* Each piece has an optimizer of its own, with its moments at its own place,
 * and new parameters take the place of gradients. */
static void pieces_are_updated_as_the_whole(void **state)
{
    (void)state;
    enum { LONG = 3001, AT = 5 };
    static const size_t cuts[] = {0, 256, 256, 1536, 2816, LONG};
    static gt_real p[LONG], g[LONG], rest[LONG];
    for (int k = 0; k < 4; k++) {
        gt_optimizer_config config = {.kind = k & 1 ? GT_ADAM : GT_SGD,
                                      .lr = 0.1,
                                      .momentum = 0.9,
                                      .beta1 = 0.9,
                                      .beta2 = 0.999,
                                      .epsilon = 1e-8,
                                      .clip_norm = k & 2 ? 0.3 : 0};
        gt_optimizer all, piece[AT];
        assert_int_equal(gt_optimizer_new(&all, &config, LONG), GT_OK);
        for (int c = 0; c < AT; c++)
            assert_int_equal(
                gt_optimizer_new(&piece[c], &config, cuts[c + 1] - cuts[c] + 7),
                GT_OK);
        for (int i = 0; i < LONG; i++)
            p[i] = (gt_real)cos(i);
        for (int repeat = 0; repeat < 3; repeat++) {
            double squares[12], clip = 1;
            bool fine;
            for (int i = 0; i < LONG; i++)
                rest[i] = g[i] = (gt_real)sin(i + 0.1 * repeat);
            for (int c = AT; c-- > 0;)
                gt_optimizer_measure(g + cuts[c], cuts[c + 1] - cuts[c],
                                     squares + cuts[c] / GT_OPTIMIZER_BLOCK);
            if (config.clip_norm > 0)
                clip = gt_optimizer_clip(&config, squares, 12);
            assert_true((clip < 1) == (k >= 2));
            for (int c = 0; c < AT; c++) {
                gt_real *values = rest + cuts[c];
                assert_true(gt_optimizer_apply(&piece[c], clip, 7, p + cuts[c],
                                               values, values,
                                               cuts[c + 1] - cuts[c]));
                piece[c].updates++;
            }
            update(&all, p, g, &fine);
            assert_memory_equal(p, rest, sizeof p);
        }
        gt_optimizer_free(&all);
        for (int c = 0; c < AT; c++)
            gt_optimizer_free(&piece[c]);
    }
}

/* Written out in double, from the parameters after each update. */
static void the_average_follows_the_parameters(void **state)
{
    (void)state;
    enum { UPDATES = 60 };
    for (int kind = 0; kind < 2; kind++) {
        gt_optimizer_config config = {.kind = kind ? GT_ADAM : GT_SGD,
                                      .lr = 0.1,
                                      .beta1 = 0.9,
                                      .beta2 = 0.999,
                                      .epsilon = 1e-8,
                                      .ema = 0.8};
        gt_real p[COUNT] = {1, -2, 0.5f, 3}, g[COUNT];
        double want[COUNT];
        gt_optimizer opt;
        assert_int_equal(gt_optimizer_new(&opt, &config, COUNT), GT_OK);
        for (int i = 0; i < COUNT; i++)
            want[i] = opt.average[i] = p[i];
        for (int k = 0; k < UPDATES; k++) {
            bool fine;
            double decay = (1.0 + k) / (10.0 + k);
            decay = decay < 0.8 ? decay : 0.8;
            gradient_of(k, g);
            update(&opt, p, g, &fine);
            for (int i = 0; i < COUNT; i++)
                want[i] = decay * want[i] + (1 - decay) * (double)p[i];
            assert_all_near(opt.average, want, COUNT, 1e-6);
        }
        gt_optimizer_free(&opt);
    }
}

static void a_bad_gradient_makes_its_parameter_nan(void **state)
{
    (void)state;
    enum { N = 40 };
    static const gt_real bad[] = {NAN, INFINITY, -INFINITY, 3e38f, 1.01e18f};
    for (int k = 0; k < 4; k++)
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            gt_optimizer_config config = {.kind = k & 1 ? GT_ADAM : GT_SGD,
                                          .lr = 0.1,
                                          .epsilon = 1e-8,
                                          .clip_norm = k / 2};
            gt_real p[N] = {0}, g[N] = {0};
            gt_optimizer opt;
            bool fine;
            g[i * 9] = bad[i];
            assert_int_equal(gt_optimizer_new(&opt, &config, N), GT_OK);
            double squares = update(&opt, p, g, &fine);
            assert_false(fine);
            assert_true(i == 4 || !isfinite(squares));
            for (size_t j = 0; j < N; j++)
                assert_true(isnan(p[j]) == (j == i * 9));
            gt_optimizer_free(&opt);
        }
}

/* Whether a gradient is bad is its own affair: all of these squares together
 * are beyond what a float can hold. */
static void large_gradients_are_good_in_any_company(void **state)
{
    (void)state;
    enum { LONG = 20000 };
    static gt_real p[LONG], g[LONG];
    gt_optimizer_config config = {.kind = GT_SGD, .lr = 1e-18};
    gt_optimizer opt;
    bool fine;
    for (int i = 0; i < LONG; i++)
        g[i] = i % 2 ? 9.9e17f : -9.9e17f;
    assert_int_equal(gt_optimizer_new(&opt, &config, LONG), GT_OK);
    assert_true(isfinite(update(&opt, p, g, &fine)));
    assert_true(fine);
    gt_optimizer_free(&opt);
}

/* CosineAnnealingLR(T_max = 8, eta_min = 0.02) */
static void cosine_matches_reference_values_after_warm_up(void **state)
{
    (void)state;
    static const double want[] = {0.2,
                                  0.1931491579260158,
                                  0.17363961030678926,
                                  0.1444415089128581,
                                  0.11,
                                  0.07555849108714192,
                                  0.04636038969321073,
                                  0.026850842073984194,
                                  0.02,
                                  0.02};
    gt_optimizer_config config = {.lr = 0.2,
                                  .schedule = GT_SCHEDULE_COSINE,
                                  .decay_steps = 8,
                                  .lr_end = 0.02};
    for (uint64_t i = 0; i < 10; i++)
        assert_near(gt_learning_rate(&config, i), want[i], 1e-12);
    config.warmup_steps = 4;
    for (uint64_t i = 0; i < 4; i++)
        assert_near(gt_learning_rate(&config, i), 0.05 * (double)(i + 1),
                    1e-12);
    for (uint64_t i = 0; i < 10; i++)
        assert_near(gt_learning_rate(&config, i + 4), want[i], 1e-12);
}

static void other_schedules_do_as_they_say(void **state)
{
    (void)state;
    gt_optimizer_config config = {
        .lr = 0.8, .decay_steps = 10, .decay_factor = 0.5, .lr_end = 0.3};
    assert_near(gt_learning_rate(&config, 1000000), 0.8, 1e-12);
    config.schedule = GT_SCHEDULE_STEP;
    assert_near(gt_learning_rate(&config, 9), 0.8, 1e-12);
    assert_near(gt_learning_rate(&config, 10), 0.4, 1e-12);
    assert_near(gt_learning_rate(&config, 35), 0.1, 1e-12);
    config.schedule = GT_SCHEDULE_LINEAR;
    assert_near(gt_learning_rate(&config, 0), 0.8, 1e-12);
    assert_near(gt_learning_rate(&config, 4), 0.6, 1e-12);
    assert_near(gt_learning_rate(&config, 10), 0.3, 1e-12);
    assert_near(gt_learning_rate(&config, 1000), 0.3, 1e-12);
}

/* MultiStepLR(milestones = [3, 5, 9], gamma = 0.5) */
static void milestones_are_those_of_multi_step_lr(void **state)
{
    (void)state;
    static const double want[] = {0.8, 0.8, 0.8, 0.4, 0.4, 0.2,
                                  0.2, 0.2, 0.2, 0.1, 0.1};
    char *words[] = {"3", "5", "9"};
    gt_optimizer_config config = {.lr = 0.8,
                                  .schedule = GT_SCHEDULE_MULTISTEP,
                                  .decay_factor = 0.5,
                                  .milestones = {words, 3}};
    for (uint64_t i = 0; i < 11; i++)
        assert_near(gt_learning_rate(&config, i), want[i], 1e-12);
    config.warmup_steps = 4;
    assert_near(gt_learning_rate(&config, 1), 0.4, 1e-12);
    for (uint64_t i = 0; i < 11; i++)
        assert_near(gt_learning_rate(&config, i + 4), want[i], 1e-12);
}

static void milestones_are_refused(char *words[], int count, const char *part)
{
    gt_optimizer_config config = {.schedule = GT_SCHEDULE_MULTISTEP,
                                  .milestones = {words, count}};
    gt_optimizer opt;
    assert_int_equal(gt_optimizer_new(&opt, &config, 3), GT_ERR_CONFIG);
    if (!strstr(gt_message(), part))
        fail_msg("'%s' lacks '%s'", gt_message(), part);
    gt_optimizer_free(&opt);
}

static void milestones_must_be_numbers_that_ascend(void **state)
{
    (void)state;
    milestones_are_refused(NULL, 0, "multistep needs milestones");
    milestones_are_refused((char *[]){"0"}, 1, "milestone '0'");
    milestones_are_refused((char *[]){"3", "3"}, 2, "milestone '3'");
    milestones_are_refused((char *[]){"5", "4"}, 2, "milestone '4'");
    milestones_are_refused((char *[]){"5", "1e4"}, 2, "milestone '1e4'");
    milestones_are_refused((char *[]){"-5"}, 1, "milestone '-5'");
    milestones_are_refused((char *[]){"99999999999999999999999"}, 1,
                           "must be whole numbers");
}

static void schedule_without_length_is_refused(void **state)
{
    (void)state;
    gt_optimizer_config config = {.schedule = GT_SCHEDULE_COSINE};
    gt_optimizer opt;
    assert_int_equal(gt_optimizer_new(&opt, &config, 3), GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "cosine needs decay_steps"));
    gt_optimizer_free(&opt);
}

/* The learning rate of the schedule is the one that is applied. */
static void updates_walk_along_the_schedule(void **state)
{
    (void)state;
    gt_optimizer_config config = {.kind = GT_SGD,
                                  .lr = 1,
                                  .schedule = GT_SCHEDULE_STEP,
                                  .warmup_steps = 2,
                                  .decay_steps = 1,
                                  .decay_factor = 0.5};
    const gt_real g = 1;
    gt_real p = 0;
    gt_optimizer opt;
    assert_int_equal(gt_optimizer_new(&opt, &config, 1), GT_OK);
    bool fine;
    for (int k = 0; k < 5; k++)
        update(&opt, &p, &g, &fine);
    assert_near(p, -(0.5 + 1 + 1 + 0.5 + 0.25), 1e-6);
    gt_optimizer_free(&opt);
}

static void defaults_in_the_table_lie_in_their_range(void **state)
{
    (void)state;
    int n = 0;
    for (const gt_option *o = gt_optimizer_options; o->key; o++, n++) {
        assert_true(o->otherwise || o->optional);
        assert_non_null(o->help);
        assert_true(o->offset < sizeof(gt_optimizer_config));
        if (o->kind == GT_OPTION_CHOICE || o->optional)
            continue;
        double value = strtod(o->otherwise, NULL);
        assert_true(value >= o->min && value <= o->max);
    }
    assert_int_equal(n, 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam_follows_reference_trajectories),
        cmocka_unit_test(sgd_with_momentum_follows_a_reference_trajectory),
        cmocka_unit_test(clipped_sgd_follows_a_reference_trajectory),
        cmocka_unit_test(long_spans_are_updated_as_their_elements),
        cmocka_unit_test(pieces_are_updated_as_the_whole),
        cmocka_unit_test(the_average_follows_the_parameters),
        cmocka_unit_test(a_bad_gradient_makes_its_parameter_nan),
        cmocka_unit_test(large_gradients_are_good_in_any_company),
        cmocka_unit_test(cosine_matches_reference_values_after_warm_up),
        cmocka_unit_test(other_schedules_do_as_they_say),
        cmocka_unit_test(milestones_are_those_of_multi_step_lr),
        cmocka_unit_test(milestones_must_be_numbers_that_ascend),
        cmocka_unit_test(schedule_without_length_is_refused),
        cmocka_unit_test(updates_walk_along_the_schedule),
        cmocka_unit_test(defaults_in_the_table_lie_in_their_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
