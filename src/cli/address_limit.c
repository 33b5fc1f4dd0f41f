/* address_limit.c: OpenBLAS starts a thread for each core while it is loaded.
 * Each asks for a buffer, for ever where a limit of addresses does not allow
 * that; that of Debian 13 does so for its first thread even before main. So the
 * limit is looked at before any library begins. The C library is one of them:
 * it has not been told yet where the environment is. */
#include "cli/address_limit.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "comm/launcher.h"
#include "core/blas.h"
#include "store/files.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

static bool looked;
static const char variable[] = "OPENBLAS_NUM_THREADS";

/* The threads that are wanted are started later. */
static void restart_with_one_thread(char **argv)
{
    char path[GT_PATH];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0 || setenv(variable, "1", 1) != 0)
        return;
    path[n] = '\0';
    execv(path, argv);
}

/* What the user has set stands, as far as there are cores. */
static long first_threads(void)
{
    const char *text = getenv(variable);
    long wanted = text ? strtol(text, NULL, 10) : 1;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    wanted = wanted < cores ? wanted : cores;
    return wanted > 1 ? wanted : 1;
}

/* As every process of a job does; the first one says why. */
static void refuse(const gt_memory_room *room, double need)
{
    gt_launcher launcher;
    gt_launcher_find(&launcher);
    gt_log_setup(gt_launcher_speaks(&launcher), GT_LOG_NORMAL);
    gt_error("the libraries of gentrain need %.0f MB of addresses more, but %s "
             "allows %.0f MB in all, of which %.0f MB are left; raise it "
             "(ulimit, h_vmem of SGE, pvmem of PBS)",
             need / 1e6, room->name, room->limit / 1e6, room->left / 1e6);
    if (!gt_launcher_speaks(&launcher))
        sleep(1); /* launchers kill a job when one of its processes fails */
    _exit(gt_exit_code(GT_ERR_MEMORY));
}

void gt_address_limit_respect(int argc, char **argv, char **variables)
{
    gt_memory_room room = gt_memory_addresses();
    (void)argc;
    if (looked || isinf(room.left))
        return;
    looked = true;
    environ = variables;
    if (!getenv(variable))
        restart_with_one_thread(argv);
    double need = (double)first_threads() * gt_blas_buffer();
    if (need > room.left)
        refuse(&room, need);
}

#ifdef __ELF__
__attribute__((section(".preinit_array"), used)) static void (*at_start)(
    int, char **, char **) = gt_address_limit_respect;
#endif
