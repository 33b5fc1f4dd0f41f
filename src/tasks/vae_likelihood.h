/* vae_likelihood.h: what a VAE says of each sample, in nats, with its constants
 * and in double; nn/loss.h has the sums that training needs. Local, pure.
 *
 * A code [n x 2d] holds mu in the first d and log sigma^2 in the last d values
 * of each row.
 */
#ifndef GT_TASKS_VAE_LIKELIHOOD_H
#define GT_TASKS_VAE_LIKELIHOOD_H

#include "base/section.h"
#include "data/samples.h"

/* Codes with log sigma^2 as it is used, within -GT_LOGVAR_MAX .. GT_LOGVAR_MAX;
 * `out` may be `code`. */
void gt_vae_clamp(const gt_real *code, int n, int d, gt_real *out);

/* KL(q(z|x) || N(0, 1)) of n codes (Kingma, Welling 2014, appendix B). */
void gt_vae_kl(const gt_real *code, int n, int d, double *kl);

/* log p(z) - log q(z|x) of z [n x d] = mu + sigma eps. */
void gt_vae_log_ratio(const gt_real *code, const gt_real *eps, const gt_real *z,
                      int n, int d, double *ratio);

/* -log p(x|z) of samples under a decoder's outputs y [n x image]. */
void gt_vae_recon(const gt_config *config, const gt_real *y,
                  const gt_samples *samples, double *recon);

/* As gt_task_codes. */
bool gt_vae_is_density(const gt_config *config);
bool gt_vae_holds(const gt_config *config, const gt_samples *samples);

#endif
