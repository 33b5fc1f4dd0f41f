/* Sums in shared memory with delays at every step: the transport's source once
 * more, in which ranks fall asleep before and after they look at a counter,
 * before and after they set one, and while they add up. What ranks read must
 * have the right bits all the same. (tests/model has every order of the steps,
 * of a model; this has some orders, of the code.) */
#include "reducer_trial.h"

#include "comm/segment.h"
#include "comm/shard_tree.h"
#include "comm/transport_shared.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

static uint64_t dice = 1;
static bool hasty; /* this rank waits for nobody: a planted fault */
static bool lazy;  /* this rank comes last, whatever it does */

static void sleep_us(long us)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000 * us}, NULL);
}

/* Mostly none, sometimes longer than the others need for a bucket. */
static void delay(void)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    unsigned throw = (unsigned)(dice >> 40);
    if (lazy)
        sleep_us(2000);
    else if (throw % 32 == 0)
        sleep_us(throw / 32 % 512);
    else if (throw % 4 == 0)
        sched_yield();
}

static uint64_t load_late(_Atomic uint64_t *counter, memory_order order)
{
    delay();
    uint64_t value = atomic_load_explicit(counter, order);
    delay();
    /* a counter of another rank */
    return hasty && order == memory_order_acquire ? UINT64_MAX : value;
}

static void store_late(_Atomic uint64_t *counter, uint64_t value,
                       memory_order order)
{
    delay();
    atomic_store_explicit(counter, value, order);
    delay();
}

#undef atomic_load_explicit
#undef atomic_store_explicit
#define atomic_load_explicit(counter, order) load_late(counter, order)
#define atomic_store_explicit(counter, value, order)                           \
    store_late(counter, value, order)
#define GT__PAUSE() delay()
#define add_up add_up_slice
#include "../src/comm/transport_shared.c"
#undef add_up

enum { ROUNDS = 40 };

static gt_real changed(gt_real value, size_t i, int round)
{
    return 3 * value + (gt_real)(i + (size_t)round);
}

static int round_now;

/* What an owner puts in a slice's place, in two parts. */
static void apply(void *context, gt_real *values, gt_slice slice)
{
    size_t n = slice.to - slice.from;
    (void)context;
    for (size_t i = 0; i < n; i++) {
        if (i == n / 2)
            delay();
        values[i] = changed(values[i], slice.from + i, round_now);
    }
}

static void measure(void *context, const gt_real *sum, gt_slice slice)
{
    (void)context, (void)sum, (void)slice;
    delay();
}

static void decide(void *context)
{
    double none = 0;
    (void)context;
    gt_comm_sum(comm, &none, 1);
}

/* Values that are not as they should be, seen before and after a delay. */
static size_t count_wrong(const trial *t, const gt_real *got,
                          const gt_real *want)
{
    size_t wrong = 0;
    for (int look = 0; look < 2; look++) {
        for (size_t i = 0; i < t->count; i++) {
            gt_real value = changed(want[i], i, round_now);
            wrong += memcmp(&got[i], &value, sizeof value) != 0;
        }
        delay();
    }
    return wrong;
}

static size_t run(const trial *t, bool measured, int rounds)
{
    size_t wrong = 0;
    gt_reducer *r;
    assert_int_equal(
        gt_reducer_new(&r, comm, t->count, t->per_rank, &t->config), GT_OK);
    gt_reducer_use_shared_memory(r);
    gt_slice_hooks hooks = {.apply = apply};
    if (measured) {
        hooks.measure = measure;
        hooks.decide = decide;
    }
    assert_true(gt_reducer_set_slice_hooks(r, &hooks));
    gt_real *want = malloc(t->count * sizeof *want);
    assert_non_null(want);
    evaluate(want, 0, t->present, t->count);
    for (round_now = 0; round_now < rounds; round_now++)
        wrong += count_wrong(t, add_up(r, t), want);
    gt_reducer_free(r);
    free(want);
    return (size_t)gt_comm_max(comm, (double)wrong);
}

static const trial shapes[] = {
    {.count = 300, .per_rank = 1, .config = {.bucket = 40}, .announcements = 7},
    {.count = 2500, .per_rank = 3, .config = {.bucket = 0}, .announcements = 2},
    {.count = 5, .per_rank = 2, .config = {.bucket = 2}},
    {.count = COUNT,
     .per_rank = 2,
     .config = {.bucket = 200, .grain = 16},
     .announcements = 5},
};

static void delays_change_no_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int measured = 0; measured < 2; measured++) {
            trial t = shapes[i];
            t.present = t.per_rank * comm->size;
            dice = 1 + (uint64_t)comm->rank + 100 * i + 7 * (uint64_t)measured;
            size_t wrong = comm->size > 1 ? run(&t, measured, ROUNDS) : 0;
            if (wrong)
                print_error("shape %zu, measured %d: %zu\n", i, measured,
                            wrong);
            assert_int_equal(wrong, 0);
        }
}

/* The test can fail: a rank that waits for nobody reads what the last one has
 * not written yet. */
static void a_rank_that_does_not_wait_is_found(void **state)
{
    (void)state;
    trial t = shapes[0];
    t.present = t.per_rank * comm->size;
    if (comm->size == 1)
        return;
    hasty = comm->rank == 0;
    lazy = comm->rank == comm->size - 1;
    size_t wrong = run(&t, false, 2);
    hasty = lazy = false;
    assert_true(wrong > 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_change_no_bit),
        cmocka_unit_test(a_rank_that_does_not_wait_is_found),
    };
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
