/* Limits of memory, in the files of a system made for the test. */
#include "base/memory.h"
#include "scratch.h"

#include <math.h>

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

static const char v2_mount[] =
    "38 31 0:37 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n";
static const char v1_mount[] =
    "32 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

static void without_control_groups_there_is_no_limit(void **state)
{
    (void)state;
    assert_true(isinf(gt_memory_group(scratch).left));
    assert_true(isinf(gt_memory_node(scratch).left));
}

static void the_tightest_group_leaves_what_is_not_used(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/job/step\n");
    put("/proc/self/mountinfo", v2_mount);
    put("/sys/fs/cgroup/job/step/memory.max", "max\n");
    put("/sys/fs/cgroup/job/step/memory.current", "100\n");
    put("/sys/fs/cgroup/job/memory.max", "1000000\n");
    put("/sys/fs/cgroup/job/memory.current", "400000\n");
    gt_memory_room room = gt_memory_group(scratch);
    assert_true(room.left == 600000 && room.limit == 1000000);
    assert_true(room.group != 0);
    assert_string_equal(room.name, "the control group's memory.max");
    /* Caches of files make room when it is wanted. */
    put("/sys/fs/cgroup/job/memory.stat",
        "anon 1\ninactive_file 50000\nactive_file 20000\n");
    assert_true(gt_memory_group(scratch).left == 670000);
    put("/sys/fs/cgroup/job/step/memory.high", "5100\n");
    room = gt_memory_group(scratch);
    assert_true(room.left == 5000);
    assert_string_equal(room.name, "the control group's memory.high");
}

static void version_1_is_understood(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "5:memory:/job\n4:cpu,cpuacct:/other\n");
    put("/proc/self/mountinfo", v1_mount);
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "7\n");
    assert_true(isinf(gt_memory_group(scratch).left));
    put("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "5000\n");
    put("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "3000\n");
    put("/sys/fs/cgroup/memory/job/memory.stat",
        "total_inactive_file 100\ntotal_active_file 0\n");
    assert_true(gt_memory_group(scratch).left == 2100);
}

static void a_group_that_is_full_leaves_nothing(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/job\n");
    put("/proc/self/mountinfo", v2_mount);
    put("/sys/fs/cgroup/job/memory.max", "1000\n");
    put("/sys/fs/cgroup/job/memory.current", "1200\n");
    assert_true(gt_memory_group(scratch).left == 0);
}

static void the_node_tells_what_is_available(void **state)
{
    (void)state;
    put("/proc/meminfo", "MemTotal:  4000 kB\nMemFree:  1 kB\n"
                         "MemAvailable:   3000 kB\n");
    gt_memory_room room = gt_memory_node(scratch);
    assert_true(room.left == 3000 * 1024.0 && room.limit == 4000 * 1024.0);
    assert_true(room.group == 0);
}

#define each(test)                                                             \
    cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

static void what_is_too_large_to_read_is_refused_with_the_limit(void **state)
{
    (void)state;
    assert_ok(gt_memory_check_reading("x", 0));
    assert_fails(gt_memory_check_reading("mnist/a", 1e16), GT_ERR_MEMORY,
                 "mnist/a: reading it takes 10000000000 MB of memory, but ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(without_control_groups_there_is_no_limit),
        each(the_tightest_group_leaves_what_is_not_used),
        each(version_1_is_understood),
        each(a_group_that_is_full_leaves_nothing),
        each(the_node_tells_what_is_available),
        each(what_is_too_large_to_read_is_refused_with_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
