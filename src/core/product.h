/* product.h: matrix products in fp32 or bf16. Row-major, local.
 *
 * Own kernels make them where the CPU has any, with the same bits on all of
 * these. Else BLAS does. */
#ifndef GT_CORE_PRODUCT_H
#define GT_CORE_PRODUCT_H

#include "core/gemm.h"
#include "core/precision.h"

#include <stdint.h>

/* gt_gemm in a precision that gt_precision_check allows, or in fp32 where
 * columns are few, or a few rows or terms meet a matrix so large that bf16
 * saves nothing; beta is 0 or 1. The bits of an element follow from these
 * sizes, beta, its row of op(A) and its column of op(B), and where BLAS
 * multiplies from what gt_gemm's do. GT_DOUBLE knows one precision. Calls
 * gt_progress_hook. */
void gt_product(gt_precision precision, gt_transpose ta, gt_transpose tb, int m,
                int n, int k, const gt_real *a, int lda, const gt_real *b,
                int ldb, gt_real beta, gt_real *c, int ldc);

/* Whether own kernels make all products of a precision, and which: "AVX-512",
 * "AVX2", "AVX512-BF16", or where GENTRAIN_FP32 or GENTRAIN_BF16 ask for it
 * "portable": the same bits, by loops that any CPU runs, slowly; or "BLAS". */
bool gt_product_is_own(gt_precision precision);
const char *gt_product_kernel(gt_precision precision);

/* The same in that precision, with bits that follow from the row and column
 * alone: samples have the same, however many others are beside them. Without
 * own kernels it is gt_product. */
void gt_product_stable(gt_precision precision, gt_transpose ta, gt_transpose tb,
                       int m, int n, int k, const gt_real *a, int lda,
                       const gt_real *b, int ldb, gt_real beta, gt_real *c,
                       int ldc);

/* A side of a product as it is stored: of reals or, for products in bf16, of
 * bf16 numbers that were rounded before (gt_product_round). These have a row
 * for each term of the sum, or of A for each row, which then begins at a word
 * and has an even number of terms. */
typedef struct gt_stored {
    const void *at;
    int ld; /* numbers from row to row */
    gt_transpose op;
    bool rounded;
} gt_stored;

/* C = op(A) op(B), or += with a beta of 1, as gt_product, but that these sizes
 * do not make bf16 to fp32 where a side is rounded. */
void gt_product_of(gt_precision precision, int m, int n, int k, gt_stored a,
                   gt_stored b, gt_real beta, gt_real *c, int ldc);

/* `rows` of n reals that lie side by side, each to a row of bf16 numbers, of
 * which two take the room of a real. The rows lie `ld` numbers apart. Only
 * where own kernels make products in bf16. */
void gt_product_round(const gt_real *from, int rows, int n, uint16_t *to,
                      size_t ld);

/* For products that have B in common: op(B)[k x n] in the form that they read
 * fastest, then as often as it is the same, C = op(A) B, or += with a beta of
 * 1. The bits are those of gt_product, but that these sizes do not make bf16 to
 * fp32. gt_product_packed: reals that the form takes; both others are told the
 * same `tb`. */
size_t gt_product_packed(gt_precision precision, int n, int k);
void gt_product_pack(gt_precision precision, gt_transpose tb, int n, int k,
                     const gt_real *b, int ldb, gt_real *packed);
void gt_product_by_packed(gt_precision precision, gt_transpose tb, int m, int n,
                          int k, gt_stored a, const gt_real *packed,
                          gt_real beta, gt_real *c, int ldc);

/* Who makes products in fp32, as bits depend on it: GT_PRODUCT_OWN, whatever
 * the kernel, or "BLAS". */
#define GT_PRODUCT_OWN "gentrain"
const char *gt_product_makers(void);

/* A side of a product whose numbers lie in runs, as those of an image under a
 * kernel do. Word w of run r of row or column i is at[i * across + w * along +
 * r * apart]; rows may overlap. In fp32 a word is a real of a tensor. In bf16
 * it is two, of two terms of the sum, as gt_product_pair makes them of rows and
 * gt_product_round of terms that lie side by side. */
typedef struct gt_operand {
    const gt_real *at;
    size_t across, along, apart;
} gt_operand;

/* C[m x n] = A B, or += if `add`, over `runs` of so many words; columns of B
 * lie side by side (across = 1). The bits of an element follow from its row,
 * its column and `add` alone: words are added in their order. Only where
 * own kernels make products of the precision. Calls gt_progress_hook. */
void gt_product_runs(gt_precision precision, int m, int n, int runs, int words,
                     gt_operand a, gt_operand b, bool add, gt_real *c, int ldc);

/* words[rows / 2 x n]: each of a number of a row [n] of fp32 and the one below
 * it, rounded. The rows lie `apart`; below a last one whose number is odd there
 * are zeros. */
void gt_product_pair(const gt_real *from, size_t apart, int rows, int n,
                     gt_real *words);

/* C[m x n] = the sum over shards of A^T B, where A[rows x m] and B[rows x n]
 * have the rows cut[s] .. cut[s + 1] - 1 of shard s, each with samples. Shards
 * are added in the tree of comm/reducer.h: the bits are those of stable
 * products of one shard at a time, added so. At most GT_PRODUCT_SHARDS shards
 * and GT_PRODUCT_ROWS rows. */
enum { GT_PRODUCT_SHARDS = 16, GT_PRODUCT_ROWS = 3072 };
void gt_product_shards(gt_precision precision, const int *cut, int shards,
                       int m, int n, const gt_real *a, int lda,
                       const gt_real *b, int ldb, gt_real *c, int ldc);

#endif
