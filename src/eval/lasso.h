/* lasso.h: linear regression with few weights (Tibshirani 1996). Private to the
 * eval room. Local, pure.
 */
#ifndef GT_EVAL_LASSO_H
#define GT_EVAL_LASSO_H

#include <stddef.h>

/* Second moments of some samples, means over them: of inputs z and a target y,
 * all shifted and scaled alike whichever samples these are. */
typedef struct gt__moments2 {
    const double *zz; /* [d x d] */
    const double *zy; /* [d] */
    double yy;
} gt__moments2;

/* Improve w [d] until it is least, to a relative 1e-7 of the largest weight, of
 *     1/2 E|y - w z|^2 + penalty sum |w_j|
 * by coordinate descent (Friedman et al. 2010, "Regularization paths", eq. 5).
 * An input whose square is 0 keeps the weight 0. */
void gt__lasso(const gt__moments2 *of, int d, double penalty, double *w);

/* E|y - w z|^2. */
double gt__lasso_error(const gt__moments2 *of, int d, const double *w);

#endif
