/* occupancy.h: how many threads a node's ranks run on how many cores, in
 * numbers, and what to say about it. Pure. */
#ifndef GT_COMM_MPI_OCCUPANCY_H
#define GT_COMM_MPI_OCCUPANCY_H

#include <stddef.h>

typedef struct gt__occupancy {
    char host[64];
    int ranks;   /* of the node */
    int threads; /* of each rank */

    /* The most crowded cores of the node: so many ranks may use these cores
     * and no others. cores is 0 where the system does not tell. */
    int crowd_ranks, crowd_cores;
    int crowd_hardware_threads; /* of these cores, that the ranks may use */

    /* The tightest CPU quota (cpu_quota.h) and the ranks that share it; 0 CPUs:
     * there is none. */
    double quota_cpus;
    int quota_ranks;

    /* NUMA domains of the node, and ranks that may use cores of several though
     * one has enough cores for their threads. */
    int domains, unbound_ranks;
} gt__occupancy;

/* By how much a node's cores are too few: threads for each core, or for each
 * CPU of a quota. Up to 1 all is well, but for NUMA. */
double gt__occupancy_load(const gt__occupancy *node);

/* 0 if there is nothing to warn of; of two nodes the one with the larger number
 * has more need of a warning. */
double gt__occupancy_severity(const gt__occupancy *node);

/* The warning for people, or "". */
void gt__occupancy_warning(const gt__occupancy *node, char *text, size_t size);

#endif
