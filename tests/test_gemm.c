/* Products of all shapes and transposes against plain loops, with rows longer
 * than they need be. */
#include "core/arena.h"
#include "core/gemm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SPARE = 3 }; /* values after each row */

typedef struct matrix {
    int rows, columns, stride;
    gt_real *at;
} matrix;

/* Of small whole numbers, so that every order of summation gives the same. */
static matrix matrix_new(int rows, int columns, int seed)
{
    matrix m = {rows, columns, columns + SPARE, NULL};
    size_t size = (size_t)rows * (size_t)m.stride;
    m.at = gt_real_alloc(size);
    assert_non_null(m.at);
    for (size_t i = 0; i < size; i++)
        m.at[i] = (gt_real)((i * 7 + (size_t)seed) % 11) - 5;
    return m;
}

static gt_real entry(const matrix *m, gt_transpose op, int row, int column)
{
    return op == GT_TRANSPOSED ? m->at[(size_t)column * m->stride + row]
                               : m->at[(size_t)row * m->stride + column];
}

/* Every entry would take too long: a lattice of them, and the corners. */
static void compare(gt_transpose ta, gt_transpose tb, int k, gt_real beta,
                    const matrix *a, const matrix *b, const matrix *before,
                    const matrix *c)
{
    for (int i = 0; i < c->rows; i += i + 14 < c->rows ? 13 : 1)
        for (int j = 0; j < c->columns; j += j + 18 < c->columns ? 17 : 1) {
            double want = beta * entry(before, GT_PLAIN, i, j);
            for (int l = 0; l < k; l++)
                want += entry(a, ta, i, l) * entry(b, tb, l, j);
            if (entry(c, GT_PLAIN, i, j) != (gt_real)want)
                fail_msg("%d x %d x %d, %d %d: [%d, %d] is %g, not %g", c->rows,
                         c->columns, k, ta, tb, i, j,
                         (double)entry(c, GT_PLAIN, i, j), want);
        }
    for (int i = 0; i < c->rows; i++)
        for (int j = c->columns; j < c->stride; j++)
            assert_true(c->at[(size_t)i * c->stride + j] ==
                        before->at[(size_t)i * c->stride + j]);
}

static void check(int m, int n, int k, gt_transpose ta, gt_transpose tb,
                  gt_real beta)
{
    matrix a = ta == GT_PLAIN ? matrix_new(m, k, 1) : matrix_new(k, m, 1);
    matrix b = tb == GT_PLAIN ? matrix_new(k, n, 2) : matrix_new(n, k, 2);
    matrix before = matrix_new(m, n, 3), c = matrix_new(m, n, 3);
    gt_gemm(ta, tb, m, n, k, a.at, a.stride, b.at, b.stride, beta, c.at,
            c.stride);
    compare(ta, tb, k, beta, &a, &b, &before, &c);
    free(a.at);
    free(b.at);
    free(before.at);
    free(c.at);
}

static void products_of_any_shape_match_plain_loops(void **state)
{
    (void)state;
    static const int shapes[][3] = {
        {1, 1, 1},      {3, 5, 7},       {64, 64, 64},   {5000, 16, 20},
        {16, 5000, 20}, {16, 20, 5000},  {20011, 64, 3}, {3, 64, 20011},
        {33, 4001, 16}, {130, 130, 130}, {64, 1, 40000}, {1, 40000, 64},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int k = 0; k < 8; k++)
            check(shapes[i][0], shapes[i][1], shapes[i][2],
                  k & 1 ? GT_TRANSPOSED : GT_PLAIN,
                  k & 2 ? GT_TRANSPOSED : GT_PLAIN, k & 4 ? 1 : 0);
}

static void operations_are_counted_once(void **state)
{
    (void)state;
    double before = gt_gemm_operations();
    check(5000, 16, 20, GT_PLAIN, GT_PLAIN, 0);
    assert_true(gt_gemm_operations() - before == 2.0 * 5000 * 16 * 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_any_shape_match_plain_loops),
        cmocka_unit_test(operations_are_counted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
