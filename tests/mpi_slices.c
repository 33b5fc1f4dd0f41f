/* Owners of slices: each real has one owner, which has the sum over it before
 * the other ranks get it; and numbers kept with slices come to rank 0 and back.
 *
 * ctest: ranks 6 */
#include "reducer_trial.h"

static bool use_shared_memory; /* where the ranks can */
static bool decides; /* the hooks measure all slices before they apply any */

/* What the hooks were called with. */
typedef struct record {
    gt_reducer *reducer;
    size_t count, grain;
    double measured[LONG], applied[LONG]; /* how often */
    int decided;
    bool wrong;
} record;

static void measure(void *context, const gt_real *sum, gt_slice slice)
{
    record *seen = context;
    for (size_t i = slice.from; i < slice.to; i++)
        seen->measured[i] += sum[i - slice.from] == sum[i - slice.from];
    seen->wrong |= seen->decided > 0;
}

/* By now every rank has measured all of its slices. */
static void decide(void *context)
{
    record *seen = context;
    seen->decided++;
    gt_comm_sum(comm, seen->measured, (int)seen->count);
}

static gt_real changed(gt_real value, size_t i)
{
    return 3 * value + (gt_real)i;
}

static void apply(void *context, gt_real *values, gt_slice slice)
{
    record *seen = context;
    for (size_t i = slice.from; i < slice.to; i++) {
        gt_real *value = &values[i - slice.from];
        *value = changed(*value, i);
        seen->applied[i]++;
    }
    seen->wrong |= seen->decided != decides;
    if (slice.to > slice.from)
        seen->wrong |=
            slice.from % seen->grain != 0 ||
            slice.at != gt_reducer_slice_count(seen->reducer, slice.from);
}

static gt_reducer *new_reducer(const trial *t)
{
    gt_reducer *r;
    assert_int_equal(
        gt_reducer_new(&r, comm, t->count, t->per_rank, &t->config), GT_OK);
    if (use_shared_memory)
        gt_reducer_use_shared_memory(r);
    return r;
}

static record *set_hooks(const trial *t, gt_reducer *r)
{
    record *seen = calloc(1, sizeof *seen);
    assert_non_null(seen);
    seen->reducer = r;
    seen->count = t->count;
    seen->grain = t->config.grain ? t->config.grain : 1;
    gt_slice_hooks hooks = {.context = seen, .apply = apply};
    if (decides) {
        hooks.measure = measure;
        hooks.decide = decide;
    }
    assert_int_equal(gt_reducer_set_slice_hooks(r, &hooks), comm->size > 1);
    return seen;
}

/* Every value was applied once, by one rank; with hooks that decide, after each
 * had been measured once. */
static bool is_right(const trial *t, const gt_real *got, record *seen)
{
    gt_real *want = malloc(t->count * sizeof *want);
    assert_non_null(want);
    evaluate(want, 0, t->present, t->count);
    bool right = !seen->wrong && seen->decided == decides;
    gt_comm_sum(comm, seen->applied, (int)t->count);
    for (size_t i = 0; i < t->count && right; i++) {
        gt_real value = changed(want[i], i);
        right = !memcmp(&got[i], &value, sizeof value) &&
                seen->applied[i] == 1 && seen->measured[i] == decides;
        if (!right)
            print_error("value %zu of %zu is wrong\n", i, t->count);
    }
    free(want);
    return right;
}

static void try(const trial *t)
{
    gt_reducer *r = new_reducer(t);
    record *seen = set_hooks(t, r);
    for (int repeat = 0; repeat < 2; repeat++) {
        const gt_real *got = add_up(r, t);
        bool right = comm->size == 1 || is_right(t, got, seen);
        assert_true(gt_comm_max(comm, !right) == 0);
        *seen =
            (record){.reducer = r, .count = seen->count, .grain = seen->grain};
    }
    gt_reducer_free(r);
    free(seen);
}

static void what_owners_put_in_place_of_the_sum_reaches_all(void **state)
{
    (void)state;
    static const size_t buckets[] = {0, 9, 60, 400}, grains[] = {0, 1, 16, 256};
    for (size_t i = 0; i < 8; i++)
        for (int n = 1; n <= 3; n += 2)
            try(&(trial){
                .count = COUNT - i,
                .per_rank = n,
                .present = n * comm->size - (i == 5),
                .config = {.bucket = buckets[i / 4], .grain = grains[i % 4]},
                .announcements = 7});
}

static void slices_may_be_long_or_empty(void **state)
{
    (void)state;
    for (size_t count = 1; count < 4; count++)
        try(&(trial){.count = count,
                     .per_rank = 1,
                     .present = comm->size,
                     .config = {.bucket = 2}});
    try(&(trial){.count = LONG,
                 .per_rank = 2,
                 .present = 2 * comm->size,
                 .config = {.bucket = 3000, .grain = 64},
                 .announcements = 9});
}

