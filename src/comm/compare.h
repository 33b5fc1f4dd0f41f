/* compare.h: what all ranks must have in common.
 */
#ifndef GT_COMM_COMPARE_H
#define GT_COMM_COMPARE_H

#include "comm/comm.h"

/* Fail with GT_ERR_MISMATCH on all ranks if one has another text than rank 0.
 * `mine` has a fact a line, "SUBJECT\tVALUE\n". The message names the first
 * fact that differs: "rank 3 on node7: SUBJECT VALUE here, VALUE on rank 0;
 * MEND". GT_ERR_MEMORY on every rank if one has none. The texts may be of any
 * length and shape, so this is safe to call where nothing is known to be the
 * same yet. Collective. */
gt_status gt_comm_compare(gt_comm *comm, const char *mine, const char *mend);

#endif
