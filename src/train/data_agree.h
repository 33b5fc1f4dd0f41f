/* data_agree.h: all ranks see the same data.
 */
#ifndef GT_TRAIN_DATA_AGREE_H
#define GT_TRAIN_DATA_AGREE_H

#include "comm/comm.h"
#include "data/source.h"

/* Fail with GT_ERR_MISMATCH, naming a rank and the difference, if the data that
 * the ranks have opened differ in the number of samples, their shape, labels or
 * contents: a file may have other contents on another node. `test` is NULL if
 * no samples are held out. GT_ERR_MEMORY. Collective; all ranks fail together.
 */
gt_status gt_data_agree(gt_comm *comm, const gt_source *train,
                        const gt_source *test);

#endif
