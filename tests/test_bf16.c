/* Products in bf16: both kernels against each other, bit for bit, where this
 * CPU has both, and against plain loops over rounded numbers in double. */
#include "core/arena.h"
#include "core/bf16/multiply.h"
#include "core/hash.h"
#include "core/rng.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SPARE = 3 }; /* values after each row */

typedef struct trial {
    int m, n, k;
    bool a_turned, b_turned, add;
    float *a, *b, *before;
} trial;

static float *drawn(size_t n, uint32_t stream)
{
    float *x = gt_real_alloc(n);
    assert_non_null(x);
    gt_rng_normal((gt_rng){.seed = 5, .stream = stream}, x, n);
    return x;
}

/* As stored, without the spare values. */
static int columns_of_a(const trial *t)
{
    return t->a_turned ? t->m : t->k;
}

static int columns_of_b(const trial *t)
{
    return t->b_turned ? t->k : t->n;
}

static void open_trial(trial *t)
{
    size_t rows_a = (size_t)(t->a_turned ? t->k : t->m);
    size_t rows_b = (size_t)(t->b_turned ? t->n : t->k);
    t->a = drawn(rows_a * (size_t)(columns_of_a(t) + SPARE), 1);
    t->b = drawn(rows_b * (size_t)(columns_of_b(t) + SPARE), 2);
    t->before = drawn((size_t)t->m * (size_t)(t->n + SPARE), 3);
}

static void close_trial(trial *t)
{
    free(t->a);
    free(t->b);
    free(t->before);
}

static float *result_of(const trial *t, const gt__bf16_kernel *kernel)
{
    size_t size = (size_t)t->m * (size_t)(t->n + SPARE);
    float *c = gt_real_alloc(size);
    assert_non_null(c);
    memcpy(c, t->before, size * sizeof *c);
    gt__bf16_multiply(
        kernel, t->m, t->n, t->k,
        (gt__bf16_matrix){t->a, columns_of_a(t) + SPARE, t->a_turned},
        (gt__bf16_matrix){t->b, columns_of_b(t) + SPARE, t->b_turned}, t->add,
        c, t->n + SPARE);
    return c;
}

/* To the nearest number of 8 bits. */
static double rounded(double x)
{
    int exponent;
    double part = frexp(x, &exponent);
    return ldexp(nearbyint(ldexp(part, 8)), exponent - 8);
}

static double entry(const float *at, int columns, bool turned, int row,
                    int column)
{
    int stride = columns + SPARE;
    return rounded(turned ? at[column * stride + row]
                          : at[row * stride + column]);
}

static void compare_with_loops(const trial *t, const float *c)
{
    for (int i = 0; i < t->m; i++)
        for (int j = 0; j < t->n + SPARE; j++) {
            int at = i * (t->n + SPARE) + j;
            double want = t->before[at], size = fabs(want);
            if (j < t->n && !t->add)
                want = 0;
            for (int l = 0; l < t->k && j < t->n; l++) {
                double term = entry(t->a, columns_of_a(t), t->a_turned, i, l) *
                              entry(t->b, columns_of_b(t), t->b_turned, l, j);
                want += term;
                size += fabs(term);
            }
            if (fabs(c[at] - want) > 1e-6 * size)
                fail_msg("%d x %d x %d: [%d, %d] is %g, not %g", t->m, t->n,
                         t->k, i, j, (double)c[at], want);
        }
}

/* Of one panel and several, whole ones and parts, odd sums, several blocks. */
static const int shapes[][3] = {{1, 1, 1},     {3, 2, 5},    {12, 32, 2},
                                {13, 33, 7},   {7, 16, 31},  {25, 17, 33},
                                {40, 70, 64},  {193, 20, 9}, {5, 1030, 3},
                                {30, 48, 385}, {2, 9, 1000}, {11, 31, 800}};
enum { SHAPES = sizeof shapes / sizeof *shapes, WAYS = 8 };

static trial trial_of(int shape, int way)
{
    const int *s = shapes[shape];
    return (trial){.m = s[0],
                   .n = s[1],
                   .k = s[2],
                   .a_turned = way & 1,
                   .b_turned = way & 2,
                   .add = way & 4};
}

static void products_match_loops_over_rounded_numbers(void **state)
{
    (void)state;
    for (int i = 0; i < SHAPES * WAYS; i++) {
        trial t = trial_of(i / WAYS, i % WAYS);
        open_trial(&t);
        float *c = result_of(&t, &gt__bf16_portable);
        compare_with_loops(&t, c);
        free(c);
        close_trial(&t);
    }
}

static void need_native(void)
{
    if (!gt__bf16_native.name || !gt__bf16_native.runs())
        skip();
}

