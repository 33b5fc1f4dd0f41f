/* transform_steps.c: forward and inverse of a step stand side by side. All is
 * computed in double, value by value, so a sample has the same bits in whatever
 * company it is read. */
#include "data/transform_steps.h"

#include <math.h>
#include <string.h>

typedef gt__step_options options;

#define FIELD(name) offsetof(options, name)

/* --- range: affine, to the model's range. */

static const gt_option range_options[] = {
    {"low", GT_OPTION_REAL, FIELD(low), NULL, 0, 0, NULL,
     "the value that goes to the lower end of data.range"},
    {"high", GT_OPTION_REAL, FIELD(high), NULL, 0, 0, NULL,
     "the value that goes to its upper end"},
    {0},
};

static void set_range(gt__step *s, double from, double to, double low,
                      double high)
{
    s->a = (high - low) / (to - from);
    s->b = low - from * s->a;
}

static void range_begin(gt__step *s, const void *given, double low, double high)
{
    const options *o = given;
    set_range(s, o->low, o->high, low, high);
}

static size_t range_forward(const gt__step *s, const gt__step_values *x)
{
    for (size_t i = 0; i < x->n; i++)
        x->v[i] = x->v[i] * s->a + s->b;
    return x->n;
}

static void range_inverse(const gt__step *s, const gt__step_values *x)
{
    for (size_t i = 0; i < x->n; i++)
        x->v[i] = (x->v[i] - s->b) / s->a;
}

static double range_log_slope(const gt__step *s, const gt__step_values *x)
{
    return (double)x->n * log(fabs(s->a));
}

/* --- standardize: by mean and deviation of the training data. */

static const char *const pers[] = {"all", "channel", "value", NULL};

static const gt_option standardize_options[] = {
    {"per", GT_OPTION_CHOICE, FIELD(per), "all", 0, 0, pers,
     "one mean and deviation for all values, for each channel, or for each "
     "value of a sample"},
    {0},
};

static void standardize_begin(gt__step *s, const void *given, double low,
                              double high)
{
    (void)s, (void)given, (void)low, (void)high;
}

static size_t standardize_forward(const gt__step *s, const gt__step_values *x)
{
    size_t group = x->first % s->groups;
    for (size_t i = 0; i < x->n; i++) {
        x->v[i] =
            (x->v[i] - (double)s->mean[group]) / (double)s->deviation[group];
        group = group + 1 < s->groups ? group + 1 : 0;
    }
    return x->n;
}

static void standardize_inverse(const gt__step *s, const gt__step_values *x)
{
    size_t group = x->first % s->groups;
    for (size_t i = 0; i < x->n; i++) {
        x->v[i] =
            x->v[i] * (double)s->deviation[group] + (double)s->mean[group];
        group = group + 1 < s->groups ? group + 1 : 0;
    }
}

static double standardize_log_slope(const gt__step *s, const gt__step_values *x)
{
    size_t group = x->first % s->groups;
    double sum = 0;
    for (size_t i = 0; i < x->n; i++) {
        sum -= log((double)s->deviation[group]);
        group = group + 1 < s->groups ? group + 1 : 0;
    }
    return sum;
}

/* --- log: log(x + epsilon). */

static const gt_option log_options[] = {
    {"epsilon", GT_OPTION_REAL, FIELD(epsilon), NULL, 0, GT__STEP_MOST, NULL,
     "what is added before, so that 0 has a logarithm"},
    {0},
};

static void epsilon_begin(gt__step *s, const void *given, double low,
                          double high)
{
    (void)low, (void)high;
    s->a = ((const options *)given)->epsilon;
}

static size_t log_forward(const gt__step *s, const gt__step_values *x)
{
    for (size_t i = 0; i < x->n; i++) {
        if (x->v[i] + s->a <= 0)
            return i;
        x->v[i] = log(x->v[i] + s->a);
    }
    return x->n;
}

static void log_inverse(const gt__step *s, const gt__step_values *x)
{
    for (size_t i = 0; i < x->n; i++)
        x->v[i] = exp(x->v[i]) - s->a;
}

/* 1 / (x + epsilon). */
static double log_log_slope(const gt__step *s, const gt__step_values *x)
{
    (void)s;
    double sum = 0;
    for (size_t i = 0; i < x->n; i++)
        sum -= x->v[i];
    return sum;
}

