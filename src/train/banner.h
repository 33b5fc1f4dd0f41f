/* banner.h: what a run says of itself before its first step. */
#ifndef GT_TRAIN_BANNER_H
#define GT_TRAIN_BANNER_H

#include "tasks/task.h"

/* Print ranks, nodes, threads, BLAS kernels, precision, networks, memory and
 * seed; warn of old kernels, of ranks that share cores, and of what does
 * nothing in a training of that many steps. Collective. */
void gt_banner_print(const gt_task *task, int threads, int shards,
                     const gt_source *source, uint64_t steps);

#endif
