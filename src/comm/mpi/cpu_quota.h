/* cpu_quota.h: how much CPU time control groups allow this process, whatever
 * cores it may use: docker --cpus, a Kubernetes limit, systemd's CPUQuota.
 * Local. */
#ifndef GT_COMM_MPI_CPU_QUOTA_H
#define GT_COMM_MPI_CPU_QUOTA_H

#include <stdint.h>

typedef struct gt__cpu_quota {
    double cpus;    /* seconds of CPU time a second; 0: there is no limit */
    uint64_t group; /* tells apart the control groups of one node: processes
                       with the same number share the quota */
} gt__cpu_quota;

/* The tightest quota of this process's control group and those above it, of
 * version 1 or 2. Files are looked for below `root`, which is "" but for tests.
 * No limit where the system has no control groups. */
gt__cpu_quota gt__cpu_quota_read(const char *root);

#endif
