/* factors.h: codes and factors as the figures of disentanglement take them.
 * Private to the eval room. Local, pure.
 */
#ifndef GT_EVAL_FACTORS_H
#define GT_EVAL_FACTORS_H

#include "eval/codes.h"

enum { GT__FACTORS_LEAST = 16 }; /* samples */

/* Columns of n numbers. */
typedef struct gt__factors {
    size_t n;
    int latents, factors;
    double *z;      /* [latents x n] */
    double *v;      /* [factors x n], none of which is constant */
    bool *is_class; /* [factors] */
} gt__factors;

/* GT_ERR_MISMATCH, GT_ERR_NUMERIC, GT_ERR_MEMORY, as
 * gt_disentanglement_evaluate; nothing is to be freed then. */
gt_status gt__factors_new(gt__factors *out, const gt_codes *codes);
void gt__factors_free(gt__factors *factors);

static inline const double *gt__latent(const gt__factors *f, int j)
{
    return f->z + (size_t)j * f->n;
}

static inline const double *gt__factor(const gt__factors *f, int k)
{
    return f->v + (size_t)k * f->n;
}

/* The place of each of n numbers among their different values in order, 0 and
 * up, into level [n]. `sorted` [n] becomes these values. Returns how many there
 * are. */
int gt__levels(const double *x, size_t n, double *sorted, int *level);

/* The bin of each of n numbers, of `bins` of the same width from the least to
 * the greatest, into bin [n]. */
void gt__bins(const double *x, size_t n, int bins, int *bin);

#endif
