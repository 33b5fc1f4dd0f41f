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
#include "data/transform_steps.h"

/* Fields are private. */
typedef struct gt_transform {
    gt__step *steps;
    int n_steps;
    size_t size;      /* values of a sample */
    gt_real *figures; /* of standardize: means, then deviations */
    size_t n_figures; /* of both; 0: none are needed */
    bool ready;       /* they are there */
} gt_transform;

/* Which sample it is, for noise and messages. */
typedef struct gt_transform_sample {
    uint64_t seed, number; /* of the run; of the sample */
    uint32_t epoch;
    const gt_real *conditions; /* those of data.conditions that come with it */
} gt_transform_sample;

/* Of a configuration whose samples have this shape, and values from `low` to
 * `high` by their kind (equal: not known). GT_ERR_MEMORY. */
gt_status gt_transform_open(gt_transform *transform,
                            const gt_data_config *config, gt_shape shape,
                            double low, double high);
void gt_transform_close(gt_transform *transform);

/* Are values left as they are? */
bool gt_transform_is_none(const gt_transform *transform);

/* Does it read conditions? */
bool gt_transform_needs_conditions(const gt_transform *transform);

/* Figures of the training data that are still to be found: how many values
 * have a mean of their own (value i of a sample is counted for figure i modulo
 * this number); 0: none. Until they are set, gt_transform_forward stops in
 * front of the step that needs them, so that they can be made of what it
 * gives. */
size_t gt_transform_groups(const gt_transform *transform);

/* Set them: means, then deviations. A deviation of 0 counts as 1. */
void gt_transform_set_figures(gt_transform *transform, const gt_real *figures);

/* From the data's values to the model's, in place, of one sample [size].
 * GT_ERR_MISMATCH: a step does not take one of them; the message says which,
 * and begins with "sample N". */
gt_status gt_transform_forward(const gt_transform *transform,
                               const gt_transform_sample *sample, gt_real *x);

/* From the model's values to the data's, of n samples [n x size]. `conditions`
 * [n x columns] come with them; NULL if none are needed. `out` may be `x`. */
void gt_transform_inverse(const gt_transform *transform, const gt_real *x,
                          const gt_real *conditions, int columns, size_t n,
                          gt_real *out);

#endif