/* --- logit: of x drawn in a little from 0 and 1 (Dinh et al., "Density
 * estimation using Real NVP", 2017, their alpha). */

static const gt_option logit_options[] = {
    {"epsilon", GT_OPTION_REAL, FIELD(epsilon), NULL, 1e-12, 0.49, NULL,
     "how far 0 and 1 are drawn in before: x becomes epsilon + (1 - 2 "
     "epsilon) x"},
    {0},
};

static size_t logit_forward(const gt__step *s, const gt__step_values *x)
{
    for (size_t i = 0; i < x->n; i++) {
        if (x->v[i] < 0 || x->v[i] > 1)
            return i;
        double u = s->a + (1 - 2 * s->a) * x->v[i];
        x->v[i] = log(u / (1 - u));
    }
    return x->n;
}

/* What lies beyond the data's 0 and 1 is cut off. */
static void logit_inverse(const gt__step *s, const gt__step_values *x)
{
    for (size_t i = 0; i < x->n; i++) {
        double u = 1 / (1 + exp(-x->v[i]));
        double v = (u - s->a) / (1 - 2 * s->a);
        x->v[i] = v < 0 ? 0 : v > 1 ? 1 : v;
    }
}

/* (1 - 2 epsilon) / (u (1 - u)) with u = 1 / (1 + exp(-y)). */
static double logit_log_slope(const gt__step *s, const gt__step_values *x)
{
    double sum = (double)x->n * log(1 - 2 * s->a);
    for (size_t i = 0; i < x->n; i++)
        sum += fabs(x->v[i]) + 2 * log1p(exp(-fabs(x->v[i])));
    return sum;
}

/* --- divide: by a condition of the sample. */

static const gt_option divide_options[] = {
    {"by", GT_OPTION_TEXT, FIELD(by), NULL, 0, 0, NULL,
     "the column, one of data.conditions"},
    {0},
};

static void divide_begin(gt__step *s, const void *given, double low,
                         double high)
{
    (void)low, (void)high;
    s->column = ((const options *)given)->by;
}

static size_t divide_forward(const gt__step *s, const gt__step_values *x)
{
    (void)s;
    if (x->condition == 0)
        return 0;
    for (size_t i = 0; i < x->n; i++)
        x->v[i] /= x->condition;
    return x->n;
}

static void divide_inverse(const gt__step *s, const gt__step_values *x)
{
    (void)s;
    for (size_t i = 0; i < x->n; i++)
        x->v[i] *= x->condition;
}

static double divide_log_slope(const gt__step *s, const gt__step_values *x)
{
    (void)s;
    return -(double)x->n * log(fabs(x->condition));
}

/* --- mask: what is small is nothing, in data and in samples. */

static const gt_option mask_options[] = {
    {"at", GT_OPTION_REAL, FIELD(at), NULL, 0, GT__STEP_MOST, NULL,
     "values at or below it are 0, for the model and in samples"},
    {0},
};

static void mask_begin(gt__step *s, const void *given, double low, double high)
{
    (void)low, (void)high;
    s->a = ((const options *)given)->at;
}

static void mask_inverse(const gt__step *s, const gt__step_values *x)
{
    for (size_t i = 0; i < x->n; i++)
        x->v[i] = x->v[i] <= s->a ? 0 : x->v[i];
}

static size_t mask_forward(const gt__step *s, const gt__step_values *x)
{
    mask_inverse(s, x);
    return x->n;
}

/* --- The table. */

static const gt__step_type range_step = {
    .name = "range",
    .help = "bring low .. high to the model's range, data.range; what lies "
            "outside goes beyond it",
    .options = range_options,
    .begin = range_begin,
    .forward = range_forward,
    .inverse = range_inverse,
    .log_slope = range_log_slope};

static const gt__step_type standardize_step = {
    .name = "standardize",
    .help = "subtract the mean of the training data and divide by their "
            "standard deviation, which are found before the first step",
    .options = standardize_options,
    .needs = GT__NEEDS_FIGURES,
    .begin = standardize_begin,
    .forward = standardize_forward,
    .inverse = standardize_inverse,
    .log_slope = standardize_log_slope};

