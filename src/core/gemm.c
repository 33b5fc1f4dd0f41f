/* gemm.c: the only file that multiplies by BLAS. Any CBLAS will do. Headers
 * name the type of a transpose differently, so it is not named here. */
#include "core/gemm.h"

#include "base/progress_hook.h"
#include "core/blas.h"

#include <cblas.h>
#include <stdatomic.h>
#include <string.h>

/* Of the calling thread. */
static _Thread_local double operations;

double gt_gemm_operations(void)
{
    return operations;
}

void gt_gemm_count(int m, int n, int k)
{
    operations += 2.0 * m * n * k;
}

/* --- Products with a short side. */

typedef struct product {
    gt_transpose ta, tb;
    int m, n, k;
    const gt_real *a, *b;
    int lda, ldb;
    gt_real beta;
    gt_real *c;
    int ldc;
} product;

enum {
    SMALL = 1000000, /* multiplications of a matrix that BLAS takes as it is */
    SHORT = 64,      /* a side with which packing does not pay */
    SHORT_FLAT = 32, /* the same where rows of B and C are cut */
    LEAST = 16       /* of the longest side, in a piece */
};

/* Whether this BLAS multiplies small matrices without packing them first:
 * OpenBLAS, since 0.3.17, for CPUs with AVX-512. */
static bool has_small_kernels(void)
{
    static const char *const families[] = {"SkylakeX", "Cooperlake",
                                           "SapphireRapids"};
    static atomic_int known = -1; /* any thread may find out */
    int has = atomic_load_explicit(&known, memory_order_relaxed);
    if (has < 0) {
        has = 0;
        for (int i = 0; i < 3; i++)
            has |= !strcmp(gt_blas_kernel(), families[i]);
        atomic_store_explicit(&known, has, memory_order_relaxed);
    }
    return has;
}

static void multiply(const product *p)
{
    int ta = p->ta == GT_TRANSPOSED ? CblasTrans : CblasNoTrans;
    int tb = p->tb == GT_TRANSPOSED ? CblasTrans : CblasNoTrans;
    gt_progress_hook();
#ifdef GT_DOUBLE
    cblas_dgemm(CblasRowMajor, ta, tb, p->m, p->n, p->k, 1.0, p->a, p->lda,
                p->b, p->ldb, p->beta, p->c, p->ldc);
#else
    cblas_sgemm(CblasRowMajor, ta, tb, p->m, p->n, p->k, 1.0f, p->a, p->lda,
                p->b, p->ldb, p->beta, p->c, p->ldc);
#endif
}

static int *longest_side(product *p)
{
    int *side = p->m >= p->n ? &p->m : &p->n;
    return p->k > *side ? &p->k : side;
}

/* How long a piece may be along `side`, the longest; 0: the product stays
 * whole. Packing takes time for each element of A and B and saves time for each
 * multiplication, so with a short side it costs more than it saves. If B is
 * transposed, the small kernels are no faster. */
static int longest_piece(const product *p, const int *side)
{
    double all = (double)p->m * p->n * p->k;
    int shortest = p->m < p->n ? p->m : p->n;
    shortest = p->k < shortest ? p->k : shortest;
    if (all <= SMALL || shortest > (side == &p->n ? SHORT_FLAT : SHORT) ||
        p->tb == GT_TRANSPOSED || !has_small_kernels())
        return 0;
    int most = (int)(SMALL / (all / *side));
    return most < LEAST ? 0 : most;
}

/* Skip the first n rows of C, columns of C, or terms of the sums. */
static void step_over(product *p, const int *side, int n)
{
    size_t down = (size_t)n;
    if (side != &p->n)
        p->a += (side == &p->m) == (p->ta == GT_PLAIN) ? down * (size_t)p->lda
                                                       : down;
    if (side != &p->m)
        p->b += side == &p->k ? down * (size_t)p->ldb : down;
    if (side == &p->k)
        p->beta = 1;
    else
        p->c += side == &p->m ? down * (size_t)p->ldc : down;
}

static void multiply_in_pieces(product *p, int *side, int most)
{
    int length = *side, pieces = (length + most - 1) / most;
    int size = (length + pieces - 1) / pieces;
    for (int at = 0; at < length; at += size) {
        *side = length - at < size ? length - at : size;
        multiply(p);
        if (at + size < length) /* no pointer beyond an end */
            step_over(p, side, size);
    }
}

void gt_gemm(gt_transpose ta, gt_transpose tb, int m, int n, int k,
             const gt_real *a, int lda, const gt_real *b, int ldb, gt_real beta,
             gt_real *c, int ldc)
{
    product p = {.ta = ta,
                 .tb = tb,
                 .m = m,
                 .n = n,
                 .k = k,
                 .a = a,
                 .lda = lda,
                 .b = b,
                 .ldb = ldb,
                 .beta = beta,
                 .c = c,
                 .ldc = ldc};
    operations += 2.0 * m * n * k;
    int *side = longest_side(&p), most = longest_piece(&p, side);
    if (most > 0)
        multiply_in_pieces(&p, side, most);
    else
        multiply(&p);
}

void gt_gemm_double(gt_transpose ta, gt_transpose tb, int m, int n, int k,
                    const double *a, int lda, const double *b, int ldb,
                    double beta, double *c, int ldc)
{
    operations += 2.0 * m * n * k;
    gt_progress_hook();
    cblas_dgemm(CblasRowMajor, ta == GT_TRANSPOSED ? CblasTrans : CblasNoTrans,
                tb == GT_TRANSPOSED ? CblasTrans : CblasNoTrans, m, n, k, 1.0,
                a, lda, b, ldb, beta, c, ldc);
}

/* Large enough to be packed. */
void gt_blas_start(void)
{
    enum { SIDE = 128 };
    static gt_real a[SIDE * SIDE], c[SIDE * SIDE];
    double before = operations;
    gt_gemm(GT_PLAIN, GT_TRANSPOSED, SIDE, SIDE, SIDE, a, SIDE, a, SIDE, 0, c,
            SIDE);
    operations = before;
}
