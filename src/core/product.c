/* product.c: apart from gemm.c, which the build tries with each BLAS by itself.
 * In double, which is for tests of gradients, the rows of all shards are one
 * product. */
#include "core/product.h"

#include "core/blas.h"
#include "core/panels/multiply.h"
#include "core/panels/multiply_runs.h"
#include "core/panels/multiply_shards.h"

#include <assert.h>
#include <string.h>

_Static_assert(GT_PRODUCT_SHARDS + 0 == GT__PANEL_SHARDS + 0 &&
                   GT_PRODUCT_ROWS + 0 == GT__PANEL_TERMS + 0,
               "what may be asked for is what panels take");

#ifndef GT_DOUBLE
/* NULL: none. Own products are made by one thread. */
static const gt__panel_kernel *kernel_of(gt_precision precision)
{
    if (precision == GT_BF16)
        return gt__bf16_kernel_choose();
    return gt_blas_threads() > 1 ? NULL : gt__fp32_kernel_choose();
}

static gt__panel_matrix matrix_of(gt_stored side)
{
    return (gt__panel_matrix){side.at, side.ld, side.op == GT_TRANSPOSED,
                              side.rounded};
}

static void multiply(const gt__panel_kernel *kernel, int m, int n, int k,
                     gt_stored a, gt_stored b, gt_real beta, gt_real *c,
                     int ldc)
{
    assert(beta == 0 || beta == 1);
    gt_gemm_count(m, n, k);
    gt__panel_multiply(kernel, m, n, k, matrix_of(a), matrix_of(b), beta != 0,
                       c, ldc);
}

/* Fewer columns fill too little of a panel to be worth rounding and packing. A
 * pass has as many rows as it has samples, so these must not decide. */
static gt_precision precision_for(gt_precision precision, int n)
{
    enum { LEAST_COLUMNS = 8 };
    return n < LEAST_COLUMNS ? GT_FP32 : precision;
}

/* Where a large matrix is read or written for a few rows or terms, the way to
 * memory decides, and rounding only adds to it. */
static bool comes_slowly(int m, int n, int k)
{
    enum { FEW = 24, LARGE = 1 << 20 };
    int least = m < k ? m : k;
    return least <= FEW && (double)n * (m < k ? k : m) >= LARGE;
}
#endif

void gt_product_of(gt_precision precision, int m, int n, int k, gt_stored a,
                   gt_stored b, gt_real beta, gt_real *c, int ldc)
{
#ifndef GT_DOUBLE
    if (!a.rounded && !b.rounded)
        precision =
            comes_slowly(m, n, k) ? GT_FP32 : precision_for(precision, n);
    const gt__panel_kernel *kernel = kernel_of(precision);
    if (kernel) {
        multiply(kernel, m, n, k, a, b, beta, c, ldc);
        return;
    }
#endif
    (void)precision;
    assert(!a.rounded && !b.rounded);
    gt_gemm(a.op, b.op, m, n, k, a.at, a.ld, b.at, b.ld, beta, c, ldc);
}

void gt_product(gt_precision precision, gt_transpose ta, gt_transpose tb, int m,
                int n, int k, const gt_real *a, int lda, const gt_real *b,
                int ldb, gt_real beta, gt_real *c, int ldc)
{
    gt_product_of(precision, m, n, k, (gt_stored){a, lda, ta, false},
                  (gt_stored){b, ldb, tb, false}, beta, c, ldc);
}

void gt_product_round(const gt_real *from, int rows, int n, uint16_t *to,
                      size_t ld)
{
#ifndef GT_DOUBLE
    const gt__panel_kernel *kernel = kernel_of(GT_BF16);
    assert(kernel);
    kernel->round(from, rows, n, to, ld);
#else
    (void)from, (void)rows, (void)n, (void)to, (void)ld;
    assert(!"double knows one precision");
#endif
}

/* --- B, packed before. Who makes fp32 by BLAS has it as it is. */

size_t gt_product_packed(gt_precision precision, int n, int k)
{
#ifndef GT_DOUBLE
    const gt__panel_kernel *kernel = kernel_of(precision_for(precision, n));
    if (kernel)
        return gt__panel_packed(kernel, n, k);
#endif
    (void)precision;
    return (size_t)n * (size_t)k;
}

void gt_product_pack(gt_precision precision, gt_transpose tb, int n, int k,
                     const gt_real *b, int ldb, gt_real *packed)
{
#ifndef GT_DOUBLE
    const gt__panel_kernel *kernel = kernel_of(precision_for(precision, n));
    if (kernel) {
        gt__panel_pack(kernel, n, k, matrix_of((gt_stored){b, ldb, tb, false}),
                       (uint32_t *)(void *)packed);
        return;
    }
#endif
    (void)precision;
    size_t rows = (size_t)(tb == GT_TRANSPOSED ? n : k);
    size_t columns = (size_t)(tb == GT_TRANSPOSED ? k : n);
    for (size_t i = 0; i < rows; i++)
        memcpy(packed + i * columns, b + i * (size_t)ldb,
               columns * sizeof *packed);
}

