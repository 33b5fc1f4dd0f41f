/* gan_objective.h: what a GAN's networks play for. */
#ifndef GT_TASKS_GAN_OBJECTIVE_H
#define GT_TASKS_GAN_OBJECTIVE_H

#include "core/tensor.h"

/* The sum of a loss over `count` outputs of D; its gradient times `scale` goes
 * to `gradient` (nn/loss.h). */
typedef double gt_gan_loss(const gt_real *outputs, size_t count, gt_real scale,
                           gt_real *gradient);

typedef struct gt_gan_objective {
    gt_gan_loss *real, *fake; /* D's, on samples and on what G makes */
    gt_gan_loss *generator;   /* G's, on what it makes */
    /* What is reported of D's outputs: their mean opinion, as D(x). */
    double (*opinion)(const gt_real *outputs, size_t count);
} gt_gan_objective;

/* By the number of the choice model.gan_loss. The names end with NULL. */
extern const gt_gan_objective gt_gan_objectives[];
extern const char *const gt_gan_objective_names[];

#endif
