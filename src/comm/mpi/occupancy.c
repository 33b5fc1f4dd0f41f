/* occupancy.c: one warning is given, the one that matters most. Too few cores
 * come first: they cost a factor of two or more, as in each step all ranks wait
 * for the slowest. Memory of another NUMA domain costs less. */
#include "comm/mpi/occupancy.h"

#include "base/plural.h"

#include <stdio.h>

static double crowd_load(const gt__occupancy *o)
{
    double threads = (double)o->crowd_ranks * o->threads;
    return o->crowd_cores > 0 ? threads / o->crowd_cores : 0;
}

static double quota_load(const gt__occupancy *o)
{
    double threads = (double)o->quota_ranks * o->threads;
    return o->quota_cpus > 0 ? threads / o->quota_cpus : 0;
}

double gt__occupancy_load(const gt__occupancy *o)
{
    double crowd = crowd_load(o), quota = quota_load(o);
    return crowd > quota ? crowd : quota;
}

double gt__occupancy_severity(const gt__occupancy *o)
{
    double load = gt__occupancy_load(o);
    return load > 1 ? load : o->unbound_ranks > 1 ? 1 : 0;
}

static void warn_of_quota(const gt__occupancy *o, char *text, size_t size)
{
    int threads = o->quota_ranks * o->threads;
    snprintf(text, size,
             "on %s, a CPU quota allows %.3g CPU%s to %d thread%s of gentrain, "
             "which are stopped for the rest of the time; raise the quota "
             "(docker --cpus, a Kubernetes CPU limit, systemd CPUQuota) or "
             "start fewer ranks",
             o->host, o->quota_cpus, o->quota_cpus == 1 ? "" : "s", threads,
             gt_plural((unsigned long long)threads));
}

static void warn_of_one_rank(const gt__occupancy *o, char *text, size_t size)
{
    snprintf(text, size,
             "on %s, a rank runs %d threads on %d core%s, which costs a factor "
             "of two or more; give each rank as many cores as threads (mpirun "
             "--bind-to core --map-by slot:PE=%d) or lower --threads",
             o->host, o->threads, o->crowd_cores,
             gt_plural((unsigned long long)o->crowd_cores), o->threads);
}

static void warn_of_crowd(const gt__occupancy *o, char *text, size_t size)
{
    int threads = o->crowd_ranks * o->threads, cores = o->crowd_cores;
    char what[160];
    if (threads <= o->crowd_hardware_threads)
        snprintf(what, sizeof what,
                 "run as hardware threads of %d core%s, where two are hardly "
                 "faster than one",
                 cores, gt_plural((unsigned long long)cores));
    else
        snprintf(what, sizeof what,
                 "share %d core%s, which costs a factor of two or more", cores,
                 gt_plural((unsigned long long)cores));
    snprintf(text, size,
             "on %s, %d threads of gentrain %s; give each rank its own cores "
             "(mpirun --bind-to core --map-by slot:PE=%d, at most one rank per "
             "%d core%s) or start fewer ranks",
             o->host, threads, what, o->threads, o->threads,
             gt_plural((unsigned long long)o->threads));
}

static void warn_of_domains(const gt__occupancy *o, char *text, size_t size)
{
    snprintf(text, size,
             "on %s, the system may move %d ranks between %d NUMA domains, "
             "away from their memory; bind each rank to its own cores (mpirun "
             "--bind-to core --map-by slot:PE=%d)",
             o->host, o->unbound_ranks, o->domains, o->threads);
}

void gt__occupancy_warning(const gt__occupancy *o, char *text, size_t size)
{
    text[0] = '\0';
    if (gt__occupancy_severity(o) == 0)
        return;
    if (gt__occupancy_load(o) <= 1)
        warn_of_domains(o, text, size);
    else if (quota_load(o) > crowd_load(o))
        warn_of_quota(o, text, size);
    else if (o->crowd_ranks == 1)
        warn_of_one_rank(o, text, size);
    else
        warn_of_crowd(o, text, size);
}
