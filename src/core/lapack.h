/* lapack.h: the one door to LAPACK: eigenvalues and singular values, in double,
 * of row-major matrices. Local.
 *
 * A build may be without it; then functions fail with GT_ERR_CONFIG and a
 * message that names the package. Bits depend on the library, its kernels and
 * its threads.
 */
#ifndef GT_CORE_LAPACK_H
#define GT_CORE_LAPACK_H

#include "base/status.h"

#include <stdbool.h>

bool gt_lapack_is_there(void);

/* The symmetric matrix a[n x n]: its eigenvalues in values[n], in ascending
 * order; row i of `a` becomes the eigenvector of values[i]. GT_ERR_MEMORY;
 * GT_ERR_NUMERIC: no convergence, as with NaN. */
gt_status gt_lapack_eigen(int n, double *a, double *values);

/* The singular values of a[m x n], which is destroyed: values[min(m, n)], in
 * descending order. GT_ERR_MEMORY; GT_ERR_NUMERIC: no convergence. */
gt_status gt_lapack_singular_values(int m, int n, double *a, double *values);

#endif
