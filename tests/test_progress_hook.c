/* The hook is called from within matrix products, and not too often.
 *
 * ctest: threads */
#include "base/progress_hook.h"
#include "core/gemm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void count(void *context)
{
    ++*(int *)context;
}

static void sleep_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static void matrix_products_call_the_hook(void **state)
{
    (void)state;
    int calls = 0;
    gt_real a[4] = {1, 2, 3, 4}, b[4] = {1, 0, 0, 1}, c[4];
    gt_progress_hook_set(count, &calls);
    for (int i = 1; i <= 3; i++) {
        sleep_ms(2);
        gt_gemm(GT_PLAIN, GT_PLAIN, 2, 2, 2, a, 2, b, 2, 0, c, 2);
        assert_true(calls >= i);
    }
    gt_progress_hook_set(NULL, NULL);
    int before = calls;
    sleep_ms(2);
    gt_progress_hook();
    assert_int_equal(calls, before);
}

static void calls_in_a_row_are_one(void **state)
{
    (void)state;
    int calls = 0;
    struct timespec begin, end;
    gt_progress_hook_set(count, &calls);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < 1000; i++)
        gt_progress_hook();
    clock_gettime(CLOCK_MONOTONIC, &end);
    gt_progress_hook_set(NULL, NULL);
    long ms = (end.tv_sec - begin.tv_sec) * 1000 +
              (end.tv_nsec - begin.tv_nsec) / 1000000;
    assert_true(calls <= ms + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrix_products_call_the_hook),
        cmocka_unit_test(calls_in_a_row_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
