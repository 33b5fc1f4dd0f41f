/* banner.h: the lines that a run prints before its first step. */
#ifndef GT_TRAIN_BANNER_H
#define GT_TRAIN_BANNER_H

#include "tasks/task.h"

/* Print ranks, nodes, threads, BLAS kernels, precision, networks, memory and
 * seed. Warn of old kernels, of ranks that share cores, and of settings that
 * have no effect in a training of `steps` steps. Collective. */
void gt_banner_print(const gt_task *task, int threads, int shards,
                     const gt_source *source, uint64_t steps);

#endif
