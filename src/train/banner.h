/* banner.h: the lines that a run prints before its first step. */
#ifndef GT_TRAIN_BANNER_H
#define GT_TRAIN_BANNER_H

#include "tasks/task.h"

/* Print ranks, nodes, threads, BLAS and its kernels, precision, who multiplies,
 * data, networks, memory and seed, as they are: BLAS may take fewer threads
 * than it was asked for, and small data make small batches. `asked`: the
 * threads of --threads. `test` is NULL if no samples are held out. Warn of old
 * kernels, of ranks that share cores, and of settings that have no effect in a
 * training of `steps` steps. Collective. */
void gt_banner_print(const gt_task *task, int asked, int shards,
                     const gt_source *source, const gt_source *test,
                     uint64_t steps);

#endif
