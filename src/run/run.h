/* run.h: the life of one run: its directory, which outlives the processes that
 * train in it. They are killed, lose their disk or their network, and are
 * started again elsewhere while the old ones still live.
 *
 * The states of a run directory:
 *
 *     (nothing)
 *         |  gt_run_take
 *         v
 *     TRAINING ---- the last step, patience --> DONE ---------+
 *      |  |  |                                                |
 *      |  |  +----- a signal -----------------> INTERRUPTED --+
 *      |  |                                                   |
 *      |  +-------- crash, power loss --------> CRASHED ------+
 *      |                                                      |
 *      +----------- another process takes it -> LOST: this    |
 *                   one writes nothing more                   |
 *                                                             |
 *     LOOKED AT <-- gt_run_resume ----------------------------+
 *      |  ^         the newest good checkpoint is read
 *      |  |
 *      |  +---------------------------------------------------+
 *      v                                                      |
 *     PREPARED <--- `begin`: settings, data, memory           |
 *      |            who fails until here changes nothing      |
 *      v                                                      |
 *     FENCED <----- gt_run_take: no other process changes     |
 *      |  |         the run any more                          |
 *      |  |                                                   |
 *      |  +-------- another checkpoint is the one to go on ---+
 *      |            from (GT_ERR_STALE)
 *      v
 *     TRAINING <--- what lies beyond the checkpoint is gone
 *
 * What holds at every moment, between any two calls of the system, and the
 * tests that try to break it:
 *
 *  1. A file that has its name is whole and on the disk. (files.h)
 *     faults.sh: the process dies at every call, also in half a write.
 *  2. Nothing in the directory is changed before the fence is taken.
 *     io_run.c: a_run_is_not_changed_before_it_is_taken,
 *     a_fence_that_cannot_be_written_changes_nothing;
 *     cli_fence.sh: a start that fails.
 *  3. Of all processes that ever took the fence at most one, the last, gives a
 *     file its name, another name, or removes it.
 *     io_fence.c: of_many_at_once_one_is_left;
 *     cli_fence.sh: a job that was cut off, one that stands still while it
 *     opens the run.
 *  4. A checkpoint is believed only after all of it was compared with its
 *     digest and its step with its name; a bad one is passed over, and stays.
 *     io_verify.c: one_flipped_bit_anywhere_is_noticed,
 *     the_newest_good_checkpoint_is_chosen.
 *  5. A run goes on from the newest good checkpoint that is there once it is
 *     fenced, or from the one that was asked for.
 *     io_run.c: a_newer_checkpoint_is_found_after_fencing;
 *     cli_fence.sh: a run that was still being written to.
 *  6. A checkpoint of step N is there only after the lines of metrics up to N
 *     are on the disk, and after a resume at N there are none beyond.
 *     mpi_snapshot.c: metrics_that_do_not_fit_keep_a_checkpoint_back;
 *     cli_writer.sh: a crash; cli_resume.sh.
 *  7. After a resume at N no checkpoint beyond N has a name that is looked for.
 *     io_run.c: what_lies_beyond_the_step_is_set_aside.
 *  8. A checkpoint is removed only when a newer one is on the disk.
 *     faults.sh: there is always one to go on from.
 *  9. A directory that has no checkpoint yet is one in which the same training
 *     starts anew, as long as config.yaml is not there, or with which --resume
 *     begins at step 0, from then on. A branch of another run has a checkpoint
 *     before it has config.yaml, so it never begins at step 0 by mistake.
 *     faults.sh: the process dies at every call of a start.
 * 10. INTERRUPTED is there only beside the checkpoint that it names.
 *     mpi_snapshot.c: a_stopped_run_is_marked_if_it_can_go_on_from_there.
 * 11. checkpoints/best.h5 is of the best step that the lines of metrics up to
 * the newest checkpoint tell, or not there: it is written after the checkpoint
 * of its own step, and a resume believes it only if it is of the step that it
 *     knows. Otherwise it sets it aside, and copies that step's checkpoint, or
 *     begins to look for the best anew (best_file.h). Nothing else removes it.
 *     faults.sh: the process dies at every call; io_best.c; cli_best.sh:
 * resumes from older checkpoints, and from a run without the one it needs.
 *
 * The directory: config.yaml, the resolved configuration; metrics.jsonl;
 * checkpoints/ and samples/; fence.N; INTERRUPTED.
 */