void gt_product_by_packed(gt_precision precision, gt_transpose tb, int m, int n,
                          int k, gt_stored a, const gt_real *packed,
                          gt_real beta, gt_real *c, int ldc)
{
#ifndef GT_DOUBLE
    const gt__panel_kernel *kernel = kernel_of(precision_for(precision, n));
    if (kernel) {
        gt_gemm_count(m, n, k);
        gt__panel_multiply_packed(kernel, m, n, k, matrix_of(a),
                                  (const uint32_t *)(const void *)packed,
                                  beta != 0, c, ldc);
        return;
    }
#endif
    (void)precision;
    assert(!a.rounded);
    gt_gemm(a.op, tb, m, n, k, a.at, a.ld, packed, tb == GT_TRANSPOSED ? k : n,
            beta, c, ldc);
}

bool gt_product_is_own(gt_precision precision)
{
#ifndef GT_DOUBLE
    return kernel_of(precision) != NULL;
#else
    return precision == GT_FP32;
#endif
}

const char *gt_product_kernel(gt_precision precision)
{
#ifndef GT_DOUBLE
    const gt__panel_kernel *kernel = kernel_of(precision);
    if (kernel)
        return kernel->name;
#endif
    (void)precision;
    return "BLAS";
}

const char *gt_product_makers(void)
{
    return gt_product_is_own(GT_FP32) ? GT_PRODUCT_OWN : "BLAS";
}

void gt_product_stable(gt_precision precision, gt_transpose ta, gt_transpose tb,
                       int m, int n, int k, const gt_real *a, int lda,
                       const gt_real *b, int ldb, gt_real beta, gt_real *c,
                       int ldc)
{
#ifndef GT_DOUBLE
    const gt__panel_kernel *kernel = kernel_of(precision);
    if (kernel) {
        multiply(kernel, m, n, k, (gt_stored){a, lda, ta, false},
                 (gt_stored){b, ldb, tb, false}, beta, c, ldc);
        return;
    }
#endif
    gt_product(precision, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

void gt_product_shards(gt_precision precision, const int *cut, int shards,
                       int m, int n, const gt_real *a, int lda,
                       const gt_real *b, int ldb, gt_real *c, int ldc)
{
#ifndef GT_DOUBLE
    const gt__panel_kernel *kernel = kernel_of(precision);
    assert(kernel);
    gt_gemm_count(m, n, cut[shards] - cut[0]);
    gt__panel_multiply_shards(kernel, m, n, &(gt__panel_shards){shards, cut},
                              (gt__panel_matrix){a, lda, true, false},
                              (gt__panel_matrix){b, ldb, false, false}, c, ldc);
#else
    gt_product_stable(precision, GT_TRANSPOSED, GT_PLAIN, m, n,
                      cut[shards] - cut[0], a + (size_t)cut[0] * (size_t)lda,
                      lda, b + (size_t)cut[0] * (size_t)ldb, ldb, 0, c, ldc);
#endif
}

#ifndef GT_DOUBLE
static gt__panel_words words_of(gt_operand side)
{
    return (gt__panel_words){(const uint32_t *)(const void *)side.at,
                             side.across, side.along, side.apart};
}

void gt_product_runs(gt_precision precision, int m, int n, int runs, int words,
                     gt_operand a, gt_operand b, bool add, gt_real *c, int ldc)
{
    const gt__panel_kernel *kernel = kernel_of(precision);
    assert(kernel && b.across == 1);
    gt_gemm_count(m, n, runs * words * kernel->terms);
    gt__panel_multiply_runs(kernel, m, n, runs, words, words_of(a), words_of(b),
                            add, c, ldc);
}

void gt_product_pair(const gt_real *from, size_t apart, int rows, int n,
                     gt_real *words)
{
    const gt__panel_span span = {
        .from = from, .ld = apart, .terms = rows, .count = n, .width = n};
    const gt__panel_kernel *kernel = kernel_of(GT_BF16);
    assert(kernel);
    kernel->pack_terms(&span, (uint32_t *)(void *)words);
}
#else
void gt_product_runs(gt_precision precision, int m, int n, int runs, int words,
                     gt_operand a, gt_operand b, bool add, gt_real *c, int ldc)
{
    (void)precision;
    for (size_t i = 0; i < (size_t)m; i++)
        for (size_t j = 0; j < (size_t)n; j++) {
            gt_real *to = c + i * (size_t)ldc + j, sum = add ? *to : 0;
            for (size_t r = 0; r < (size_t)runs; r++)
                for (size_t w = 0; w < (size_t)words; w++)
                    sum += a.at[i * a.across + w * a.along + r * a.apart] *
                           b.at[j * b.across + w * b.along + r * b.apart];
            *to = sum;
        }
}

void gt_product_pair(const gt_real *from, size_t apart, int rows, int n,
                     gt_real *words)
{
    (void)from, (void)apart, (void)rows, (void)n, (void)words;
    assert(!"double knows one precision");
}
#endif
