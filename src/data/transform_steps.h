/* transform_steps.h: the table of what `data.transform` may do to values, one
 * step after the other. Local; private to the data room but for
 * its table.
 *
 * A step is a map of numbers to numbers that has an inverse. To add one, write
 * its functions and a line of the table in transform_steps.c (those that draw
 * random numbers are in transform_noise.c): the parser, `help` and the tests
 * read the table.
 */
#ifndef GT_DATA_TRANSFORM_STEPS_H
#define GT_DATA_TRANSFORM_STEPS_H

#include "base/option.h"
#include "base/status.h"
#include "core/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The table for an option of kind GT_OPTION_VARIANTS. */
extern const gt_variants gt_transform_variants;

/* Whether the steps of a list go together, and with the columns that the model
 * is told. GT_ERR_CONFIG. */
gt_status gt_transform_check(const gt_variant_list *list,
                             const gt_word_list *conditions);

/* --- Within the room. */

/* What a step needs beside its options. */
typedef enum gt__step_needs {
    GT__NEEDS_NOTHING,
    GT__NEEDS_CONDITION, /* the value that comes with the sample in a column */
    GT__NEEDS_FIGURES,   /* of the training data: gt_transform_figures */
    GT__NEEDS_NOISE,     /* random numbers that depend on the sample */
} gt__step_needs;

/* For which values of a sample `standardize` has figures of their own. */
typedef enum gt__per { GT__PER_ALL, GT__PER_CHANNEL, GT__PER_VALUE } gt__per;

/* The options of all steps; each has some of them. */
typedef struct gt__step_options {
    double low, high, epsilon, at, width;
    int per, draw;
    int64_t seed;
    char *by;
} gt__step_options;

/* The largest number that an option takes. */
#define GT__STEP_MOST 1e30

typedef struct gt__step_type gt__step_type;

/* One step of a configuration. */
typedef struct gt__step {
    const gt__step_type *type;
    double a, b;              /* what its functions compute with, */
    double at;                /* and what binarize does: a threshold, */
    int draw;                 /* how it draws, */
    uint64_t seed;            /* and from what */
    const char *column;       /* borrowed; of a step that needs a condition, */
    int condition;            /* and its number in data.conditions */
    size_t groups;            /* of a step that needs figures: value i of a
                                 sample is in group i % groups */
    const gt_real *mean;      /* [groups]; borrowed, */
    const gt_real *deviation; /* and [groups]; none is 0 */
} gt__step;

/* Some values of one sample, in the middle of the steps. */
typedef struct gt__step_values {
    double *v;        /* [n] */
    size_t n, first;  /* v[0] is value number `first` of the sample, a
                         multiple of 4 */
    double condition; /* that comes with it */
    gt_rng at;        /* the address of its noise */
} gt__step_values;

struct gt__step_type {
    const char *name, *help;
    const gt_option *options; /* fill gt__step_options */
    gt__step_needs needs;
    const char *takes; /* numbers that it takes; NULL: all */

    /* Fill a and b from the options; `low` and `high` are the model's range. */
    void (*begin)(gt__step *step, const void *options, double low, double high);

    /* Replace values. Returns how many were replaced: less than n where the
     * next one is none that the step takes. NaN goes through. */
    size_t (*forward)(const gt__step *step, const gt__step_values *values);

    /* Undo that. Takes any numbers, as a model makes any. */
    void (*inverse)(const gt__step *step, const gt__step_values *values);

    /* The sum of log |dy/dx| over values y that `forward` made of x. NULL: many
     * x become the same y. */
    double (*log_slope)(const gt__step *step, const gt__step_values *values);
};

/* Those of transform_noise.c. */
extern const gt__step_type gt__step_dequantize, gt__step_binarize;

/* The step that an item of the list stands for; `size` and `channels` are those
 * of a sample. */
gt__step gt__step_of(const gt_variant_item *item, size_t size, int channels,
                     double low, double high);

/* The step that brings values from `from` .. `to` to the model's range. */
gt__step gt__step_range(double from, double to, double low, double high);

#endif