static const gt__step_type log_step = {
    .name = "log",
    .help = "the natural logarithm of x + epsilon, of values above -epsilon",
    .options = log_options,
    .takes = "numbers above -epsilon",
    .begin = epsilon_begin,
    .forward = log_forward,
    .inverse = log_inverse,
    .log_slope = log_log_slope};

static const gt__step_type logit_step = {
    .name = "logit",
    .help = "log(u / (1 - u)) of values x from 0 to 1, where u is x drawn in "
            "by epsilon; samples are cut to 0 .. 1",
    .options = logit_options,
    .takes = "numbers from 0 to 1",
    .begin = epsilon_begin,
    .forward = logit_forward,
    .inverse = logit_inverse,
    .log_slope = logit_log_slope};

static const gt__step_type divide_step = {
    .name = "divide",
    .help = "divide by a condition of the sample, such as the energy of the "
            "particle that made it",
    .options = divide_options,
    .needs = GT__NEEDS_CONDITION,
    .takes = "samples whose condition is not 0",
    .begin = divide_begin,
    .forward = divide_forward,
    .inverse = divide_inverse,
    .log_slope = divide_log_slope};

static const gt__step_type mask_step = {
    .name = "mask",
    .help = "make 0 of values at or below a threshold, in the data and in "
            "samples, so that sparse data come back with exact zeros",
    .options = mask_options,
    .begin = mask_begin,
    .forward = mask_forward,
    .inverse = mask_inverse};

static const gt__step_type *const types[] = {
    &range_step,          &standardize_step,  &log_step,
    &logit_step,          &divide_step,       &mask_step,
    &gt__step_dequantize, &gt__step_binarize,
};

enum { TYPES = sizeof types / sizeof *types };

static gt_variant type_at(int number)
{
    if (number >= TYPES)
        return (gt_variant){0};
    const gt__step_type *type = types[number];
    return (gt_variant){.name = type->name,
                        .help = type->help,
                        .options = type->options,
                        .size = sizeof(options)};
}

const gt_variants gt_transform_variants = {
    .noun = "step",
    .plural = "steps",
    .example = "log: 0.001",
    .help = "data.transform is a list of steps that values of the data take on "
            "their way to the model, in this order; samples take them back. A "
            "step is its name with its options, or with their values in the "
            "order in which they stand here: \"log: {epsilon: 0.001}\" or "
            "\"log: 0.001\", \"range: [0, 100]\".",
    .at = type_at,
    .in_order = true};

/* --- A step of a configuration. */

gt__step gt__step_of(const gt_variant_item *item, size_t size, int channels,
                     double low, double high)
{
    const options *o = item->options;
    gt__step s = {.type = types[item->variant]};
    if (s.type->needs == GT__NEEDS_FIGURES)
        s.groups = o->per == GT__PER_ALL       ? 1
                   : o->per == GT__PER_CHANNEL ? (size_t)channels
                                               : size;
    s.type->begin(&s, o, low, high);
    return s;
}

gt__step gt__step_range(double from, double to, double low, double high)
{
    gt__step s = {.type = &range_step};
    set_range(&s, from, to, low, high);
    return s;
}

static gt_status check_range(const options *o, int number)
{
    if (o->high > o->low)
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "step %d: range from %g to %g; the upper end must be above "
                   "the lower one",
                   number, o->low, o->high);
}

static gt_status check_column(const gt__step *s, int number,
                              const gt_word_list *names)
{
    for (int i = 0; i < names->count; i++)
        if (!strcmp(names->words[i], s->column))
            return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "step %d divides by %s, which is not among data.conditions; "
                   "add it there, so that samples can be multiplied by it",
                   number, s->column);
}

gt_status gt_transform_check(const gt_variant_list *list,
                             const gt_word_list *conditions)
{
    gt_status status = GT_OK;
    int standardized = -1;
    for (int i = 0; i < list->count && status == GT_OK; i++) {
        gt__step s = gt__step_of(&list->items[i], 1, 1, -1, 1);
        if (s.type->begin == range_begin)
            status = check_range(list->items[i].options, i);
        if (status == GT_OK && s.column)
            status = check_column(&s, i, conditions);
        if (status == GT_OK && s.groups && standardized >= 0)
            status = gt_fail(GT_ERR_CONFIG,
                             "steps %d and %d are both %s; give it once",
                             standardized, i, s.type->name);
        if (s.groups)
            standardized = i;
    }
    return status;
}
