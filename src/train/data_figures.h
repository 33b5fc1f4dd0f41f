/* data_figures.h: figures of the training data that data.transform needs.
 */
#ifndef GT_TRAIN_DATA_FIGURES_H
#define GT_TRAIN_DATA_FIGURES_H

#include "comm/comm.h"
#include "data/config.h"
#include "data/source.h"

/* Read the training data once, each rank its share, and find the means and
 * deviations of what reaches the step that needs them: *figures [*n],
 * malloc'ed, the same bits on any number of ranks. *n is 0 where no step needs
 * any. GT_ERR_MEMORY; GT_ERR_FORMAT: there are none, for NaN; what
 * gt_reader_read returns. Collective; all ranks fail together. */
gt_status gt_data_figures_find(gt_comm *comm, const gt_source *source,
                               const gt_data_config *data, gt_real **figures,
                               size_t *n);

/* Have both splits, of which `test` may be NULL, use n figures, which stay
 * borrowed. Local. */
void gt_data_figures_use(gt_source *train, gt_source *test,
                         const gt_real *figures, size_t n);

#endif