/* Numbers 0, 1, 2 ... of the vector's first `count` places. */
static void try_moves(const trial *t, size_t count)
{
    gt_reducer *r = new_reducer(t);
    size_t n = gt_reducer_slice_count(r, count);
    gt_real *mine = calloc(n + 1, sizeof *mine);
    gt_real *all = calloc(count + 1, sizeof *all);
    assert_true(mine && all);
    for (size_t i = 0; i < count; i++)
        all[i] = (gt_real)i;
    mine[n] = all[count] = -7;
    gt_reducer_scatter(r, comm->rank == 0 ? all : NULL, count, mine);
    for (size_t i = 1; i < n; i++)
        assert_true(mine[i] > mine[i - 1]);
    assert_true(mine[n] == -7);
    for (size_t i = 0; i < n; i++)
        mine[i] = 2 * mine[i] + 1;
    gt_reducer_gather(r, mine, count, comm->rank == 0 ? all : NULL);
    for (size_t i = 0; i < count; i++)
        assert_true(all[i] == (gt_real)(comm->rank == 0 ? 2 * i + 1 : i));
    assert_true(all[count] == -7);
    double owned = (double)n;
    gt_comm_sum(comm, &owned, 1);
    bool once = t->config.reduction == GT_REDUCTION_TREE &&
                t->config.compression == GT_COMPRESSION_NONE;
    assert_true(owned == (double)count * (once ? 1 : comm->size));
    free(mine);
    free(all);
    gt_reducer_free(r);
}

static void what_is_kept_with_slices_is_gathered_and_scattered(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 500, 990, COUNT};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        trial t = {.count = COUNT, .per_rank = 1 + 2 * ((int)i % 2)};
        for (size_t grain = 1; grain < 200; grain *= 8) {
            t.config = (gt_reducer_config){.bucket = 128, .grain = grain};
            try_moves(&t, counts[i]);
        }
        t.config.reduction = GT_REDUCTION_MPI;
        try_moves(&t, counts[i]);
        t.config.reduction = GT_REDUCTION_TREE;
        t.config.compression = GT_COMPRESSION_BF16;
        t.config.exact = 13;
        try_moves(&t, counts[i]);
    }
}

static void each_owns_about_as_much(void **state)
{
    (void)state;
    trial t = {
        .count = LONG, .per_rank = 1, .config = {.bucket = 10000, .grain = 64}};
    gt_reducer *r = new_reducer(&t);
    size_t owned = gt_reducer_slice_count(r, LONG),
           share = LONG / (size_t)comm->size;
    assert_true(owned + 5 * 64 > share && owned < share + 5 * 64);
    gt_reducer_free(r);
}

static void sums_of_mpi_or_of_16_bits_have_no_owners(void **state)
{
    (void)state;
    trial t = {.count = COUNT,
               .per_rank = 2,
               .present = 2 * comm->size,
               .config = {.reduction = GT_REDUCTION_MPI, .bucket = 300}};
    for (int k = 0; k < 2; k++) {
        gt_reducer *r = new_reducer(&t);
        record seen = {.reducer = r};
        gt_slice_hooks hooks = {.context = &seen, .apply = apply};
        assert_false(gt_reducer_set_slice_hooks(r, &hooks));
        add_up(r, &t);
        for (int i = 0; i < COUNT; i++)
            assert_true(seen.applied[i] == 0);
        gt_reducer_free(r);
        t.config = (gt_reducer_config){
            .compression = GT_COMPRESSION_BF16, .exact = 10, .bucket = 300};
    }
}

static void a_sum_that_nobody_waits_for_ends_without_its_owners(void **state)
{
    (void)state;
    trial t = {.count = LONG,
               .per_rank = 1,
               .present = comm->size,
               .config = {.bucket = 9000},
               .announcements = 4};
    gt_reducer *r = new_reducer(&t);
    record *seen = set_hooks(&t, r);
    gt_reducer_begin(r, 1);
    write_shard(r, &t, comm->rank);
    gt_comm_barrier(comm);
    gt_reducer_ready(r, 0);
    *seen = (record){.reducer = r, .count = LONG};
    gt_reducer_free(r);
    for (int i = 0; i < LONG; i++)
        assert_true(seen->applied[i] == 0 && seen->measured[i] == 0);
    assert_int_equal(seen->decided, 0);
    free(seen);
    try(&t); /* nothing of the other sum is left in the channel */
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest slices[] = {
        cmocka_unit_test(what_is_kept_with_slices_is_gathered_and_scattered),
        cmocka_unit_test(each_owns_about_as_much),
        cmocka_unit_test(sums_of_mpi_or_of_16_bits_have_no_owners),
    };
    const struct CMUnitTest sums[] = {
        cmocka_unit_test(what_owners_put_in_place_of_the_sum_reaches_all),
        cmocka_unit_test(slices_may_be_long_or_empty),
        cmocka_unit_test(a_sum_that_nobody_waits_for_ends_without_its_owners),
    };
    int failed = 0;
    for (int k = 0; k < 4; k++) {
        use_shared_memory = k / 2;
        decides = k % 2;
        if (!decides)
            failed += cmocka_run_group_tests_name(
                use_shared_memory ? "slices, shared memory" : "slices", slices,
                NULL, NULL);
        failed += cmocka_run_group_tests_name(
            use_shared_memory ? "shared memory" : "messages", sums, NULL, NULL);
    }
    gt_comm_finalize(comm);
    return failed;
}
