/* loss.h: losses and their gradients, in one pass each. Local.
 *
 * Each function returns the sum over all `count` elements, in double, and
 * writes the gradient times `scale` (1 / global batch for a mean over the
 * batch). A gradient of NULL is not wanted.
 */
#ifndef GT_NN_LOSS_H
#define GT_NN_LOSS_H

#include "core/tensor.h"

/* Binary cross-entropy on logits: max(l,0) - l t + log(1 + exp(-|l|)), gradient
 * sigmoid(l) - t, with one target t in [0, 1] for all elements. t = 1 on fake
 * logits is the non-saturating generator loss softplus(-l) (Goodfellow et al.
 * 2014). */
double gt_loss_bce(const gt_real *logits, size_t count, gt_real target,
                   gt_real scale, gt_real *gradient);

/* The minimax generator loss -softplus(l) = log(1 - D(G(z))) (Goodfellow et al.
 * 2014, eq. 1), which saturates; gradient -sigmoid(l). */
double gt_loss_minimax(const gt_real *logits, size_t count, gt_real scale,
                       gt_real *gradient);

/* Bernoulli negative log-likelihood of targets t[count] in [0, 1] under logits,
 * in nats. A true likelihood for binary targets only. */
double gt_loss_bernoulli(const gt_real *logits, const gt_real *targets,
                         size_t count, gt_real scale, gt_real *gradient);

/* Gaussian negative log-likelihood (x - mean)^2 / (2 sigma^2) +
 * log(2 pi sigma^2) / 2, in nats; the constant is part of the value. With
 * sigma^2 = 1/2 this is the squared error plus a constant. */
double gt_loss_gaussian(const gt_real *mean, const gt_real *x, size_t count,
                        double sigma, gt_real scale, gt_real *gradient);

/* Cross-entropy of n rows of `classes` logits with the softmax: -log p of the
 * row's label, gradient p - 1 at the label and p elsewhere. A row whose label
 * is -1 has none, and adds nothing. */
double gt_loss_softmax(const gt_real *logits, const int *labels, int n,
                       int classes, gt_real scale, gt_real *gradient);

/* How many of n rows have their largest logit at their label; of several
 * largest ones the first counts. */
int gt_count_correct(const gt_real *logits, const int *labels, int n,
                     int classes);

/* Mean of sigmoid(l) over the elements: the D(x) that papers report. */
double gt_mean_sigmoid(const gt_real *logits, size_t count);

/* out[i] = 1 / (1 + exp(-logits[i])). */
void gt_sigmoid(const gt_real *logits, size_t count, gt_real *out);

/* Log-variances are clamped to [-GT_LOGVAR_MAX, GT_LOGVAR_MAX], with zero
 * gradient outside. */
#define GT_LOGVAR_MAX 10

/* z = mu + exp(logvar / 2) eps (Kingma, Welling 2014, eq. 10). code[n x 2d]
 * holds mu in the first d and logvar in the last d values of each row; eps and
 * z are [n x d]. eps == NULL means 0: z = mu. */
void gt_reparameterise(const gt_real *code, const gt_real *eps, int n, int d,
                       gt_real *z);

/* KL(N(mu, exp(logvar)) || N(0, 1)) summed over [n x d], in nats (Kingma,
 * Welling 2014, appendix B). Writes dcode[n x 2d] = scale * (beta dKL/dcode) +
 * the gradient that comes from dz[n x d] through z. dcode NULL: only the value
 * is computed, and dz is not read. */
double gt_kl_normal(const gt_real *code, const gt_real *eps, const gt_real *dz,
                    int n, int d, double beta, gt_real scale, gt_real *dcode);

#endif
