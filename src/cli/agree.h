/* agree.h: the ranks of a job were told the same.
 */
#ifndef GT_CLI_AGREE_H
#define GT_CLI_AGREE_H

#include "cli/args.h"

/* Fail with GT_ERR_MISMATCH, naming a rank and the difference, if the ranks'
 * builds, commands or options differ, but for options that are per_node.
 * Nothing that these decide may be collective before. GT_ERR_MEMORY.
 * Collective; all ranks fail together. */
gt_status gt_cli_agree(gt_comm *comm, const gt_cli_args *args);

#endif
