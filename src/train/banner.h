/* banner.h: what a run says of itself before its first step. */
#ifndef GT_TRAIN_BANNER_H
#define GT_TRAIN_BANNER_H

#include "gentrain/task.h"

/* Print ranks, nodes, threads, BLAS kernels, precision, networks, memory and
 * seed; warn of old kernels and of ranks that share cores. Collective. */
void gt_banner_print(const gt_task *task, int threads, int shards,
                     const gt_source *source);

/* Parameters of all networks. */
size_t gt_task_parameters(const gt_task *task);

#endif
