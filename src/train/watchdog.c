/* watchdog.c: it ends the process by itself, with _exit: the thread that trains
 * is the one that is stuck, perhaps inside MPI, so it cannot be asked to end.
 */
#include "train/watchdog.h"

#include "base/clock.h"
#include "base/heartbeat.h"
#include "base/progress.h"
#include "base/thread.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A rank's process, for those on the same node, which can find out its state.
 */
typedef struct process {
    char host[64];
    long pid;
    int launch_rank;
} process;

struct gt_watchdog {
    const gt_comm *comm; /* borrowed */
    double limit;        /* seconds */
    process *processes;  /* [size], of all ranks */
    gt_thread thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop; /* under `lock` */
};

static _Noreturn void give_up(const gt_watchdog *w, const char *what)
{
    fprintf(stderr,
            "gentrain: error: rank %d on %s: %s; the job ends here, go on with "
            "--resume (train.watchdog_s sets how long ranks wait)\n",
            w->comm->launch_rank, w->comm->host, what);
    fflush(stderr);
    _exit(gt_exit_code(GT_ERR_COMM));
}

/* The state letter of a process, as in ps: after the last ')' of its line in
 * /proc, as its name may hold anything. '-' if there is no such process, '?' if
 * the system does not tell. */
static char state_of(long pid)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return errno == ENOENT && access("/proc/self/stat", R_OK) == 0 ? '-'
                                                                       : '?';
    char *read = fgets(line, sizeof line, f), *end = strrchr(line, ')');
    fclose(f);
    if (!read || !end || end[1] != ' ')
        return '?';
    return end[2];
}

/* Give up if a process of the job on this node is stopped, or if it has died,
 * which is looked at later: the launcher sees that too and ends the job. */
static void look_at_neighbours(const gt_watchdog *w, double silent,
                               bool for_dead)
{
    for (int r = 0; r < w->comm->size; r++) {
        const process *p = &w->processes[r];
        if (r == w->comm->rank || strcmp(p->host, w->comm->host) != 0)
            continue;
        char state = state_of(p->pid), what[160];
        if (!strchr(for_dead ? "TtZ-" : "Tt", state))
            continue;
        snprintf(what, sizeof what,
                 "%s for %.0f s, as rank %d (process %ld) %s", gt_phase_ranks,
                 silent, p->launch_rank, p->pid,
                 state == 'Z' || state == '-' ? "has died" : "is stopped");
        give_up(w, what);
    }
}

static void judge(const gt_watchdog *w, double silent)
{
    char what[160];
    const char *phase = gt_phase();
    double patience = w->limit < 20 ? w->limit / 2 : 10;
    if (phase != gt_phase_ranks) {
        snprintf(what, sizeof what, "no progress for %.0f s while %s", silent,
                 phase);
        give_up(w, what);
    }
    if (silent > w->limit + patience && w->comm->node_rank == 0)
        look_at_neighbours(w, silent, silent > w->limit + 2 * patience);
    if (silent > w->limit + 2 * patience) {
        if (w->comm->rank == 0 || silent > w->limit + 3 * patience) {
            snprintf(what, sizeof what,
                     "%s for %.0f s; none of this node's is stopped, look for "
                     "one on another node",
                     phase, silent);
            give_up(w, what);
        }
    }
}

double gt_silence_look(gt_silence *s, double now, uint64_t heartbeats)
{
    double passed = now - s->looked, most = 2 * s->period;
    s->length =
        heartbeats != s->heartbeats ? 0 : s->length + fmin(passed, most);
    s->looked = now;
    s->heartbeats = heartbeats;
    return s->length;
}

static void *watch(void *argument)
{
    gt_watchdog *w = argument;
    gt_silence silence = {.period = w->limit < 5 ? 0.1 : 0.9,
                          .looked = gt_seconds(),
                          .heartbeats = gt_heartbeat_count()};
    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        gt_condition_wait(&w->changed, &w->lock, silence.period);
        double silent =
            gt_silence_look(&silence, gt_seconds(), gt_heartbeat_count());
        if (!w->stop && silent > w->limit)
            judge(w, silent);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* Every rank learns the processes of all ranks. Collective. */
static gt_status find_processes(gt_watchdog *w, gt_comm *comm)
{
    process mine = {.pid = (long)getpid(), .launch_rank = comm->launch_rank};
    snprintf(mine.host, sizeof mine.host, "%s", comm->host);
    size_t n = (size_t)comm->size;
    w->processes = calloc(n, sizeof *w->processes);
    gt_status status = GT_OK;
    if (!w->processes)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate %zu addresses", n);
    status = gt_comm_agree(comm, status);
    if (status != GT_OK)
        return status;
    gt_comm_gather(comm, &mine, sizeof mine, w->processes);
    gt_comm_broadcast(comm, w->processes, n * sizeof *w->processes);
    return GT_OK;
}

gt_status gt_watchdog_start(gt_watchdog **out, gt_comm *comm, double seconds)
{
    *out = NULL;
    if (seconds <= 0)
        return GT_OK;
    gt_watchdog *w = calloc(1, sizeof *w);
    gt_status status =
        w ? GT_OK : gt_fail(GT_ERR_MEMORY, "cannot allocate a watchdog");
    status = gt_comm_agree(comm, status);
    bool running = false;
    if (status == GT_OK) {
        w->comm = comm;
        w->limit = seconds;
        pthread_mutex_init(&w->lock, NULL);
        gt_condition_init(&w->changed);
        status = find_processes(w, comm);
        if (status == GT_OK) {
            status = gt_thread_start(&w->thread, watch, w, "watches for hangs");
            running = status == GT_OK;
            status = gt_comm_agree(comm, status);
        }
    }
    if (status == GT_OK)
        *out = w;
    else if (running)
        gt_watchdog_stop(w);
    else if (w) {
        free(w->processes);
        free(w);
    }
    return status;
}

void gt_watchdog_stop(gt_watchdog *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    gt_thread_join(&w->thread);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w->processes);
    free(w);
}