#ifndef GT_RUN_RUN_H
#define GT_RUN_RUN_H

#include "run/best_file.h"
#include "run/checkpoint_choose.h"
#include "run/fence.h"

/* What a new run takes over from another one's checkpoint. */
typedef enum gt_branch {
    GT_BRANCH_NONE,
    GT_BRANCH_STATE,   /* all; it goes on from that step */
    GT_BRANCH_WEIGHTS, /* parameters and statistics; it begins at step 0 */
} gt_branch;

typedef struct gt_run {
    char path[GT_PATH];    /* of the directory; "": found when it is made */
    const char *name;      /* of one that is to be found; borrowed */
    gt_checkpoint resumed; /* what it goes on from; path "": a new run */
    gt_branch branch;      /* not NONE: a new run, and `resumed` is another's */
    bool newest;           /* that was chosen as the newest good one */
    char *begun;           /* a run without a checkpoint that begins again: its
                              configuration; NULL: another one. Owned */
    gt_best_file best;     /* that it knows of; set before gt_run_take */
    gt_fence fence;        /* rank 0's; none before gt_run_take */
} gt_run;

/* A new run in the directory `out`, which must not be there, be empty, or be
 * what a start left that was cut off; NULL: the first that is free of
 * runs/NAME-1, runs/NAME-2, ... Makes nothing yet. GT_ERR_IO: the path is too
 * long. Local. */
gt_status gt_run_init(gt_run *run, const char *out, const char *name);

/* Have a new run begin with what `from` holds, a run directory or a checkpoint
 * anywhere, which stays as it is. What gt_checkpoint_choose returns.
 * Collective; all ranks fail together. */
gt_status gt_run_branch(gt_comm *comm, gt_run *run, const char *from,
                        gt_branch branch);

/* The run directory that a checkpoint lies in: RUN of RUN/checkpoints/FILE, "."
 * where RUN/ is left out. False if it lies in none. Local. */
bool gt_run_of_checkpoint(const char *checkpoint, char run[GT_PATH]);

/* The step after which a run began, one of whose checkpoints says this of
 * itself. Local. */
uint64_t gt_run_begin(const gt_checkpoint_info *info);

/* Whether the training begins in the state that `resumed` holds, rather than at
 * step 0. Local. */
bool gt_run_goes_on(const gt_run *run);

/* What checkpoints say of where this run comes from. Local. */
gt_checkpoint_parent gt_run_parent(const gt_run *run);

/* Go on with a run: `asked` is its directory or RUN/checkpoints/FILE. Reads the
 * checkpoint, or config.yaml where there is none yet, and calls `begin`, which
 * prepares the training, calls gt_run_take and trains. If that finds that
 * another checkpoint is the one to go on from, all of it is done again.
 * GT_ERR_USAGE when a file lies in no run; else what gt_checkpoint_choose or
 * `begin` returns. Collective; all ranks fail together. */
gt_status gt_run_resume(gt_comm *comm, const char *asked,
                        gt_status (*begin)(gt_run *run, void *context),
                        void *context);

/* Make the directory of a new run, or prepare that of one that goes on; fence
 * it, and write its config.yaml, which a branch gets later: see
 * gt_run_write_config. It comes last: whoever fails before leaves nothing
 * behind and takes the run from nobody. From here on, gt_file_replace and its
 * like ask for the fence (gt_file_set_guard). GT_ERR_STALE: begin again with
 * another checkpoint. GT_ERR_IO also when another process has the run. Rank 0
 * alone; local. */
gt_status gt_run_take(gt_run *run, const char *config);

/* Write config.yaml: of a branch, once its first checkpoint is there, without
 * which it could only begin at step 0. Local. */
gt_status gt_run_write_config(const gt_run *run, const char *config);

/* Leave the mark of a run that was asked to stop after `step` steps. Local. */
gt_status gt_run_mark_interrupted(const gt_run *run, uint64_t step);

/* Free what is in memory. Local. */
void gt_run_close(gt_run *run);

#endif
