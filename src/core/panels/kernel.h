/* kernel.h: the inner loops of a product from packed panels. For src/core.
 * Local.
 *
 * Numbers are packed as words of 32 bits along the sum. In fp32 a word is a
 * term. In bf16 it is two, k and k + 1, the first in its lower half; an odd
 * number of terms ends with a zero. Words lie in panels, [words along the sum x
 * panel's width]: GT__PANEL_ROWS rows of A or GT__PANEL_COLUMNS columns of B.
 * What lies beyond the matrix in the last panel is zero, or nothing that a
 * kernel reads.
 *
 * All kernels of a precision give the same bits: c += a b for each term, in the
 * order of terms, each rounded once; in bf16 a word's second term comes before
 * its first, and what is denormal is 0.
 */
#ifndef GT_CORE_PANELS_KERNEL_H
#define GT_CORE_PANELS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GT__PANEL_ROWS = 12, GT__PANEL_COLUMNS = 32 };

/* A span of a matrix of fp32, to be packed: `terms` along the sum, `count`
 * across it, for panels of `width`. */
typedef struct gt__panel_span {
    const float *from;
    size_t ld; /* from row to row as stored */
    int terms, count, width;
} gt__panel_span;

/* C[rows x columns] = A B, or += if `add`, of at most a panel each. What this
 * makes may be added to sums that wait: C = ((A B) + sums[0]) + sums[1] ..., in
 * fp32, each [GT__PANEL_ROWS x GT__PANEL_COLUMNS]. */
enum { GT__PANEL_TILE = GT__PANEL_ROWS * GT__PANEL_COLUMNS };
typedef struct gt__panel_tile {
    int words, rows, columns;
    const uint32_t *a, *b;
    bool add;
    int n_sums;
    const float *sums; /* of them the first; the next lie before it */
    float *c;
    size_t ldc;
} gt__panel_tile;

typedef struct gt__panel_kernel {
    const char *name; /* NULL: not in this build */
    int terms;        /* of a word */
    bool (*runs)(void);
    /* Pack a matrix that is stored with a row for each term of the sum, or with
     * a row for each of `count`. */
    void (*pack_terms)(const gt__panel_span *span, uint32_t *panels);
    void (*pack_rows)(const gt__panel_span *span, uint32_t *panels);
    void (*multiply)(const gt__panel_tile *tile);
} gt__panel_kernel;

extern const gt__panel_kernel gt__bf16_native, gt__bf16_portable;
extern const gt__panel_kernel gt__fp32_avx512, gt__fp32_avx2, gt__fp32_portable;

/* Those that products use; NULL: this CPU has none. For tests the environment's
 * GENTRAIN_FP32 and GENTRAIN_BF16 decide: the name of a kernel, "portable"
 * among them, or "none". */
const gt__panel_kernel *gt__fp32_kernel_choose(void);
const gt__panel_kernel *gt__bf16_kernel_choose(void);

/* For portable kernels: element (i, j) of a tile, with the sums that wait. */
static inline float gt__panel_add_sums(const gt__panel_tile *t, int i, int j,
                                       float sum)
{
    for (int s = 0; s < t->n_sums; s++)
        sum += t->sums[i * GT__PANEL_COLUMNS + j - s * GT__PANEL_TILE];
    return sum;
}

static inline size_t gt__panel_words(const gt__panel_kernel *kernel, int terms)
{
    return ((size_t)terms + (size_t)kernel->terms - 1) / (size_t)kernel->terms;
}

#endif
