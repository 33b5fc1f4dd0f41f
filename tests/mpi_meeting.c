/* What shards tell each other is merged in the tree over their numbers, to the
 * same bits on every rank and at any number of ranks. */
#include "gentrain/meeting.h"
#include "gentrain/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 37, SHORT = 5, SHARDS = 24 };

static gt_comm *comm;

/* Of a shard's number alone. Magnitudes differ, so that order shows. */
static void tell(double *out, int shard, size_t count)
{
    gt_real x[COUNT];
    gt_rng_normal((gt_rng){.seed = 8, .sample = (uint64_t)shard}, x, COUNT);
    for (size_t i = 0; i < count; i++)
        out[i] = (double)x[i] * pow(10, shard % 5);
}

/* Neither commutes nor associates, and leaves its operand alone if it is given
 * zeros. */
static void merge(double *to, const double *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] += from[i] * (1 + to[i] / 1e6);
}

/* Shards [from, to) of which only those below `end` have samples. */
static void evaluate(double *out, int from, int to, int end, size_t count)
{
    if (to - from == 1) {
        memset(out, 0, count * sizeof *out);
        if (from < end)
            tell(out, from, count);
        return;
    }
    double right[COUNT];
    int half = 1;
    while (2 * half < to - from)
        half *= 2;
    evaluate(out, from, from + half, end, count);
    evaluate(right, from + half, to, end, count);
    merge(out, right, count);
}

/* `end` of all shards have samples: the first ones, as in a short batch. */
static void check(gt_meeting *m, int shards, int end, size_t count)
{
    int mine = shards / comm->size, first = comm->rank * mine;
    int present = end - first < 0 ? 0 : end - first < mine ? end - first : mine;
    for (size_t i = 0; i < (size_t)mine * count; i++)
        gt_meeting_told(m)[i] = NAN; /* nobody reads what was not told */
    for (int k = 0; k < present; k++)
        tell(gt_meeting_told(m) + (size_t)k * count, first + k, count);
    double want[COUNT];
    evaluate(want, 0, shards, end, count);
    const double *got = gt_meeting_hold(m, present, count, merge);
    bool same = !memcmp(got, want, count * sizeof *want);
    if (!same)
        print_error("%d of %d shards: %.17g, not %.17g\n", end, shards, got[0],
                    want[0]);
    assert_true(gt_comm_max(comm, !same) == 0);
}

static void vectors_are_merged_in_the_tree_over_all_shards(void **state)
{
    (void)state;
    for (int each = 1; each <= 7; each++) {
        gt_meeting *m;
        int shards = each * comm->size;
        assert_int_equal(gt_meeting_new(&m, comm, each, COUNT), GT_OK);
        for (int end = 1; end <= shards; end++)
            check(m, shards, end, COUNT);
        gt_meeting_free(m);
    }
}

static void meetings_of_several_lengths_follow_each_other(void **state)
{
    (void)state;
    gt_meeting *m;
    int shards = SHARDS / comm->size * comm->size;
    assert_int_equal(gt_meeting_new(&m, comm, SHARDS / comm->size, COUNT),
                     GT_OK);
    for (int i = 0; i < 6; i++)
        check(m, shards, shards, i % 2 ? COUNT : SHORT);
    gt_meeting_free(m);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_are_merged_in_the_tree_over_all_shards),
        cmocka_unit_test(meetings_of_several_lengths_follow_each_other),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
