/* CPU quotas of control groups, in the files of a system made for the test. */
#include "comm/mpi/cpu_quota.h"
#include "scratch.h"

#include <stdint.h>

/* Put `text` into a file of the system, and make the folders above it. */
static void put(const char *path, const char *text)
{
    char name[600];
    int length = snprintf(name, sizeof name, "%s%s", scratch, path);
    for (char *at = name + strlen(scratch) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        mkdir(name, 0700);
        *at = '/';
    }
    FILE *file = fopen(name, "w");
    assert_true(length < (int)sizeof name && file);
    fputs(text, file);
    fclose(file);
}

static double quota(void)
{
    return gt__cpu_quota_read(scratch).cpus;
}

static const char v2_mount[] =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "38 31 0:37 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n";
static const char v1_mount[] =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "33 31 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    "32 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup "
    "rw,cpu,cpuacct\n";

static void a_system_without_control_groups_has_no_quota(void **state)
{
    (void)state;
    assert_true(quota() == 0);
    put("/proc/self/cgroup", "0::/job\n");
    assert_true(quota() == 0);
    put("/proc/self/mountinfo", v2_mount);
    assert_true(quota() == 0);
}

static void the_tightest_group_above_the_process_counts(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/slice/job/step\n");
    put("/proc/self/mountinfo", v2_mount);
    put("/sys/fs/cgroup/slice/job/step/cpu.max", "max 100000\n");
    put("/sys/fs/cgroup/slice/cpu.max", "600000 100000\n");
    put("/sys/fs/cgroup/slice/other/cpu.max", "100000 100000\n");
    assert_true(quota() == 6);
    put("/sys/fs/cgroup/slice/job/cpu.max", "125000 50000\n");
    assert_true(quota() == 2.5);
    put("/sys/fs/cgroup/slice/job/step/cpu.max", "800000 100000\n");
    assert_true(quota() == 2.5);
}

static void groups_of_version_1_have_quotas_too(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "3:cpuset:/wrong\n2:cpu,cpuacct:/job\n0::/\n");
    put("/proc/self/mountinfo", v1_mount);
    put("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
    assert_true(quota() == 0);
    put("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "150000\n");
    assert_true(quota() == 1.5);
}

/* Without a name space of its own, a container sees the host's path of its
 * group, but its group alone is mounted. */
static void a_container_s_own_group_is_found_where_it_is_mounted(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/docker/4711/worker\n");
    put("/proc/self/mountinfo",
        "38 31 0:37 /docker/4711 /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n");
    put("/sys/fs/cgroup/cpu.max", "300000 100000\n");
    assert_true(quota() == 3);
    put("/sys/fs/cgroup/worker/cpu.max", "200000 100000\n");
    assert_true(quota() == 2);
    put("/proc/self/cgroup", "0::/../../elsewhere\n");
    assert_true(quota() == 3);
    put("/proc/self/cgroup", "0::/docker/47110\n");
    assert_true(quota() == 3);
}

static void processes_that_share_a_quota_have_the_same_group(void **state)
{
    (void)state;
    put("/proc/self/mountinfo", v2_mount);
    put("/sys/fs/cgroup/job/cpu.max", "300000 100000\n");
    put("/sys/fs/cgroup/job/a/cpu.max", "max 100000\n");
    put("/sys/fs/cgroup/job/b/cpu.max", "100000 100000\n");
    put("/proc/self/cgroup", "0::/job\n");
    uint64_t job = gt__cpu_quota_read(scratch).group;
    put("/proc/self/cgroup", "0::/job/a\n");
    assert_true(gt__cpu_quota_read(scratch).group == job);
    put("/proc/self/cgroup", "0::/job/b\n");
    assert_true(gt__cpu_quota_read(scratch).group != job);
}

static void damaged_files_set_no_limit(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "nonsense\n0:\n0::/job\n");
    put("/proc/self/mountinfo", "nonsense - \n");
    assert_true(quota() == 0);
    put("/proc/self/mountinfo", v2_mount);
    static const char *const bad[] = {"", "100000", "-5 100000", "5 0", "x y"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        put("/sys/fs/cgroup/job/cpu.max", bad[i]);
        assert_true(quota() == 0);
    }
}

#define in_a_system(test)                                                      \
    cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_system(a_system_without_control_groups_has_no_quota),
        in_a_system(the_tightest_group_above_the_process_counts),
        in_a_system(groups_of_version_1_have_quotas_too),
        in_a_system(a_container_s_own_group_is_found_where_it_is_mounted),
        in_a_system(processes_that_share_a_quota_have_the_same_group),
        in_a_system(damaged_files_set_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
