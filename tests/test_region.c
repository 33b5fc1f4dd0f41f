/* Memory that grows, and that another process maps while it is there. */
#include "base/memory.h"
#include "base/region.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void fill(gt_region *region, size_t size)
{
    size_t before = region->size;
    assert_int_equal(gt_region_grow(region, size, "a test"), GT_OK);
    assert_int_equal(region->size, size);
    for (size_t i = before; i < size; i++)
        ((uint8_t *)region->base)[i] = (uint8_t)(i * 7 % 251);
}

static bool is_filled(const gt_region *region, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (((const uint8_t *)region->base)[i] != i * 7 % 251)
            return false;
    return true;
}

static void what_was_filled_stays_while_it_grows(void **state)
{
    (void)state;
    for (int shared = 0; shared <= gt_region_can_share(); shared++) {
        gt_region region = {.shared = shared};
        for (size_t size = 10; size < 3000000; size = size * 3 + 1)
            fill(&region, size);
        assert_true(is_filled(&region, region.size));
        gt_region_free(&region);
        assert_null(region.base);
    }
}

/* Run `check` in another process; whether it was satisfied. */
static bool in_child(bool (*check)(const gt_region_handle *),
                     const gt_region_handle *handle)
{
    int code;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(check(handle) ? 0 : 1);
    assert_int_equal(waitpid(child, &code, 0), child);
    return WIFEXITED(code) && WEXITSTATUS(code) == 0;
}

enum { SIZE = 1000000 };

static bool sees_all(const gt_region_handle *handle)
{
    gt_region region;
    if (gt_region_attach(&region, handle) != GT_OK)
        return false;
    bool good = region.size == SIZE && is_filled(&region, SIZE);
    gt_region_free(&region);
    return good;
}

static bool is_refused(const gt_region_handle *handle)
{
    gt_region region;
    bool refused = gt_region_attach(&region, handle) == GT_ERR_IO &&
                   strstr(gt_message(), "cannot be seen from here");
    gt_region_free(&region);
    return refused;
}

static void another_process_maps_what_is_shared(void **state)
{
    (void)state;
    if (!gt_region_can_share())
        skip();
    gt_region region = {.shared = true};
    fill(&region, SIZE / 3);
    fill(&region, SIZE);
    gt_region_handle handle = gt_region_share(&region);
    assert_true(in_child(sees_all, &handle));
    assert_true(is_filled(&region, SIZE));

    /* Another file of that number is not taken for it. */
    gt_region_handle wrong = handle;
    wrong.node++;
    assert_true(in_child(is_refused, &wrong));
    wrong = handle;
    wrong.size += 4096;
    assert_true(in_child(is_refused, &wrong));
    wrong = handle;
    wrong.process = 0;
    assert_true(in_child(is_refused, &wrong));
    gt_region_free(&region);
    assert_true(in_child(is_refused, &handle));
}

/* Makes a region, tells its handle and waits for its end. */
static void make_and_wait(int to)
{
    gt_region region = {.shared = true};
    fill(&region, SIZE);
    gt_region_handle handle = gt_region_share(&region);
    if (write(to, &handle, sizeof handle) == sizeof handle)
        pause();
    _exit(1);
}

/* A process that has attached it keeps it when its maker is killed, and nobody
 * can attach it any more. */
static void it_outlives_its_maker(void **state)
{
    (void)state;
    int ends[2];
    gt_region region, other;
    gt_region_handle handle;
    if (!gt_region_can_share())
        skip();
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        make_and_wait(ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], &handle, sizeof handle), sizeof handle);
    close(ends[0]);
    assert_int_equal(gt_region_attach(&region, &handle), GT_OK);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(is_filled(&region, SIZE));
    assert_int_equal(gt_region_attach(&other, &handle), GT_ERR_IO);
    gt_region_free(&region);
}

static bool cannot_share(const gt_region_handle *handle)
{
    const struct rlimit few = {1000, 1000};
    (void)handle;
    return setrlimit(RLIMIT_FSIZE, &few) == 0 && !gt_region_can_share();
}

/* The pages of a file in memory count as those of a file. */
static void a_limit_of_file_sizes_forbids_to_share(void **state)
{
    (void)state;
    assert_true(in_child(cannot_share, NULL));
}

static void a_private_one_is_not_handed_out(void **state)
{
    (void)state;
    gt_region region = {0};
    fill(&region, 100);
    gt_region_handle handle = gt_region_share(&region);
    assert_int_equal(handle.size, 0);
    assert_true(is_refused(&handle));
    gt_region_free(&region);
}

/* Far more than any node has: nothing is taken, not even by the kernel, which
 * would give page after page. */
static void too_much_is_refused(void **state)
{
    (void)state;
    double left = gt_memory_node("").left;
    assert_true(left < 1e15);
    for (int shared = 0; shared <= gt_region_can_share(); shared++) {
        gt_region region = {.shared = shared};
        fill(&region, 1000);
        assert_int_equal(gt_region_grow(&region, (size_t)1 << 60, "a test"),
                         GT_ERR_MEMORY);
        assert_non_null(strstr(gt_message(), "a test: reading it takes"));
        assert_true(gt_memory_node("").left > 0.5 * left);
        assert_true(is_filled(&region, 1000));
        gt_region_free(&region);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_filled_stays_while_it_grows),
        cmocka_unit_test(another_process_maps_what_is_shared),
        cmocka_unit_test(it_outlives_its_maker),
        cmocka_unit_test(a_limit_of_file_sizes_forbids_to_share),
        cmocka_unit_test(a_private_one_is_not_handed_out),
        cmocka_unit_test(too_much_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
