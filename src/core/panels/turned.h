/* turned.h: products whose B is stored with a row for each column, and is far
 * larger than A. For src/core/panels. Local. */
#ifndef GT_CORE_PANELS_TURNED_H
#define GT_CORE_PANELS_TURNED_H

#include "core/panels/kernel.h"

/* Whether gt__turned_multiply takes what gt__panel_multiply was asked for, and
 * is faster. */
bool gt__turned_suits(const gt__panel_kernel *kernel, int m, int n, int k,
                      gt__panel_matrix b, bool add);

/* The same bits as gt__panel_multiply. */
void gt__turned_multiply(const gt__panel_kernel *kernel, int m, int n, int k,
                         gt__panel_matrix a, gt__panel_matrix b, float *c,
                         int ldc);

#endif
