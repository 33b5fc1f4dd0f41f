/* What all ranks need is compared with what there is, before it is used. */
#include "base/memory.h"
#include "base/sanitizers.h"
#include "comm/mpi/start.h"
#include "train/memory_need.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

static gt_comm *comm;

static void what_fits_is_fine(void **state)
{
    (void)state;
    assert_int_equal(gt_memory_check(comm, GT_MEMORY_WORK, 0, 0), GT_OK);
    assert_int_equal(gt_memory_start_libraries(1, 0), GT_OK);
}

/* One rank's need is enough for all to hear of it. */
static void what_does_not_fit_is_refused_by_all_ranks(void **state)
{
    (void)state;
    double need = comm->rank == comm->size - 1 ? 1e15 : 1e6;
    assert_int_equal(gt_memory_check(comm, GT_MEMORY_WORK, need, 0),
                     GT_ERR_MEMORY);
    assert_non_null(strstr(gt_message(), "MB of memory more, but "));
    assert_non_null(strstr(gt_message(), "use a smaller batch"));
}

/* What a person can change depends on what the memory is for. */
static void what_does_not_fit_is_told_with_what_to_change(void **state)
{
    (void)state;
    assert_int_equal(gt_memory_check(comm, GT_MEMORY_SAMPLES, 1e15, 0),
                     GT_ERR_MEMORY);
    assert_non_null(strstr(gt_message(), "MB of memory more for the samples"));
    assert_non_null(strstr(gt_message(), "make fewer of them (--count)"));
    assert_int_equal(gt_memory_check(comm, GT_MEMORY_DATA, 1e15, 0),
                     GT_ERR_MEMORY);
    assert_non_null(strstr(gt_message(), "MB of memory more for the data"));
}

/* Ranks of a node share it: each need would fit alone. */
static void needs_of_a_node_are_added(void **state)
{
    (void)state;
    if (comm->node_size < 2)
        return;
    gt_memory_room group = gt_memory_group(""), node = gt_memory_node("");
    double left = group.left < node.left ? group.left : node.left;
    assert_int_equal(gt_memory_check(comm, GT_MEMORY_WORK, 0.3 * left, 0),
                     comm->node_size > 3 ? GT_ERR_MEMORY : GT_OK);
    assert_int_equal(gt_memory_check(comm, GT_MEMORY_WORK, 0.8 * left, 0),
                     GT_ERR_MEMORY);
}

static void addresses_are_limited_by_ulimit(void **state)
{
    (void)state;
#if defined(GT_ADDRESS_SANITIZER) || defined(GT_THREAD_SANITIZER)
    skip(); /* sanitizers take terabytes of addresses for themselves */
#endif
    struct rlimit before, tight;
    getrlimit(RLIMIT_AS, &before);
    tight = before;
    tight.rlim_cur = 50 << 20; /* less than the libraries have by now */
    bool limits = comm->rank == 0;
    if (limits)
        setrlimit(RLIMIT_AS, &tight);
    gt_status alone = gt_memory_start_libraries(1, 0);
    gt_status all = gt_memory_check(comm, GT_MEMORY_WORK, 0, 1e6);
    if (limits)
        setrlimit(RLIMIT_AS, &before);
    assert_int_equal(alone, limits ? GT_ERR_MEMORY : GT_OK);
    assert_int_equal(all, GT_ERR_MEMORY);
    assert_non_null(strstr(gt_message(), "ulimit -v allows 52 MB"));
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_fine),
        cmocka_unit_test(what_does_not_fit_is_refused_by_all_ranks),
        cmocka_unit_test(what_does_not_fit_is_told_with_what_to_change),
        cmocka_unit_test(needs_of_a_node_are_added),
        cmocka_unit_test(addresses_are_limited_by_ulimit),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
