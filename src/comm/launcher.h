/* launcher.h: who started this process, told from the environment without MPI.
 * Local. */
#ifndef GT_COMM_LAUNCHER_H
#define GT_COMM_LAUNCHER_H

#include "base/status.h"

/* The rank that the launcher gave this process; 0 where no launcher did. For
 * the few words that are said before MPI starts. */
int gt_launcher_rank(void);

/* Before MPI starts: where no launcher did, have it start quickly for one rank.
 * What the user has set stands. */
void gt__launcher_expect_one_rank(void);

/* After MPI has started with so many ranks: GT_ERR_USAGE where srun started
 * more than that, and this MPI library does not speak to it. */
gt_status gt__launcher_check(int ranks);

#endif
