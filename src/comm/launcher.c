/* launcher.c: every launcher leaves its marks in the environment, and its
 * children inherit them: those that another launcher starts, too. So launchers
 * of MPI programs come before srun, by which they start their own daemons. */
#include "comm/launcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
#endif

extern char **environ;

/* SLURM's batch scripts have a SLURM_PROCID, too: only with the count of a
 * step it is srun's. */
static const struct {
    const char *name, *size, *rank; /* size NULL: it tells the rank alone */
    bool for_mpi;
} known[] = {
    {"Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", true},
    {"a launcher that speaks PMI (mpiexec of MPICH or Intel MPI, srun "
     "--mpi=pmi2, Cray's aprun)",
     "PMI_SIZE", "PMI_RANK", true},
    {"MVAPICH2's mpirun_rsh", "MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK",
     true},
    {"jsrun", "JSM_NAMESPACE_SIZE", "JSM_NAMESPACE_RANK", true},
    {"a launcher that speaks PMIx", NULL, "PMIX_RANK", true},
    {"a launcher that speaks PMI", NULL, "PMI_RANK", true},
    {"Cray's aprun", NULL, "ALPS_APP_PE", true},
    {"Cray's mpiexec", NULL, "PALS_RANKID", true},
    {"srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID", false},
};
enum { KNOWN = sizeof known / sizeof *known };

/* Before the names that MPI libraries look for. mpirun sets the OMPI_ ones that
 * are listed after "OMPI_COMM_WORLD_", of which users set others. */
static const char *const marks[] = {
    "PMI_",          "PMI2_",         "PMIX_",          "PRTE_",
    "ORTE_",         "SLURM_",        "MV2_COMM_",      "JSM_",
    "ALPS_",         "PALS_",         "MPI_LOCAL",      "HYDI_",
    "OMPI_COMM_",    "OMPI_UNIVERSE", "OMPI_MCA_orte_", "OMPI_MCA_ess=",
    "OMPI_MCA_ess_", "OMPI_MCA_pmix",
};

static int number_of(const char *name)
{
    const char *text = name ? getenv(name) : NULL;
    return text && *text ? atoi(text) : -1;
}

/* What entry `i` tells; size 0: nothing. */
static gt_launcher look(int i)
{
    int size = number_of(known[i].size), rank = number_of(known[i].rank);
    gt_launcher l = {.name = known[i].name, .for_mpi = known[i].for_mpi};
    l.rank = rank > 0 ? rank : 0;
    l.counted = size > 0;
    const char *from = l.counted ? known[i].size : known[i].rank;
    if (!l.counted && (known[i].size || rank < 0))
        return l;
    l.size = l.counted ? size : rank + 1;
    snprintf(l.seen, sizeof l.seen, "%s=%.16s", from, getenv(from));
    return l;
}

gt_status gt_launcher_find(gt_launcher *launcher)
{
    *launcher = (gt_launcher){.size = 1};
    const char *alone = getenv("GENTRAIN_ALONE");
    if (alone && !strcmp(alone, "1")) {
        launcher->alone = true;
        return GT_OK;
    }
    for (int i = 0; i < KNOWN; i++) {
        gt_launcher l = look(i);
        bool decided = launcher->for_mpi && launcher->counted;
        if (l.size > 0 && (l.for_mpi || !decided) &&
            (l.size > launcher->size || (l.counted && !launcher->counted)))
            *launcher = l;
    }
    launcher->for_open_mpi =
        getenv("PMIX_RANK") || getenv("OMPI_COMM_WORLD_SIZE");
    if (!alone || !*alone || !strcmp(alone, "0"))
        return GT_OK;
    return gt_fail(GT_ERR_USAGE,
                   "GENTRAIN_ALONE is \"%.40s\"; 1 makes each process train by "
                   "itself, whoever started it, 0 or nothing does not",
                   alone);
}

bool gt_launcher_speaks(const gt_launcher *l)
{
    return l->rank == 0 || !l->counted;
}

gt_status gt_launcher_check(const gt_launcher *l, int size, const char *library,
                            const char *launchers)
{
    char count[32] = "several";
    if (size > 1 || l->size <= 1)
        return GT_OK;
    if (l->counted)
        snprintf(count, sizeof count, "%d", l->size);
    return gt_fail(
        GT_ERR_USAGE,
        "%s started %s processes (%s), but MPI sees one, so each would train "
        "the whole. gentrain is built with %s; start its ranks by %s "
        "(GENTRAIN_LAUNCHER in jobs/gentrain.sbatch). For trainings that have "
        "nothing to do with each other, set GENTRAIN_ALONE=1",
        l->name, count, l->seen, library, launchers);
}

static bool is_mark(const char *variable)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(variable, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

void gt_launcher_hide(const gt_launcher *l, bool missed)
{
    bool only = l->name && l->size == 1 && (missed || !l->for_mpi);
    if (!l->alone && !only)
        return;
    for (int i = 0; environ[i];) {
        char name[128];
        size_t length = strcspn(environ[i], "=");
        if (is_mark(environ[i]) && length < sizeof name) {
            memcpy(name, environ[i], length);
            name[length] = '\0';
            unsetenv(name);
            i = 0; /* what follows has moved */
        } else {
            i++;
        }
    }
}

#ifdef __linux__

static volatile sig_atomic_t parent, tells;

/* The signal also comes when a thread of the launcher ends that started us. */
static void end_if_orphan(int signal)
{
    static const char text[] =
        "gentrain: error: the launcher of this job has died, so it ends here\n";
    (void)signal;
    if (getppid() == (pid_t)parent)
        return;
    if (tells && write(STDERR_FILENO, text, sizeof text - 1) < 0)
        tells = 0;
    _exit(gt_exit_code(GT_ERR_COMM));
}

/* The launcher may die between any two lines. */
void gt_launcher_follow(const gt_launcher *l)
{
    if (!l->name || !(l->for_mpi || l->size > 1))
        return;
    int number = SIGRTMAX - 2; /* qemu has none of the two above */
    struct sigaction action = {.sa_handler = end_if_orphan,
                               .sa_flags = SA_RESTART};
    parent = (sig_atomic_t)getppid();
    tells = l->rank == 0;
    sigaction(number, &action, NULL);
    prctl(PR_SET_PDEATHSIG, number);
    end_if_orphan(number);
}

#else

void gt_launcher_follow(const gt_launcher *l)
{
    (void)l;
}

#endif
