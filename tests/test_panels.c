/* Products from panels, in fp32 and bf16: the kernels that this CPU runs
 * against portable ones, bit for bit, these against plain loops in double, and
 * products of several shards against those of one at a time. */
#include "core/arena.h"
#include "core/hash.h"
#include "core/panels/multiply.h"
#include "core/panels/multiply_runs.h"
#include "core/panels/multiply_shards.h"
#include "core/precision.h"
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

/* The portable kernel of a precision, which all others agree with. */
static const gt__panel_kernel *const kernels[][3] = {
    {&gt__fp32_portable, &gt__fp32_avx512, &gt__fp32_avx2},
    {&gt__bf16_portable, &gt__bf16_native}};

static bool runs(const gt__panel_kernel *kernel)
{
    return kernel && kernel->name && kernel->runs();
}

typedef struct trial {
    gt_precision precision;
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

static float *result_of(const trial *t, const gt__panel_kernel *kernel)
{
    size_t size = (size_t)t->m * (size_t)(t->n + SPARE);
    float *c = gt_real_alloc(size);
    assert_non_null(c);
    memcpy(c, t->before, size * sizeof *c);
    gt__panel_multiply(
        kernel, t->m, t->n, t->k,
        (gt__panel_matrix){t->a, columns_of_a(t) + SPARE, t->a_turned, false},
        (gt__panel_matrix){t->b, columns_of_b(t) + SPARE, t->b_turned, false},
        t->add, c, t->n + SPARE);
    return c;
}

/* To the nearest number of 8 bits. */
static double rounded(double x)
{
    int exponent;
    double part = frexp(x, &exponent);
    return ldexp(nearbyint(ldexp(part, 8)), exponent - 8);
}

static double entry(const trial *t, const float *at, int columns, bool turned,
                    int row, int column)
{
    int stride = columns + SPARE;
    double x = turned ? at[column * stride + row] : at[row * stride + column];
    return t->precision == GT_BF16 ? rounded(x) : x;
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
                double term =
                    entry(t, t->a, columns_of_a(t), t->a_turned, i, l) *
                    entry(t, t->b, columns_of_b(t), t->b_turned, l, j);
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
enum { SHAPES = sizeof shapes / sizeof *shapes, WAYS = 16 };

/* Eight ways are of fp32, and eight of bf16. */
static trial trial_of(const int *shape, int way)
{
    return (trial){.precision = way & 8 ? GT_BF16 : GT_FP32,
                   .m = shape[0],
                   .n = shape[1],
                   .k = shape[2],
                   .a_turned = way & 1,
                   .b_turned = way & 2,
                   .add = way & 4};
}

static void products_match_loops_in_double(void **state)
{
    (void)state;
    for (int i = 0; i < SHAPES * WAYS; i++) {
        trial t = trial_of(shapes[i / WAYS], i % WAYS);
        open_trial(&t);
        float *c = result_of(&t, kernels[t.precision][0]);
        compare_with_loops(&t, c);
        free(c);
        close_trial(&t);
    }
}

static void all_kernels_give_the_same_bits(void **state)
{
    (void)state;
    for (int i = 0; i < SHAPES * WAYS; i++) {
        trial t = trial_of(shapes[i / WAYS], i % WAYS);
        size_t size = (size_t)t.m * (size_t)(t.n + SPARE);
        open_trial(&t);
        float *portable = result_of(&t, kernels[t.precision][0]);
        for (int k = 1; k < 3; k++) {
            if (!runs(kernels[t.precision][k]))
                continue;
            float *native = result_of(&t, kernels[t.precision][k]);
            assert_memory_equal(portable, native, size * sizeof *native);
            free(native);
        }
        free(portable);
        close_trial(&t);
    }
}

/* Golden bits: products are the same on every CPU and with every compiler. */
static void check_golden(gt_precision precision, const char *golden)
{
    trial t = {.precision = precision, .m = 30, .n = 48, .k = 385};
    open_trial(&t);
    for (size_t i = 0; i < (size_t)t.m * (size_t)(t.k + SPARE); i++)
        t.a[i] = (float)((i * 2654435761u % 1000003) / 1000003.0 - 0.5);
    for (size_t i = 0; i < (size_t)t.k * (size_t)(t.n + SPARE); i++)
        t.b[i] = (float)((i * 40503u % 65537) / 65537.0 - 0.5);
    float *c = result_of(&t, kernels[precision][0]);
    char text[GT_HASH_TEXT];
    gt_hash *hash = gt_hash_new();
    assert_non_null(hash);
    for (int i = 0; i < t.m; i++)
        gt_hash_add(hash, c + i * (t.n + SPARE), (size_t)t.n * sizeof *c);
    assert_string_equal(gt_hash_text(gt_hash_value(hash), text), golden);
    gt_hash_free(hash);
    free(c);
    close_trial(&t);
}

static void the_bits_are_those_of_every_machine(void **state)
{
    (void)state;
    check_golden(GT_BF16, "8849bb63ab8d4f46");
    check_golden(GT_FP32, "0dec36742ac20009");
}

/* What is beside them does not matter, so shards of any size agree. */
static void check_rows(gt_precision precision)
{
    const gt__panel_kernel *kernel = precision == GT_BF16
                                         ? gt__bf16_kernel_choose()
                                         : gt__fp32_kernel_choose();
    kernel = kernel ? kernel : kernels[precision][0];
    trial t = {.precision = precision, .m = 30, .n = 50, .k = 401};
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

static void elements_depend_on_their_row_and_column_alone(void **state)
{
    (void)state;
    check_rows(GT_FP32);
    check_rows(GT_BF16);
}

/* --- B, packed before. */

static void check_packed(const trial *t, const gt__panel_kernel *kernel)
{
    size_t size = (size_t)t->m * (size_t)(t->n + SPARE);
    float *want = result_of(t, kernel), *have = gt_real_alloc(size);
    uint32_t *packed =
        (uint32_t *)gt_real_alloc(gt__panel_packed(kernel, t->n, t->k));
    assert_non_null(have);
    assert_non_null(packed);
    memcpy(have, t->before, size * sizeof *have);
    gt__panel_pack(
        kernel, t->n, t->k,
        (gt__panel_matrix){t->b, columns_of_b(t) + SPARE, t->b_turned, false},
        packed);
    gt__panel_multiply_packed(
        kernel, t->m, t->n, t->k,
        (gt__panel_matrix){t->a, columns_of_a(t) + SPARE, t->a_turned, false},
        packed, t->add, have, t->n + SPARE);
    assert_memory_equal(want, have, size * sizeof *have);
    free(want);
    free(have);
    free(packed);
}

/* Of a panel and of several blocks, with and without a rest. */
static void what_is_packed_before_gives_the_same_bits(void **state)
{
    static const int sizes[][3] = {{1, 8, 1},
                                   {12, 32, 16},
                                   {30, 50, 401},
                                   {7, 1000, 1025},
                                   {150, 97, 600}};
    (void)state;
    for (int i = 0; i < (int)(sizeof sizes / sizeof *sizes) * WAYS; i++) {
        trial t = trial_of(sizes[i / WAYS], i % WAYS);
        open_trial(&t);
        for (int k = 0; k < 3; k++)
            if (runs(kernels[t.precision][k]))
                check_packed(&t, kernels[t.precision][k]);
        close_trial(&t);
    }
}

/* --- Numbers of bf16, rounded before. */

/* The numbers of a side of [rows x columns], without spare values. */
static uint16_t *round_side(const gt__panel_kernel *kernel, const float *from,
                            int rows, int columns)
{
    uint16_t *to = (uint16_t *)gt_real_alloc((size_t)rows * (size_t)columns);
    assert_non_null(to);
    for (int i = 0; i < rows; i++)
        kernel->round(from + i * (columns + SPARE), 1, columns,
                      to + i * columns, (size_t)columns);
    return to;
}

/* B, and A unless its rows have an odd number of terms. */
static void check_rounded(const trial *t, const gt__panel_kernel *kernel)
{
    size_t size = (size_t)t->m * (size_t)(t->n + SPARE);
    float *want = result_of(t, kernel), *have = gt_real_alloc(size);
    assert_non_null(have);
    memcpy(have, t->before, size * sizeof *have);
    uint16_t *a =
        round_side(kernel, t->a, t->a_turned ? t->k : t->m, columns_of_a(t));
    uint16_t *b = round_side(kernel, t->b, t->k, columns_of_b(t));
    bool words = t->a_turned || t->k % 2 == 0;
    gt__panel_matrix left = {t->a, columns_of_a(t) + SPARE, t->a_turned, false};
    if (words)
        left = (gt__panel_matrix){a, columns_of_a(t), t->a_turned, true};
    gt__panel_multiply(kernel, t->m, t->n, t->k, left,
                       (gt__panel_matrix){b, columns_of_b(t), false, true},
                       t->add, have, t->n + SPARE);
    assert_memory_equal(want, have, size * sizeof *have);
    free(want);
    free(have);
    free(a);
    free(b);
}

/* Sides are taken where they lie, or packed, in whole panels and with a rest.
 */
static void what_is_rounded_before_gives_the_same_bits(void **state)
{
    static const int sizes[][3] = {
        {1, 8, 2},      {12, 32, 16}, {30, 50, 402}, {7, 1000, 1026},
        {150, 97, 600}, {29, 41, 77}, {13, 16, 1}};
    (void)state;
    for (int i = 0; i < (int)(sizeof sizes / sizeof *sizes) * WAYS; i++) {
        trial t = trial_of(sizes[i / WAYS], i % WAYS);
        if (t.precision != GT_BF16 || t.b_turned)
            continue;
        open_trial(&t);
        check_rounded(&t, &gt__bf16_portable);
        if (runs(&gt__bf16_native))
            check_rounded(&t, &gt__bf16_native);
        close_trial(&t);
    }
}

/* --- Large matrices, beside few rows or terms. */

/* C by pieces of a few rows and columns, none of which is large. */
static void in_pieces(const gt__panel_kernel *kernel, const trial *t, float *c)
{
    enum { ROWS = 60, COLUMNS = 50 };
    int lda = columns_of_a(t), ldb = columns_of_b(t);
    for (int i = 0; i < t->m; i += ROWS)
        for (int j = 0; j < t->n; j += COLUMNS)
            gt__panel_multiply(
                kernel, t->m - i < ROWS ? t->m - i : ROWS,
                t->n - j < COLUMNS ? t->n - j : COLUMNS, t->k,
                (gt__panel_matrix){t->a + (t->a_turned ? i : i * lda), lda,
                                   t->a_turned, false},
                (gt__panel_matrix){t->b + (t->b_turned ? j * ldb : j), ldb,
                                   t->b_turned, false},
                t->add, c + i * t->n + j, t->n);
}

static void check_large(const trial *t, const gt__panel_kernel *kernel)
{
    size_t size = (size_t)t->m * (size_t)t->n;
    float *want = drawn(size, 9), *have = drawn(size, 9);
    in_pieces(kernels[t->precision][0], t, want);
    gt__panel_multiply(
        kernel, t->m, t->n, t->k,
        (gt__panel_matrix){t->a, columns_of_a(t), t->a_turned, false},
        (gt__panel_matrix){t->b, columns_of_b(t), t->b_turned, false}, t->add,
        have, t->n);
    assert_memory_equal(want, have, size * sizeof *have);
    free(want);
    free(have);
}

/* B is read ahead, in rows that touch and in others; turned round; C goes past
 * the caches. */
static void large_matrices_take_other_ways_to_the_same_bits(void **state)
{
    static const int sizes[][3] = {
        {16, 256, 1100}, {5, 1000, 300}, {24, 40, 7000}, {1, 300, 900},
        {7, 1100, 250},  {24, 600, 512}, {1100, 1024, 3}};
    (void)state;
    for (int i = 0; i < (int)(sizeof sizes / sizeof *sizes) * 8; i++) {
        trial t = trial_of(sizes[i / 8], i % 8);
        open_trial(&t);
        for (int k = 0; k < 3; k++)
            if (runs(kernels[GT_FP32][k]))
                check_large(&t, kernels[GT_FP32][k]);
        close_trial(&t);
    }
}

/* --- Sums in runs. */

enum {
    RUNS = 3,
    RUN = 7,
    RUNS_M = 29,
    RUNS_N = 45,
    ACROSS = 2, /* rows of A overlap */
    APART = 100
};

static gt__panel_words words(const float *at, size_t across, size_t along,
                             size_t apart)
{
    return (gt__panel_words){(const uint32_t *)(const void *)at, across, along,
                             apart};
}

/* The same product of matrices that hold each term where it belongs. */
static void copied_out(const float *a, const float *b, bool add, float *c)
{
    enum { TERMS = RUNS * RUN };
    float *left = drawn((size_t)RUNS_M * TERMS, 1);
    float *right = drawn((size_t)TERMS * RUNS_N, 1);
    for (int t = 0; t < TERMS; t++) {
        for (int i = 0; i < RUNS_M; i++)
            left[i * TERMS + t] = a[i * ACROSS + t % RUN + t / RUN * APART];
        memcpy(right + (size_t)t * RUNS_N,
               b + (size_t)(t % RUN) * RUNS_N +
                   (size_t)(t / RUN) * RUN * RUNS_N,
               RUNS_N * sizeof *b);
    }
    gt__panel_multiply(&gt__fp32_portable, RUNS_M, RUNS_N, TERMS,
                       (gt__panel_matrix){left, TERMS, false, false},
                       (gt__panel_matrix){right, RUNS_N, false, false}, add, c,
                       RUNS_N);
    free(left);
    free(right);
}

static void runs_are_summed_one_after_the_other(void **state)
{
    enum { SIZE = RUNS_M * RUNS_N };
    (void)state;
    float *a = drawn(RUNS * APART, 11), *b = drawn(RUNS * RUN * RUNS_N, 12);
    for (int add = 0; add < 2; add++) {
        float *want = drawn(SIZE, 13);
        copied_out(a, b, add, want);
        for (int k = 0; k < 3; k++) {
            float *have = drawn(SIZE, 13);
            if (runs(kernels[GT_FP32][k])) {
                gt__panel_multiply_runs(
                    kernels[GT_FP32][k], RUNS_M, RUNS_N, RUNS, RUN,
                    words(a, ACROSS, 1, APART),
                    words(b, 1, RUNS_N, (size_t)RUN * RUNS_N), add, have,
                    RUNS_N);
                assert_memory_equal(want, have, SIZE * sizeof *have);
            }
            free(have);
        }
        free(want);
    }
    free(a);
    free(b);
}

/* --- Products of several shards. */

enum { SHARD_M = 30, SHARD_N = 70 };

/* Of shards first .. first + n - 1, one at a time, in the tree of reducer.h. */
static void sum_of(const gt__panel_kernel *kernel, const int *cut, int first,
                   int n, const float *a, const float *b, float *c)
{
    if (n == 1) {
        gt__panel_multiply(
            kernel, SHARD_M, SHARD_N, cut[first + 1] - cut[first],
            (gt__panel_matrix){a + cut[first] * SHARD_M, SHARD_M, true, false},
            (gt__panel_matrix){b + cut[first] * SHARD_N, SHARD_N, false, false},
            false, c, SHARD_N);
        return;
    }
    int half = 1;
    float *other = gt_real_alloc(SHARD_M * SHARD_N);
    assert_non_null(other);
    while (2 * half < n)
        half *= 2;
    sum_of(kernel, cut, first, half, a, b, c);
    sum_of(kernel, cut, first + half, n - half, a, b, other);
    for (int i = 0; i < SHARD_M * SHARD_N; i++)
        c[i] += other[i];
    free(other);
}

/* Of `each` samples a shard, more or less. */
static void check_shards(const gt__panel_kernel *kernel, int shards, int each)
{
    int cut[GT__PANEL_SHARDS + 1] = {0};
    for (int s = 0; s < shards; s++)
        cut[s + 1] = cut[s] + each + (each > 1 ? s % 3 - 1 : 0);
    int rows = cut[shards];
    float *a = drawn((size_t)rows * SHARD_M, 7);
    float *b = drawn((size_t)rows * SHARD_N, 8);
    float *want = gt_real_alloc(SHARD_M * SHARD_N);
    float *have = gt_real_alloc(SHARD_M * SHARD_N);
    assert_non_null(want);
    assert_non_null(have);
    sum_of(kernel, cut, 0, shards, a, b, want);
    gt__panel_multiply_shards(
        kernel, SHARD_M, SHARD_N, &(gt__panel_shards){shards, cut},
        (gt__panel_matrix){a, SHARD_M, true, false},
        (gt__panel_matrix){b, SHARD_N, false, false}, have, SHARD_N);
    assert_memory_equal(want, have, SHARD_M * SHARD_N * sizeof *have);
    free(a);
    free(b);
    free(want);
    free(have);
}

static void shards_add_up_as_if_they_were_multiplied_one_by_one(void **state)
{
    (void)state;
    for (int p = 0; p < 2; p++)
        for (int k = 0; k < 3; k++)
            for (int shards = 1;
                 runs(kernels[p][k]) && shards <= GT__PANEL_SHARDS; shards++) {
                check_shards(kernels[p][k], shards, 1);
                check_shards(kernels[p][k], shards, 16);
            }
    /* Blocks become narrow. */
    check_shards(&gt__fp32_portable, 16, 191);
}

/* --- Rounding. */

static float bits(uint32_t b)
{
    float x;
    memcpy(&x, &b, sizeof x);
    return x;
}

/* c = x by 1. */
static void check_rounding(const gt__panel_kernel *kernel)
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
        uint16_t number, upper = (uint16_t)(cases[i].to >> 16);
        gt__panel_multiply(
            kernel, 1, 1, 1, (gt__panel_matrix){&x, 1, false, false},
            (gt__panel_matrix){&one, 1, false, false}, false, &c, 1);
        assert_memory_equal(&c, &want, sizeof c);
        kernel->round(&x, 1, 1, &number, 1);
        assert_int_equal(number, upper);
    }
    float none = NAN, one = 1, c = 7;
    gt__panel_multiply(kernel, 1, 1, 1,
                       (gt__panel_matrix){&none, 1, false, false},
                       (gt__panel_matrix){&one, 1, false, false}, false, &c, 1);
    assert_true(isnan(c));
}

static void numbers_are_rounded_to_the_nearest(void **state)
{
    (void)state;
    check_rounding(&gt__bf16_portable);
    if (runs(&gt__bf16_native))
        check_rounding(&gt__bf16_native);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_match_loops_in_double),
        cmocka_unit_test(all_kernels_give_the_same_bits),
        cmocka_unit_test(the_bits_are_those_of_every_machine),
        cmocka_unit_test(elements_depend_on_their_row_and_column_alone),
        cmocka_unit_test(what_is_packed_before_gives_the_same_bits),
        cmocka_unit_test(what_is_rounded_before_gives_the_same_bits),
        cmocka_unit_test(large_matrices_take_other_ways_to_the_same_bits),
        cmocka_unit_test(runs_are_summed_one_after_the_other),
        cmocka_unit_test(shards_add_up_as_if_they_were_multiplied_one_by_one),
        cmocka_unit_test(numbers_are_rounded_to_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
