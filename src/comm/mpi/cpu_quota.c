/* cpu_quota.c: hwloc knows which cores a process may use, but not for how much
 * of the time. A container that may use half of each of 8 cores looks like 8
 * cores, and a rank on each of them is stopped for half of every period. */
#include "comm/mpi/cpu_quota.h"

#include "base/cgroup.h"

#include <stddef.h>
#include <sys/stat.h>

/* CPUs that one group allows, 0 where it sets no limit ("max", or -1 in version
 * 1). */
static double limit_of(const char *folder, bool v2)
{
    double quota = 0, period = 0;
    bool limited =
        v2 ? gt_cgroup_numbers(folder, "cpu.max", &quota, &period)
           : gt_cgroup_numbers(folder, "cpu.cfs_quota_us", &quota, NULL) &&
                 gt_cgroup_numbers(folder, "cpu.cfs_period_us", &period, NULL);
    return limited && quota > 0 && period > 0 ? quota / period : 0;
}

static void take_tighter(const char *folder, bool v2, void *quota)
{
    gt__cpu_quota *least = quota;
    struct stat info;
    double cpus = limit_of(folder, v2);
    if (cpus > 0 && (least->cpus == 0 || cpus < least->cpus) &&
        stat(folder, &info) == 0)
        *least = (gt__cpu_quota){cpus, (uint64_t)info.st_ino};
}

gt__cpu_quota gt__cpu_quota_read(const char *root)
{
    gt__cpu_quota least = {0};
    gt_cgroup_visit(root, "cpu", take_tighter, &least);
    return least;
}
