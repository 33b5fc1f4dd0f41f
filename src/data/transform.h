/* transform.h: from the values of the data to those that a model sees, and
 * back. Local.
 *
 * The steps are those of data.transform, in their order; back, in the opposite
 * one. Where there are none, values whose range is known by their kind are
 * brought to the model's range, and all others are left as they are. A value
 * goes through all steps in double precision. What comes out depends on the
 * sample alone: on its values, its conditions and the address of its noise.
 */
#ifndef GT_DATA_TRANSFORM_H
#define GT_DATA_TRANSFORM_H

#include "data/config.h"
#include "data/range.h"
#include "data/transform_steps.h"

/* What is known of the values of some data, beside the configuration. Samples
 * of a model trained on them are made with it, so checkpoints hold it. */
typedef struct gt_values {
    bool reals;       /* else bytes */
    double low, high; /* that values have by their kind; equal: not known */
    const gt_real *figures; /* of the training data; NULL: none yet, or none are
                               needed; borrowed, */
    size_t n_figures;
    const void *form; /* and borrowed: store/h5form.h; NULL: there is none */
    size_t form_size;
} gt_values;

/* Fields are private. */
typedef struct gt_transform {
    gt__step *steps;
    int n_steps;
    size_t size;      /* values of a sample */
    gt_real *figures; /* of standardize: means, then deviations */
    size_t n_figures; /* of both; 0: none are needed */
    bool ready;       /* they are there */
    bool plain;       /* bytes, which are brought to the model's range alone:
                         range.h does that */
    gt_range range;
} gt_transform;

/* Which sample it is, for noise and messages. */
typedef struct gt_transform_sample {
    uint64_t seed, number; /* of the run; of the sample */
    uint32_t epoch;
    const gt_real *conditions; /* those of data.conditions that come with it */
} gt_transform_sample;

/* Of samples of this shape; without a configuration (NULL) reals stay as they
 * are. `values` may lack figures. GT_ERR_MEMORY;
 * GT_ERR_MISMATCH: the figures are those of other steps. */
gt_status gt_transform_open(gt_transform *transform,
                            const gt_data_config *config, gt_shape shape,
                            const gt_values *values);
void gt_transform_close(gt_transform *transform);

/* Does it read conditions? */
bool gt_transform_needs_conditions(const gt_transform *transform);

/* Figures of the training data that are still to be found: how many values
 * have a mean of their own (value i of a sample is counted for figure i modulo
 * this number); 0: none. Without them gt_transform_forward stops in front of
 * the step that needs them, so that they can be made of what it gives: means,
 * then deviations. */
size_t gt_transform_groups(const gt_transform *transform);

/* From the data's values to the model's, in place, of one sample [size].
 * GT_ERR_MISMATCH: a step does not take one of them; the message says which,
 * and begins with "sample N". */
gt_status gt_transform_forward(const gt_transform *transform,
                               const gt_transform_sample *sample, gt_real *x);

/* From the model's values to the data's, of n samples [n x size]; plain bytes
 * stay as they are. `conditions` [n x columns] come with them; NULL if none are
 * needed. `out` may be `x`. */
void gt_transform_inverse(const gt_transform *transform, const gt_real *x,
                          const gt_real *conditions, int columns, size_t n,
                          gt_real *out);

/* The same, but plain bytes, too, become the data's values, neither rounded nor
 * cut. */
void gt_transform_to_data(const gt_transform *transform, const gt_real *x,
                          const gt_real *conditions, int columns, size_t n,
                          gt_real *out);

/* log |det dx/d data| of one sample of the data that has the model's values x
 * [size]: a density of x times its exponential is one of the data. Values with
 * noise of `dequantize` are data here. NAN: a step gives several values of the
 * data the same x. */
double gt_transform_log_slope(const gt_transform *transform, const gt_real *x,
                              const gt_real *conditions);

/* gt_transform_inverse of data that are bytes, as these, rounded and cut. */
void gt_transform_to_bytes(const gt_transform *transform, const gt_real *x,
                           const gt_real *conditions, int columns, size_t n,
                           uint8_t *out);

/* Of what gt_transform_inverse gave of data that are bytes. */
void gt_transform_values_to_bytes(const gt_transform *transform,
                                  const gt_real *values, size_t n,
                                  uint8_t *out);

#endif
