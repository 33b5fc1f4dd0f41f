/* launcher.c: mpirun, srun and their kin leave variables, by which a process
 * knows its place before MPI has started, and whether MPI found it. */
#include "comm/launcher.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

int gt_launcher_rank(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK",
                                        "PMI_RANK", "SLURM_PROCID"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value)
            return atoi(value);
    }
    return 0;
}

static bool was_launched(void)
{
    static const char *const signs[] = {"OMPI_COMM_WORLD_", "PMI",
                                        "SLURM_STEP_NUM_TASKS="};
    for (char **variable = environ; *variable; variable++)
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
            if (strncmp(*variable, signs[i], strlen(signs[i])) == 0)
                return true;
    return false;
}

/* One rank alone needs no daemon of Open MPI's, no folder that all such
 * processes would share, and no network. Looking for networks is most of the
 * time that Open MPI takes to start. */
void gt__launcher_expect_one_rank(void)
{
    if (was_launched())
        return;
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
    setenv("OMPI_MCA_pml", "ob1", 0);
    setenv("OMPI_MCA_btl", "self", 0);
}

/* Where srun and this MPI library speak different PMIs, each process believes
 * that it is alone. */
gt_status gt__launcher_check(int ranks)
{
    const char *started = getenv("SLURM_STEP_NUM_TASKS");
    bool by_mpirun = getenv("OMPI_COMM_WORLD_SIZE");
    if (ranks > 1 || by_mpirun || !started || atoi(started) < 2)
        return GT_OK;
    return gt_fail(GT_ERR_USAGE,
                   "srun started %s processes that do not see each other, as "
                   "this MPI library does not speak the PMI of srun --mpi; "
                   "start them by mpirun (GENTRAIN_LAUNCHER=mpirun in "
                   "jobs/gentrain.sbatch) or with another --mpi",
                   started);
}
