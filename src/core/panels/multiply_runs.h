/* multiply_runs.h: products of matrices that lie in runs. For src/core. Local.
 */
#ifndef GT_CORE_PANELS_MULTIPLY_RUNS_H
#define GT_CORE_PANELS_MULTIPLY_RUNS_H

#include "core/panels/kernel.h"

/* C[m x n] = A B, or += if `add`, over `runs` of so many words, by a kernel
 * with one term to a word. Bits as in multiply.h. Calls gt_progress_hook. */
void gt__panel_multiply_runs(const gt__panel_kernel *kernel, int m, int n,
                             int runs, int words, gt__panel_words a,
                             gt__panel_words b, bool add, float *c, int ldc);

#endif
