/* checkpoint_choose.h: the newest good checkpoint of a run, read once.
 *
 * Others may be training there: the file that was just found may be removed
 * before it is opened, as there is a newer one. Then the search begins again.
 */
#ifndef GT_RUN_CHECKPOINT_CHOOSE_H
#define GT_RUN_CHECKPOINT_CHOOSE_H

#include "comm/comm.h"
#include "run/checkpoint.h"

/* Open the newest checkpoint of a run directory that is good and of the step in
 * its name; a warning names each newer one that is not. Or, if `run_or_file` is
 * a file, open that. GT_ERR_IO when there is none, which says where it looked;
 * GT_ERR_BUSY when one cannot be read for a reason that tells nothing of it, as
 * no older one is taken then; else what is wrong with the oldest. Local; no
 * MPI.
 */
gt_status gt_checkpoint_choose(gt_checkpoint *checkpoint,
                               const char *run_or_file);

/* Rank 0 chooses; all ranks get path and info. The numbers stay with rank 0,
 * from where gt_snapshot_read brings them. Collective; all ranks fail
 * together. */
gt_status gt_checkpoint_choose_shared(gt_comm *comm, gt_checkpoint *checkpoint,
                                      const char *run_or_file);

/* As gt_checkpoint_choose, for who wants to look at the file: a single one may
 * be any HDF5 file. Its path is put into `path`. Local. */
gt_status gt_checkpoint_choose_file(gt_h5 **file, const char *run_or_file,
                                    char path[GT_PATH]);

/* Whether a run can go on from a checkpoint that was chosen while somebody else
 * may have trained there. GT_ERR_STALE if it was removed since or, where the
 * `newest` is wanted, a good one beyond it is there. Local. */
gt_status gt_checkpoint_confirm(const char *run,
                                const gt_checkpoint *checkpoint, bool newest);

#endif
