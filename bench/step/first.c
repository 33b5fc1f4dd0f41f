/* first.c: what a process costs before it earns: the time from its start to the
 * begin and the end of its first step, and the memory it holds. All need a
 * process of their own, which does nothing else; bench_step starts itself
 * again. */
#include "bench/step/bench.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The child's line: when its first step began and ended, on the clock both
 * share. */
static gt_status read_times(int from, double *begin, double *end)
{
    char text[64] = "";
    size_t used = 0;
    ssize_t got;
    while (used < sizeof text - 1 &&
           (got = read(from, text + used, sizeof text - 1 - used)) > 0)
        used += (size_t)got;
    if (sscanf(text, "%lf %lf", begin, end) != 2)
        return gt_fail(GT_ERR_IO, "the first step's process gave no times");
    return GT_OK;
}

static gt_status spawn(char **argv, int out, int unused, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, unused);
    int error =
        posix_spawn(child, "/proc/self/exe", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        return gt_fail(GT_ERR_IO, "cannot start myself again: %s",
                       strerror(error));
    return GT_OK;
}

static gt_status measure(char **args, bench_first *out)
{
    int ends[2];
    if (pipe(ends) != 0)
        return gt_fail(GT_ERR_MEMORY, "cannot start the first step's process");
    double start = bench_seconds(), begin = 0, end = 0;
    pid_t child = -1;
    gt_status status = spawn(args, ends[1], ends[0], &child);
    close(ends[1]);
    if (status == GT_OK) {
        status = read_times(ends[0], &begin, &end);
        int how = 0;
        struct rusage usage = {0};
        while (wait4(child, &how, 0, &usage) < 0 && errno == EINTR)
            ;
        *out = (bench_first){.begin = begin - start,
                             .end = end - start,
                             .megabyte = (double)usage.ru_maxrss / 1024};
        if (status == GT_OK && how != 0)
            status = gt_fail(GT_ERR_IO, "the first step's process failed");
    }
    close(ends[0]);
    return status;
}

/* argv: this program's own, to which --first NAME is added. Must be called
 * before MPI starts, which does not care for children. The fastest of a few
 * counts: the first may wait for a disk to read libraries, or for a hypervisor
 * to find memory. */
gt_status bench_first_measure(const gt_preset *preset, int argc, char **argv,
                              bench_first *out)
{
    enum { TIMES = 3 };
    char **args = calloc((size_t)argc + 3, sizeof *args);
    if (!args)
        return gt_fail(GT_ERR_MEMORY, "cannot start the first step's process");
    args[0] = argv[0];
    args[1] = "--first";
    args[2] = (char *)preset->name;
    memcpy(args + 3, argv + 1, (size_t)(argc - 1) * sizeof *args);
    gt_status status = GT_OK;
    for (int i = 0; i < TIMES && status == GT_OK; i++) {
        bench_first one;
        status = measure(args, &one);
        if (status == GT_OK && (i == 0 || one.begin < out->begin))
            *out = one;
    }
    free(args);
    return status;
}

gt_status bench_first_run(gt_comm *comm, const gt_preset *preset,
                          const bench_options *options)
{
    bench_subject s;
    double seconds;
    gt_status status = bench_subject_open(&s, comm, preset, options);
    if (status != GT_OK)
        return status;
    double begin = bench_seconds();
    status = bench_subject_run(&s, 1, &seconds);
    if (status == GT_OK)
        printf("%.9f %.9f\n", begin, begin + seconds);
    bench_subject_close(&s);
    return status;
}