static void both_kernels_give_the_same_bits(void **state)
{
    (void)state;
    need_native();
    for (int i = 0; i < SHAPES * WAYS; i++) {
        trial t = trial_of(i / WAYS, i % WAYS);
        open_trial(&t);
        float *portable = result_of(&t, &gt__bf16_portable);
        float *native = result_of(&t, &gt__bf16_native);
        size_t size = (size_t)t.m * (size_t)(t.n + SPARE);
        assert_memory_equal(portable, native, size * sizeof *native);
        free(portable);
        free(native);
        close_trial(&t);
    }
}

/* Golden bits: products are the same on every CPU and with every compiler. */
static void the_bits_are_those_of_every_machine(void **state)
{
    (void)state;
    trial t = {.m = 30, .n = 48, .k = 385};
    open_trial(&t);
    for (size_t i = 0; i < (size_t)t.m * (size_t)(t.k + SPARE); i++)
        t.a[i] = (float)((i * 2654435761u % 1000003) / 1000003.0 - 0.5);
    for (size_t i = 0; i < (size_t)t.k * (size_t)(t.n + SPARE); i++)
        t.b[i] = (float)((i * 40503u % 65537) / 65537.0 - 0.5);
    float *c = result_of(&t, &gt__bf16_portable);
    char text[GT_HASH_TEXT];
    gt_hash *hash = gt_hash_new();
    assert_non_null(hash);
    for (int i = 0; i < t.m; i++)
        gt_hash_add(hash, c + i * (t.n + SPARE), (size_t)t.n * sizeof *c);
    assert_string_equal(gt_hash_text(gt_hash_value(hash), text),
                        "8849bb63ab8d4f46");
    gt_hash_free(hash);
    free(c);
    close_trial(&t);
}

/* What is beside them does not matter, so shards of any size agree. */
static void elements_depend_on_their_row_and_column_alone(void **state)
{
    (void)state;
    const gt__bf16_kernel *kernel = gt__bf16_kernel_choose();
    kernel = kernel ? kernel : &gt__bf16_portable;
    trial t = {.m = 30, .n = 50, .k = 401};
    open_trial(&t);
    float *whole = result_of(&t, kernel);
    trial part = t;
    part.a = t.a + 17 * (t.k + SPARE);
    part.m = 5;
    float *rows = result_of(&part, kernel);
    for (int i = 0; i < part.m; i++)
        assert_memory_equal(whole + (17 + i) * (t.n + SPARE),
                            rows + i * (t.n + SPARE),
                            (size_t)t.n * sizeof *rows);
    free(whole);
    free(rows);
    close_trial(&t);
}

static float bits(uint32_t b)
{
    float x;
    memcpy(&x, &b, sizeof x);
    return x;
}

/* c = x by 1. */
static void check_rounding(const gt__bf16_kernel *kernel)
{
    static const struct {
        uint32_t from, to;
    } cases[] = {
        {0x3f800000, 0x3f800000}, /* 1 */
        {0x3f808000, 0x3f800000}, /* a tie, to the even one below */
        {0x3f818000, 0x3f820000}, /* a tie, to the even one above */
        {0x3f808001, 0x3f810000}, /* more than half */
        {0xbf807fff, 0xbf800000}, /* less than half */
        {0x3fffffff, 0x40000000}, /* into the next power of two */
        {0x7f7fffff, 0x7f800000}, /* the largest number: infinity */
        {0x7f800000, 0x7f800000}, {0xff800000, 0xff800000},
        {0x007fffff, 0x00000000}, /* denormal: 0 */
        {0x00800000, 0x00800000}, /* the least that is not */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float x = bits(cases[i].from), one = 1, c = 7, want = bits(cases[i].to);
        gt__bf16_multiply(kernel, 1, 1, 1, (gt__bf16_matrix){&x, 1, false},
                          (gt__bf16_matrix){&one, 1, false}, false, &c, 1);
        assert_memory_equal(&c, &want, sizeof c);
    }
    float none = NAN, one = 1, c = 7;
    gt__bf16_multiply(kernel, 1, 1, 1, (gt__bf16_matrix){&none, 1, false},
                      (gt__bf16_matrix){&one, 1, false}, false, &c, 1);
    assert_true(isnan(c));
}

static void numbers_are_rounded_to_the_nearest(void **state)
{
    (void)state;
    check_rounding(&gt__bf16_portable);
    if (gt__bf16_native.name && gt__bf16_native.runs())
        check_rounding(&gt__bf16_native);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_match_loops_over_rounded_numbers),
        cmocka_unit_test(both_kernels_give_the_same_bits),
        cmocka_unit_test(the_bits_are_those_of_every_machine),
        cmocka_unit_test(elements_depend_on_their_row_and_column_alone),
        cmocka_unit_test(numbers_are_rounded_to_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
