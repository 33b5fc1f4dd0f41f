/* library.c: which MPI library this is. Open MPI 4 takes processes of srun for
 * its own: if srun does not speak PMIx to it, each of them prints a page about
 * how to build Open MPI, and ends in MPI_Init. So this looks first. */
#include "comm/mpi/library.h"

#include <mpi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What starts ranks, by a part of the library's name; Cray's and Intel's
 * libraries are MPICH, too. */
static const struct {
    const char *part, *launchers;
} known[] = {
    {"Open MPI", "mpirun or srun --mpi=pmix"},
    {"CRAY", "srun with the site's --mpi, or Cray's mpiexec"},
    {"Intel", "mpiexec, or srun --mpi=pmi2 with I_MPI_PMI_LIBRARY set"},
    {"MVAPICH", "mpirun_rsh or srun --mpi=pmi2"},
    {"MPICH", "mpiexec or srun --mpi=pmi2"},
};

/* Libraries tell it as "Open MPI v4.1.4, package: ..." or in lines that begin
 * with "MPICH Version:      4.0.2". */
void gt_comm_library(char text[GT_LIBRARY_TEXT])
{
    char all[MPI_MAX_LIBRARY_VERSION_STRING] = "", *at;
    int length;
    MPI_Get_library_version(all, &length);
    all[strcspn(all, ",\n")] = '\0';
    text[0] = '\0';
    for (char *word = strtok_r(all, " \t:", &at); word;
         word = strtok_r(NULL, " \t:", &at)) {
        size_t used = strlen(text);
        if (strcasecmp(word, "version") != 0)
            snprintf(text + used, GT_LIBRARY_TEXT - used, "%s%s",
                     used ? " " : "", word);
    }
}

#ifdef OPEN_MPI

/* Older ones may have been built for a PMI as well. Each part of theirs has a
 * control variable that tells its version. */
static bool speaks_pmi(void)
{
    static const char *const parts[] = {"pmix_s1_major_version",
                                        "pmix_s2_major_version",
                                        "pmix_cray_major_version"};
    int provided, index;
    bool found = false;
    if (MPI_T_init_thread(MPI_THREAD_SINGLE, &provided) != MPI_SUCCESS)
        return true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        found |= MPI_T_cvar_get_index(parts[i], &index) == MPI_SUCCESS;
    MPI_T_finalize();
    return found;
}

bool gt__library_misses(const gt_launcher *l)
{
    return l->name && !l->for_open_mpi && !speaks_pmi();
}

#else

bool gt__library_misses(const gt_launcher *l)
{
    (void)l;
    return false;
}

#endif

gt_status gt__library_check(const gt_launcher *l, int size)
{
    char library[GT_LIBRARY_TEXT];
    const char *launchers = "its own launcher";
    gt_comm_library(library);
    for (size_t i = sizeof known / sizeof *known; i-- > 0;)
        if (strstr(library, known[i].part))
            launchers = known[i].launchers;
    return gt_launcher_check(l, size, library, launchers);
}
