/* vae_likelihood.c: the constants log(2 pi) / 2 of log p(z) and of log q(z|x)
 * are the same and cancel. q's density is taken at the noise that z was made
 * with, which is exact, and not at (z - mu) / sigma, which is rounded. */
#include "tasks/vae_likelihood.h"

#include "data/config.h"
#include "nn/loss.h"
#include "tasks/vae_config.h"

#include <math.h>
#include <string.h>

void gt_vae_clamp(const gt_real *code, int n, int d, gt_real *out)
{
    size_t width = 2 * (size_t)d;
    memmove(out, code, (size_t)n * width * sizeof *out);
    for (int i = 0; i < n; i++, out += width)
        for (size_t j = (size_t)d; j < width; j++) {
            out[j] = out[j] > GT_LOGVAR_MAX ? GT_LOGVAR_MAX : out[j];
            out[j] = out[j] < -GT_LOGVAR_MAX ? -GT_LOGVAR_MAX : out[j];
        }
}

void gt_vae_kl(const gt_real *code, int n, int d, double *kl)
{
    for (int i = 0; i < n; i++, code += 2 * (size_t)d)
        kl[i] = gt_kl_normal(code, NULL, NULL, 1, d, 1, 1, NULL);
}

void gt_vae_log_ratio(const gt_real *code, const gt_real *eps, const gt_real *z,
                      int n, int d, double *ratio)
{
    for (int i = 0; i < n; i++, code += 2 * (size_t)d, eps += d, z += d) {
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double e = (double)eps[j], at = (double)z[j];
            sum += e * e - at * at + (double)code[d + j];
        }
        ratio[i] = sum / 2;
    }
}

void gt_vae_recon(const gt_config *config, const gt_real *y,
                  const gt_samples *samples, double *recon)
{
    size_t size = gt_shape_size(gt_data_config_of(config)->image);
    double sigma = gt_vae_config_of(config)->sigma;
    bool bernoulli = gt_vae_is_bernoulli(config);
    const gt_real *x = samples->x;
    for (int i = 0; i < samples->n; i++, y += size, x += size)
        recon[i] = bernoulli ? gt_loss_bernoulli(y, x, size, 1, NULL)
                             : gt_loss_gaussian(y, x, size, sigma, 1, NULL);
}

bool gt_vae_is_density(const gt_config *config)
{
    return !gt_vae_is_bernoulli(config);
}

bool gt_vae_holds(const gt_config *config, const gt_samples *samples)
{
    size_t n =
        (size_t)samples->n * gt_shape_size(gt_data_config_of(config)->image);
    if (!gt_vae_is_bernoulli(config))
        return true;
    for (size_t i = 0; i < n; i++)
        if (!(samples->x[i] == 0 || samples->x[i] == 1))
            return false;
    return true;
}
