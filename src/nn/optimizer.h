/* optimizer.h: SGD with momentum and Adam. Local.
 *
 * One update of all parameters may be made in pieces, also by several
 * optimizers that each hold the moments of some parameters. If the pieces begin
 * at multiples of GT_OPTIMIZER_BLOCK, the result is the same to the bit. An
 * update is
 *   with clip_norm > 0: gt_optimizer_measure over all gradients, then
 *   gt_optimizer_clip; then gt_optimizer_apply over all gradients, then
 *   updates++ by the caller.
 */
#ifndef GT_NN_OPTIMIZER_H
#define GT_NN_OPTIMIZER_H

#include "base/section.h"
#include "core/arena.h"

#include <stdint.h>

typedef enum gt_optimizer_kind { GT_SGD, GT_ADAM } gt_optimizer_kind;
typedef enum gt_schedule_kind {
    GT_SCHEDULE_CONSTANT,
    GT_SCHEDULE_STEP,
    GT_SCHEDULE_COSINE,
    GT_SCHEDULE_LINEAR,
    GT_SCHEDULE_MULTISTEP,
} gt_schedule_kind;

/* What a configuration says of an optimizer: its section "optimizer", and
 * sections of other names with the same keys. */
typedef struct gt_optimizer_config {
    int kind; /* gt_optimizer_kind */
    double lr, momentum, beta1, beta2, epsilon;
    double clip_norm;        /* 0: off */
    double ema;              /* decay of the parameters' average; 0: none */
    int schedule;            /* gt_schedule_kind */
    int64_t warmup_steps;    /* linear from 0 */
    int64_t decay_steps;     /* STEP: interval; COSINE, LINEAR: length */
    double decay_factor;     /* STEP, MULTISTEP: lr *= factor at each drop */
    double lr_end;           /* COSINE, LINEAR: learning rate at the end */
    gt_word_list milestones; /* MULTISTEP: updates of the drops, ascending */
} gt_optimizer_config;
extern const gt_option gt_optimizer_options[];
extern const gt_section gt_optimizer_section;

static inline const gt_optimizer_config *
gt_optimizer_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_optimizer_section);
}

/* gt_section.check for the sections that a task uses. The section "optimizer"
 * has none of its own, as others may only inherit from it. */
gt_status gt_optimizer_check(const gt_config *config, gt_config_place *at);

/* Squares of so many gradients are summed together, and these sums in order. */
enum { GT_OPTIMIZER_BLOCK = 256 };

typedef struct gt_optimizer {
    const gt_optimizer_config *config; /* borrowed */
    size_t count;                      /* parameters whose moments are here */
    uint64_t updates;                  /* done so far; counted by the caller */
    gt_real *m;                        /* first moment, or momentum */
    gt_real *v;                        /* second moment; NULL for SGD */
    gt_real *average; /* of the parameters; NULL: none. The caller fills it
                         with the parameters before the first update */
} gt_optimizer;

/* The decay of the average in update number `update` (0 is the first): ema, but
 * (1 + update) / (10 + update) where that is less, so that the initial values,
 * of which running statistics mean nothing, are forgotten soon. */
double gt_ema_decay(const gt_optimizer_config *config, uint64_t update);

/* average[i] = decay average[i] + (1 - decay) values[i]: the exponential moving
 * average of weights (Yazici et al. 2019, arXiv:1806.04498). */
void gt_ema(gt_real *average, const gt_real *values, double decay, size_t n);

/* Allocate zeroed moments, and an average, for `count` parameters.
 * GT_ERR_CONFIG: the schedule needs decay_steps or milestones, and there are
 * none, or the latter are not whole numbers that ascend. */
gt_status gt_optimizer_new(gt_optimizer *opt, const gt_optimizer_config *config,
                           size_t count);
void gt_optimizer_free(gt_optimizer *opt);

/* Learning rate of update number `update` (0 is the first). Warm-up: lr
 * (update + 1) / warmup_steps, so that no update is wasted. After it STEP
 * decays by decay_factor each decay_steps, MULTISTEP at each of the milestones,
 * before the update of that number; COSINE and LINEAR go from lr to lr_end over
 * decay_steps updates and then stay. All are counted from the end of the
 * warm-up. */
double gt_learning_rate(const gt_optimizer_config *config, uint64_t update);

/* Blocks of `n` gradients. */
size_t gt_optimizer_blocks(size_t n);

/* The sums of squares of grads[n], one per block; not finite if a gradient is
 * not finite. */
void gt_optimizer_measure(const gt_real *grads, size_t n, double *squares);

/* The factor by which gradients must be scaled so that their 2-norm is at most
 * clip_norm (Pascanu et al. 2013), from the sums of squares of all blocks; 1 if
 * a sum is not finite. */
double gt_optimizer_clip(const gt_optimizer_config *config,
                         const double *squares, size_t n_blocks);

/* New parameters out[n] from params[n] and the mean gradients grads[n] times
 * `clip`, with the moments from number `at` on. `out` may be params or grads.
 * SGD: m = momentum m + g; p -= lr m (Polyak 1964, as in Sutskever et al. 2013
 * without dampening). Adam: Kingma, Ba 2015, algorithm 1, bias-corrected,
 * epsilon outside the root. The average, if there is one, follows the new
 * parameters. A gradient that is NaN or beyond 1e18 makes its
 * parameter NaN, and the result false: the caller must then stop. */
bool gt_optimizer_apply(gt_optimizer *opt, double clip, size_t at,
                        const gt_real *params, const gt_real *grads,
                        gt_real *out, size_t n);

#endif
