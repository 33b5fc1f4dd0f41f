/* Blocks of work over ranks: each is done once, and all ranks hold the same
 * results, to the bit.
 *
 * ctest: ranks 6 */
#include "comm/mpi/start.h"
#include "eval/blocks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static gt_comm *comm;

enum { SIZE = 3, MOST = 10, LARGE = 40000 };

static int done; /* blocks, by this rank */

/* A sum over ranks would lose the sign of the zero. */
static gt_status fill(void *context, int64_t block, double *result)
{
    (void)context;
    assert_true(result[0] == 0 && result[1] == 0 && result[2] == 0);
    result[0] = (double)block / 3;
    result[1] = -0.0;
    result[2] = INFINITY;
    done++;
    return GT_OK;
}

static void all_ranks_hold_the_same_bits_of_each_block(void **state)
{
    (void)state;
    for (int blocks = 0; blocks <= MOST; blocks++) {
        double results[MOST][SIZE], all;
        memset(results, 0x5a, sizeof results);
        done = 0;
        assert_int_equal(
            gt_blocks_map(comm, blocks, SIZE, fill, NULL, results[0]), GT_OK);
        all = done;
        gt_comm_sum(comm, &all, 1);
        assert_true(all == blocks);
        assert_true(gt_comm_max(comm, done) <=
                    (blocks + comm->size - 1) / comm->size);
        for (int i = 0; i < blocks; i++) {
            const double want[SIZE] = {i / 3.0, -0.0, INFINITY};
            assert_memory_equal(results[i], want, sizeof want);
        }
    }
}

static gt_status fill_large(void *context, int64_t block, double *result)
{
    for (int i = 0; i < LARGE; i++)
        result[i] = *(double *)context * (double)block + i;
    return GT_OK;
}

static void results_may_be_large(void **state)
{
    (void)state;
    double factor = 0.1, *results;
    assert_int_equal(gt_blocks_alloc(&results, (size_t)MOST * LARGE, "results"),
                     GT_OK);
    assert_int_equal(
        gt_blocks_map(comm, MOST, LARGE, fill_large, &factor, results), GT_OK);
    for (int b = 0; b < MOST; b++)
        for (int i = 0; i < LARGE; i++)
            assert_true(results[b * LARGE + i] == factor * b + i);
    free(results);
}

static gt_status fail_at_7(void *context, int64_t block, double *result)
{
    (void)context;
    result[0] = 1;
    return block == 7 ? gt_fail(GT_ERR_NUMERIC, "block 7 is odd") : GT_OK;
}

static void a_failure_in_one_block_fails_all_ranks(void **state)
{
    (void)state;
    double results[MOST];
    assert_int_equal(gt_blocks_map(comm, MOST, 1, fail_at_7, NULL, results),
                     GT_ERR_NUMERIC);
    assert_non_null(strstr(gt_message(), "block 7 is odd"));
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ranks_hold_the_same_bits_of_each_block),
        cmocka_unit_test(results_may_be_large),
        cmocka_unit_test(a_failure_in_one_block_fails_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
