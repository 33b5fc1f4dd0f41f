/* start.c: MPI begins and ends, and says which process this is. */
#include "comm/mpi/start.h"

#include "comm/mpi/backend_mpi.h"
#include "comm/mpi/handle.h"
#include "comm/mpi/library.h"
#include "comm/mpi/ranks.h"

#include <stdlib.h>
#include <string.h>

extern char **environ;

/* A process that no launcher started is alone. It needs no daemon of Open
 * MPI's, no folder that all such processes would share, and no network. Looking
 * for networks is most of the time that Open MPI takes to start. What the user
 * has set stands. */
static void expect_one_rank(void)
{
    static const char *const launchers[] = {"OMPI_COMM_WORLD_", "PMI",
                                            "SLURM_STEP_NUM_TASKS="};
    for (char **variable = environ; *variable; variable++)
        for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++)
            if (strncmp(*variable, launchers[i], strlen(launchers[i])) == 0)
                return;
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
    setenv("OMPI_MCA_pml", "ob1", 0);
    setenv("OMPI_MCA_btl", "self", 0);
}

/* The ranks of one machine talk through its memory, unless the user has said
 * how. */
static void expect_one_machine(void)
{
#ifdef OMPI_MAJOR_VERSION
    const char *memory = OMPI_MAJOR_VERSION < 5 ? "self,vader" : "self,sm";
    const char *here = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
    const char *all = getenv("OMPI_COMM_WORLD_SIZE");
    if (!here || !all || strcmp(here, all) != 0 || getenv("OMPI_MCA_pml") ||
        getenv("OMPI_MCA_btl"))
        return;
    setenv("OMPI_MCA_pml", "ob1", 0);
    setenv("OMPI_MCA_btl", memory, 0);
#endif
}

gt_status gt_comm_init(gt_comm **out, int *argc, char ***argv)
{
    int provided;
    gt_launcher launcher;
    *out = NULL;
    gt_status status = gt_launcher_find(&launcher);
    if (status != GT_OK)
        return status;
    gt_launcher_follow(&launcher);
    bool missed = gt__library_misses(&launcher);
    if (missed && launcher.size > 1)
        return gt__library_check(&launcher, 1);
    gt_launcher_hide(&launcher, missed);
    expect_one_rank();
    expect_one_machine();
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    gt_comm *c = calloc(1, sizeof *c);
    gt__mpi *mpi = calloc(1, sizeof *mpi);
    if (!c || !mpi) {
        free(c);
        free(mpi);
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a communicator");
    }
    c->mpi = mpi;
    c->backend = &gt__backend_mpi;
    MPI_Comm_rank(MPI_COMM_WORLD, &c->launch_rank);
    gt__ranks_number(c, MPI_COMM_WORLD);
    *out = c;
    if (provided < MPI_THREAD_FUNNELED)
        return gt_fail(GT_ERR_COMM,
                       "this MPI library does not allow a second thread in "
                       "the process (MPI_THREAD_FUNNELED); use one that does");
    return gt__library_check(&launcher, c->size);
}

void gt_comm_finalize(gt_comm *c)
{
    if (!c)
        return;
    gt__ranks_release(c);
    MPI_Finalize();
    free(c->mpi);
    free(c);
}
