/* gan_objective.c: the table of objectives. A new one is a line here, and a
 * function in nn/loss.c. */
#include "tasks/gan_objective.h"

#include "nn/loss.h"

/* Cross-entropy: -log D(x), and -log(1 - D(x)). */
static double is_real(const gt_real *logits, size_t count, gt_real scale,
                      gt_real *gradient)
{
    return gt_loss_bce(logits, count, 1, scale, gradient);
}

static double is_fake(const gt_real *logits, size_t count, gt_real scale,
                      gt_real *gradient)
{
    return gt_loss_bce(logits, count, 0, scale, gradient);
}

/* Name, D's losses on real and on generated samples, G's loss, opinion. Both
 * are of Goodfellow et al. 2014: equation 1, and section 3 for a loss of G that
 * does not saturate. */
#define OBJECTIVES(X)                                                          \
    X("non_saturating", is_real, is_fake, is_real, gt_mean_sigmoid)            \
    X("minimax", is_real, is_fake, gt_loss_minimax, gt_mean_sigmoid)

#define OBJECTIVE(name, real, fake, generator, opinion)                        \
    {real, fake, generator, opinion},
const gt_gan_objective gt_gan_objectives[] = {OBJECTIVES(OBJECTIVE)};

#define NAME(name, ...) name,
const char *const gt_gan_objective_names[] = {OBJECTIVES(NAME) NULL};
