/* Memory that is planned first: spans, and arenas that wait. */
#include "core/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SPAN = 100, SPANS = 3 };

static void commit(gt_arena *arena, size_t at[SPANS])
{
    for (int i = 0; i < SPANS; i++)
        at[i] = gt_arena_reserve(arena, SPAN);
    assert_int_equal(gt_arena_commit(arena, "a test"), GT_OK);
}

static void check_zeros(const gt_arena *arena, const size_t at[SPANS])
{
    for (int i = 0; i < SPANS; i++) {
        const gt_real *span = gt_arena_at(arena, at[i]);
        assert_int_equal((uintptr_t)span % GT_ALIGN, 0);
        for (int j = 0; j < SPAN; j++)
            assert_true(span[j] == 0);
    }
}

static void spans_are_aligned_and_zero(void **state)
{
    gt_arena arena = {0};
    size_t at[SPANS];
    (void)state;
    commit(&arena, at);
    check_zeros(&arena, at);
    gt_arena_free(&arena);
}

/* One that is freed while it waits is not touched any more, nor counted. */
static void arenas_that_wait_may_be_freed(void **state)
{
    gt_arena arena[3] = {{0}, {0}, {0}};
    size_t at[3][SPANS];
    (void)state;
    for (int freed = 0; freed < 3; freed++) {
        gt_arena_defer();
        for (int i = 0; i < 3; i++)
            commit(&arena[i], at[i]);
        size_t all = gt_arena_deferred();
        gt_arena_free(&arena[freed]);
        assert_int_equal(gt_arena_deferred(), all / 3 * 2);
        gt_arena_settle(true);
        assert_int_equal(gt_arena_deferred(), 0);
        for (int i = 0; i < 3; i++)
            if (i != freed) {
                check_zeros(&arena[i], at[i]);
                gt_arena_free(&arena[i]);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_aligned_and_zero),
        cmocka_unit_test(arenas_that_wait_may_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
