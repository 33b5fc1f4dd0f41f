/* What is said of a node whose ranks have too few cores, for each way in which
 * that may be so. */
#include "comm/mpi/occupancy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char text[512];

static bool says(const gt__occupancy *node, const char *what)
{
    gt__occupancy_warning(node, text, sizeof text);
    bool said = strstr(text, what) && strlen(text) + 1 < sizeof text;
    if (!said)
        print_error("not \"%s\" in \"%s\"\n", what, text);
    return said;
}

static bool is_silent(const gt__occupancy *node)
{
    gt__occupancy_warning(node, text, sizeof text);
    return text[0] == '\0' && gt__occupancy_severity(node) == 0;
}

/* 4 ranks on 8 cores with 2 hardware threads each. */
static gt__occupancy roomy_node(void)
{
    return (gt__occupancy){.host = "n7",
                           .ranks = 4,
                           .threads = 1,
                           .crowd_ranks = 4,
                           .crowd_cores = 8,
                           .crowd_hardware_threads = 16,
                           .domains = 2};
}

static void a_core_for_each_thread_is_enough(void **state)
{
    (void)state;
    gt__occupancy node = roomy_node();
    assert_true(is_silent(&node));
    node.threads = 2;
    assert_true(is_silent(&node));
    node.quota_cpus = 8;
    node.quota_ranks = 4;
    assert_true(is_silent(&node));
}

static void a_node_of_which_nothing_is_known_is_not_warned_of(void **state)
{
    (void)state;
    assert_true(is_silent(&(gt__occupancy){.ranks = 4, .threads = 8}));
}

static void ranks_that_share_cores_are_warned_of(void **state)
{
    (void)state;
    gt__occupancy node = {.host = "n7",
                          .ranks = 4,
                          .threads = 1,
                          .crowd_ranks = 4,
                          .crowd_cores = 3,
                          .crowd_hardware_threads = 3};
    assert_true(says(&node, "on n7, 4 threads of gentrain share 3 cores"));
    assert_true(says(&node, "--bind-to core --map-by slot:PE=1, at most one "
                            "rank per 1 core)"));
    node.threads = 2;
    node.crowd_cores = node.crowd_hardware_threads = 1;
    assert_true(says(&node, "8 threads of gentrain share 1 core,"));
    assert_true(says(&node, "PE=2, at most one rank per 2 cores)"));
}

static void threads_beyond_a_rank_s_own_cores_are_warned_of(void **state)
{
    (void)state;
    gt__occupancy node = {.host = "n7",
                          .ranks = 2,
                          .threads = 4,
                          .crowd_ranks = 1,
                          .crowd_cores = 1,
                          .crowd_hardware_threads = 2};
    assert_true(says(&node, "on n7, a rank runs 4 threads on 1 core,"));
    assert_true(says(&node, "slot:PE=4) or lower --threads"));
}

static void ranks_on_the_hardware_threads_of_a_core_are_warned_of(void **state)
{
    (void)state;
    gt__occupancy node = {.host = "n7",
                          .ranks = 2,
                          .threads = 1,
                          .crowd_ranks = 2,
                          .crowd_cores = 1,
                          .crowd_hardware_threads = 2};
    assert_true(says(&node, "2 threads of gentrain run as hardware threads of "
                            "1 core, where two are hardly faster than one"));
    node.crowd_ranks = 3;
    assert_true(says(&node, "3 threads of gentrain share 1 core"));
}

static void a_cpu_quota_below_what_ranks_need_is_warned_of(void **state)
{
    (void)state;
    gt__occupancy node = roomy_node();
    node.quota_cpus = 2.5;
    node.quota_ranks = 3;
    assert_true(says(&node, "on n7, a CPU quota allows 2.5 CPUs to 3 threads"));
    node.quota_cpus = 1;
    assert_true(says(&node, "a CPU quota allows 1 CPU to 3 threads"));
}

static void of_cores_and_a_quota_the_scarcer_is_named(void **state)
{
    (void)state;
    gt__occupancy node = roomy_node();
    node.quota_cpus = 2;
    node.quota_ranks = 4;
    node.crowd_cores = node.crowd_hardware_threads = 1;
    assert_true(says(&node, "share 1 core"));
    assert_true(gt__occupancy_load(&node) == 4);
    node.quota_cpus = 0.5;
    assert_true(says(&node, "a CPU quota allows 0.5 CPUs"));
    assert_true(gt__occupancy_load(&node) == 8);
}

static void several_ranks_that_roam_between_domains_are_warned_of(void **state)
{
    (void)state;
    gt__occupancy node = roomy_node();
    node.unbound_ranks = 1;
    assert_true(is_silent(&node));
    node.unbound_ranks = 4;
    assert_true(says(&node, "move 4 ranks between 2 NUMA domains"));
    double severity = gt__occupancy_severity(&node);
    node.crowd_cores = node.crowd_hardware_threads = 3;
    assert_true(says(&node, "share 3 cores"));
    assert_true(gt__occupancy_severity(&node) > severity && severity > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_core_for_each_thread_is_enough),
        cmocka_unit_test(a_node_of_which_nothing_is_known_is_not_warned_of),
        cmocka_unit_test(ranks_that_share_cores_are_warned_of),
        cmocka_unit_test(threads_beyond_a_rank_s_own_cores_are_warned_of),
        cmocka_unit_test(ranks_on_the_hardware_threads_of_a_core_are_warned_of),
        cmocka_unit_test(a_cpu_quota_below_what_ranks_need_is_warned_of),
        cmocka_unit_test(of_cores_and_a_quota_the_scarcer_is_named),
        cmocka_unit_test(several_ranks_that_roam_between_domains_are_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
