/* main.c: finds the command, starts MPI where it is needed, prints the one
 * error message. A command that needs no MPI does its work in every process
 * that is started, whatever launcher did that. Help and refusals of the command
 * line come before MPI, so that they work on a login node without one; but
 * where there are several ranks, perhaps not all of them are refused. */
#include "cli/address_limit.h"
#include "cli/agree.h"
#include "cli/args.h"

#include "base/interrupt.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/version.h"
#include "cli/pages.h"
#include "comm/launcher.h"
#include "comm/mpi/library.h"
#include "comm/mpi/start.h"
#include "core/blas.h"
#include "data/picture/picture_file.h"
#include "store/h5trial.h"
#include "train/memory_need.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

const gt_command *const gt__commands[] = {
    &gt__command_train,  &gt__command_sample,  &gt__command_eval,
    &gt__command_import, &gt__command_presets, &gt__command_inspect,
    &gt__command_diff,   &gt__command_help,    NULL,
};

/* What was printed counts only when it has arrived. `closed`: it did not, as
 * its reader has gone, such as head. */
static gt_status flush_output(bool *closed)
{
    errno = 0;
    *closed = false;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return GT_OK;
    *closed = errno == EPIPE;
    return gt_fail(GT_ERR_IO, "cannot write to standard output: %s",
                   errno ? strerror(errno) : "some of it was not written");
}

static int finish(gt_status status)
{
    bool closed = false;
    if (status == GT_OK)
        status = flush_output(&closed);
    if (status != GT_OK && !closed && *gt_message())
        gt_error("%s", gt_message());
    if (status == GT_OK && gt_log_lost())
        status = GT_ERR_IO;
    return gt_exit_code(status);
}

/* A file must not be opened as what was closed (2>&-): messages would go into
 * it. Writing to what is opened here instead fails. */
static void keep_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

/* Refusals that all processes of a job make, each by itself: the first one
 * speaks. The others let it, as launchers kill a job's ranks as soon as one of
 * them fails. */
static int refuse(const gt_launcher *launcher, gt_status status)
{
    gt_log_setup(gt_launcher_speaks(launcher), GT_LOG_NORMAL);
    if (!gt_launcher_speaks(launcher))
        sleep(1);
    return finish(status);
}

static gt_status find_command(const char *name, const gt_command **command)
{
    const char *names[16];
    int n = 0;
    for (; gt__commands[n]; n++) {
        names[n] = gt__commands[n]->name;
        if (!strcmp(name, names[n])) {
            *command = gt__commands[n];
            return GT_OK;
        }
    }
    if (*name == '-')
        return gt_fail(GT_ERR_USAGE,
                       "%s: a command comes before its options, as in gentrain "
                       "train --preset quickstart; see gentrain help",
                       name);
    char suggestion[GT_SUGGESTION];
    return gt_fail(GT_ERR_USAGE, "unknown command \"%s\" (see gentrain help)%s",
                   name, gt_suggestion(name, names, n, suggestion));
}

/* What trains or writes samples outlives whoever reads its messages; other
 * commands end quietly then, as the system does it. `parsed`: what became of
 * this rank's command line. */
static int run_parallel(const gt_command *command, const gt_cli_args *args,
                        gt_status parsed, int *argc, char ***argv)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    gt_h5_try_with("/proc/self/exe");
    gt_comm *comm = NULL;
    gt_launcher launcher;
    gt_failure bad = {0};
    int code;
    gt_failure_keep(&bad, parsed);
    gt_status status = gt_launcher_find(&launcher);
    if (launcher.size <= 1 && parsed != GT_OK)
        status = gt_failure_tell(&bad);
    else if (status == GT_OK)
        status = gt_memory_expect_mpi();
    if (status == GT_OK)
        status = gt_comm_init(&comm, argc, argv);
    gt_interrupt_restore();
    if (status != GT_OK) {
        code = refuse(&launcher, status);
    } else {
        gt_log_setup(comm->rank == 0, GT_LOG_NORMAL);
        status = gt_comm_agree(comm, gt_failure_tell(&bad));
        if (status == GT_OK)
            status = gt_cli_agree(comm, args);
        code = finish(status == GT_OK ? command->run(comm, args) : status);
    }
    gt_comm_finalize(comm);
    return code;
}

/* The command line as far as its command. */
static gt_status parse(int argc, char **argv, const gt_command **command,
                       gt_cli_args *args, bool *help)
{
    const char *name = argc > 1 ? argv[1] : "help";
    if (!strcmp(name, "--help") || !strcmp(name, "-h"))
        name = "help";
    gt_status status = find_command(name, command);
    if (status != GT_OK)
        return status;
    return argc > 1 ? gt_cli_parse(*command, argc - 1, argv + 1, args, help)
                    : gt_cli_parse(*command, argc, argv, args, help);
}

/* jobs/launcher.sh reads the second line. */
static gt_status print_version(void)
{
    char library[GT_LIBRARY_TEXT], blas[GT_BLAS_VERSION];
    gt_comm_library(library);
    printf("gentrain %s, build %s\nMPI: %s\nBLAS: %s, %s kernels\n", GT_VERSION,
           gt_build, library, gt_blas_version(blas), gt_blas_kernel());
    char formats[GT_PICTURE_FORMATS];
    printf("Pictures as data: %s\n", gt_picture_formats(formats));
    return GT_OK;
}

int main(int argc, char **argv)
{
    gt_interrupt_restore();
    gt_address_limit_respect(argc, argv, environ);
    /* A file over the limit (ulimit -f) is an error like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    keep_descriptors();
    if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
        return finish(print_version());
    }
    const gt_command *command = NULL;
    gt_cli_args args;
    bool help = false;
    gt_status status = parse(argc, argv, &command, &args, &help);
    if (help) {
        gt_page_command(&(gt_page){.out = stdout}, command);
        return finish(GT_OK);
    }
    if (!command) {
        gt_failure unknown = {0};
        gt_launcher launcher;
        gt_failure_keep(&unknown, status);
        gt_launcher_find(&launcher);
        return refuse(&launcher, gt_failure_tell(&unknown));
    }
    if (command->parallel)
        return run_parallel(command, &args, status, &argc, &argv);
    return finish(status == GT_OK ? command->run(NULL, &args) : status);
}
