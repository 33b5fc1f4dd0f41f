/* Which cores ranks share, on machines made up by hwloc; and what a job with
 * made-up bindings is warned of. */
#define _GNU_SOURCE /* cpu_set_t, syscall */
#include "comm/mpi/binding.h"
#include "comm/mpi/node_cores.h"
#include "comm/mpi/start.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static gt_comm *comm;

/* The hardware threads that the system says this rank may use; NULL: the true
 * ones. */
static const cpu_set_t *pretended;

int sched_getaffinity(pid_t process, size_t size, cpu_set_t *set)
{
    memset(set, 0, size);
    if (!pretended)
        return syscall(SYS_sched_getaffinity, process, size, set) < 0 ? -1 : 0;
    memcpy(set, pretended, size < sizeof *set ? size : sizeof *set);
    return 0;
}

/* --- One node, without MPI. */

/* Count on such a machine, with ranks of `threads` threads that may use these
 * hardware threads. */
static gt__occupancy count(const char *machine, int threads, int n,
                           const char *const *lists)
{
    gt__occupancy node = {.ranks = n, .threads = threads};
    hwloc_topology_t topology;
    hwloc_bitmap_t pus[8];
    hwloc_topology_init(&topology);
    hwloc_topology_set_synthetic(topology, machine);
    assert_int_equal(hwloc_topology_load(topology), 0);
    for (int i = 0; i < n; i++) {
        pus[i] = hwloc_bitmap_alloc();
        hwloc_bitmap_list_sscanf(pus[i], lists[i]);
    }
    assert_int_equal(gt__count_cores(topology, pus, n, &node), GT_OK);
    for (int i = 0; i < n; i++)
        hwloc_bitmap_free(pus[i]);
    hwloc_topology_destroy(topology);
    return node;
}

#define LISTS(...) ((const char *const[]){__VA_ARGS__})

static void expect_crowd(gt__occupancy node, int ranks, int cores, int threads)
{
    assert_int_equal(node.crowd_ranks, ranks);
    assert_int_equal(node.crowd_cores, cores);
    assert_int_equal(node.crowd_hardware_threads, threads);
}

static void ranks_with_cores_of_their_own_are_no_crowd(void **state)
{
    (void)state;
    gt__occupancy node = count("core:4 pu:1", 1, 4, LISTS("0", "1", "2", "3"));
    expect_crowd(node, 1, 1, 1);
    assert_true(gt__occupancy_severity(&node) == 0);
}

static void the_most_crowded_cores_are_found(void **state)
{
    (void)state;
    expect_crowd(count("core:8 pu:1", 1, 4, LISTS("0-1", "0-1", "0-1", "2-7")),
                 3, 2, 2);
    /* chained: no set has two ranks of its own */
    expect_crowd(count("core:8 pu:1", 2, 3, LISTS("0-1", "1-2", "2-3")), 3, 4,
                 4);
    /* nested */
    expect_crowd(count("core:8 pu:1", 1, 4, LISTS("0", "1", "2", "0-2")), 4, 3,
                 3);
    /* unbound */
    expect_crowd(count("core:2 pu:1", 1, 3, LISTS("0-1", "0-1", "0-1")), 3, 2,
                 2);
}

static void hardware_threads_of_a_core_are_one_core(void **state)
{
    (void)state;
    expect_crowd(count("core:4 pu:2", 1, 2, LISTS("0", "1")), 2, 1, 2);
    expect_crowd(count("core:4 pu:2", 1, 2, LISTS("0-1", "2-3")), 1, 1, 2);
    expect_crowd(count("core:2 pu:2", 1, 4, LISTS("0-3", "0-3", "0-3", "0-3")),
                 4, 2, 4);
}

/* A rank whose binding is not known, or of a processor that is not there. */
static void a_rank_without_known_cores_crowds_nobody(void **state)
{
    (void)state;
    expect_crowd(count("core:4 pu:1", 1, 3, LISTS("", "64", "0")), 1, 1, 1);
    expect_crowd(count("core:4 pu:1", 1, 1, LISTS("")), 0, 0, 0);
}

static void expect_unbound(gt__occupancy node, int ranks, int domains)
{
    assert_int_equal(node.unbound_ranks, ranks);
    assert_int_equal(node.domains, domains);
}

static void ranks_that_may_leave_their_domain_are_counted(void **state)
{
    (void)state;
    static const char machine[] = "numa:2 core:4 pu:2";
    expect_unbound(count(machine, 1, 3, LISTS("0-15", "0-15", "0-15")), 3, 2);
    expect_unbound(count(machine, 1, 3, LISTS("0-7", "8-15", "7-8")), 1, 2);
    expect_unbound(count("core:4 pu:2", 1, 2, LISTS("0-7", "0-7")), 0, 0);
    expect_unbound(
        count("pack:2 numa:2 core:2 pu:1", 1, 2, LISTS("0-3", "4-7")), 2, 4);
}

static void a_rank_that_needs_several_domains_is_not_unbound(void **state)
{
    (void)state;
    static const char machine[] = "numa:2 core:4 pu:2";
    expect_unbound(count(machine, 4, 1, LISTS("0-15")), 1, 2);
    expect_unbound(count(machine, 5, 1, LISTS("0-15")), 0, 2);
}

/* --- A job. */

/* Whether it is said that so many threads share so many cores (0: nothing at
 * all), when this rank may use cores [first, last]. */
static bool warns(int first, int last, int per_rank, int threads, int cores)
{
    char text[512], want[80];
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int i = first; i <= last; i++)
        CPU_SET(i, &set);
    pretended = &set;
    gt_binding_check(comm, per_rank, text, sizeof text);
    pretended = NULL;
    snprintf(want, sizeof want, ", %d threads of gentrain share %d core",
             threads, cores);
    return comm->rank > 0 || (threads ? !!strstr(text, want) : !text[0]);
}

static void a_job_is_warned_of_its_most_crowded_cores(void **state)
{
    (void)state;
    int n = comm->size, last = n - 1, r = comm->rank;
    setenv("HWLOC_SYNTHETIC", "core:16 pu:1", 1);
    setenv("HWLOC_THISSYSTEM", "1", 1);
    bool alone = warns(r, r, 1, 0, 0);
    bool enough = warns(r, r + 1, 1, 0, 0);
    bool chain = n == 1 || warns(r, r + 1, 2, 2 * n, n + 1);
    /* One rank may use the cores of all others and has none of its own. */
    bool nested = n == 1 || (r < last ? warns(r, r, 1, n, last)
                                      : warns(0, last - 1, 1, n, last));
    unsetenv("HWLOC_SYNTHETIC");
    unsetenv("HWLOC_THISSYSTEM");
    assert_true(alone && enough && chain && nested);
}

static void this_machine_s_own_cores_are_found(void **state)
{
    (void)state;
    char text[512];
    gt_binding_check(comm, 100000, text, sizeof text);
    if (comm->rank == 0)
        assert_non_null(strstr(text, "00 threads "));
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_with_cores_of_their_own_are_no_crowd),
        cmocka_unit_test(the_most_crowded_cores_are_found),
        cmocka_unit_test(hardware_threads_of_a_core_are_one_core),
        cmocka_unit_test(a_rank_without_known_cores_crowds_nobody),
        cmocka_unit_test(ranks_that_may_leave_their_domain_are_counted),
        cmocka_unit_test(a_rank_that_needs_several_domains_is_not_unbound),
        cmocka_unit_test(a_job_is_warned_of_its_most_crowded_cores),
        cmocka_unit_test(this_machine_s_own_cores_are_found),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
