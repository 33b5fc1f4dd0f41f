/* launcher.h: who started this process, as its environment tells. Local.
 *
 * MPI tells it too, but only where it knows the launcher. A launcher of another
 * MPI, or one whose PMI this MPI does not speak, starts processes of which each
 * believes that it is alone.
 */
#ifndef GT_COMM_LAUNCHER_H
#define GT_COMM_LAUNCHER_H

#include "base/status.h"

#include <stdbool.h>

typedef struct gt_launcher {
    const char *name;  /* "srun"; NULL: no launcher, or none that counts */
    char seen[80];     /* what tells of it: "PMI_SIZE=2" */
    int rank;          /* the number that it gave this process; 0: none */
    int size;          /* processes that it started, at least; 1: none known */
    bool counted;      /* it says how many they are */
    bool for_mpi;      /* it starts MPI programs only, unlike srun */
    bool for_open_mpi; /* it, or one above it, gave what Open MPI looks for */
    bool alone;        /* the user says that each process trains by itself */
} gt_launcher;

/* Look for a launcher. Where the user has set GENTRAIN_ALONE=1, none counts.
 * GT_ERR_USAGE when that variable has another value than 0, 1 or nothing; the
 * launcher is valid then, too. */
gt_status gt_launcher_find(gt_launcher *launcher);

/* Whether this process says what all processes of the job would say: the first
 * one, or any that cannot know whether there are others. */
bool gt_launcher_speaks(const gt_launcher *launcher);

/* Refuse, with GT_ERR_USAGE, if the launcher started more processes than the
 * one that MPI sees. `size`: the ranks that MPI sees; `library`: its name, and
 * `launchers` what starts its ranks, for the message. */
gt_status gt_launcher_check(const gt_launcher *launcher, int size,
                            const char *library, const char *launchers);

/* Take out of the environment by what MPI would find a launcher, if it is to
 * find none: the user says so, or this process is the only one of srun, without
 * a PMI, or of any launcher that MPI misses (`missed`). What else the user has
 * set for MPI stays. */
void gt_launcher_hide(const gt_launcher *launcher, bool missed);

/* End this process when its launcher dies, from now on and at any time, also
 * within MPI's calls. Nothing happens where there is no launcher: what a shell
 * has started may outlive it. Linux only; elsewhere MPI is left to notice. */
void gt_launcher_follow(const gt_launcher *launcher);

#endif
