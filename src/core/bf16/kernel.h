/* kernel.h: the three inner loops of a product in bf16. For src/core. Local.
 *
 * Two neighbours along the sum, k and k + 1, are one word of 32 bits, the first
 * in its lower half; an odd number of terms ends with a zero. Words lie in
 * panels, [words along the sum x panel's width]: GT__BF16_ROWS rows of A or
 * GT__BF16_COLUMNS columns of B. What lies beyond the matrix in the last panel
 * is zero, or nothing that a kernel reads.
 *
 * All kernels give the same bits: c += a1 b1, then c += a0 b0 for each word,
 * each rounded once, and what is denormal is 0.
 */
#ifndef GT_CORE_BF16_KERNEL_H
#define GT_CORE_BF16_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GT__BF16_ROWS = 12, GT__BF16_COLUMNS = 32 };

/* A span of a matrix of fp32, to be packed: `terms` along the sum, `count`
 * across it, for panels of `width`. */
typedef struct gt__bf16_span {
    const float *from;
    size_t ld; /* from row to row as stored */
    int terms, count, width;
} gt__bf16_span;

/* C[rows x columns] = A B, or += if `add`, of at most a panel each. */
typedef struct gt__bf16_tile {
    int words, rows, columns;
    const uint32_t *a, *b;
    bool add;
    float *c;
    size_t ldc;
} gt__bf16_tile;

typedef struct gt__bf16_kernel {
    const char *name; /* NULL: not in this build */
    bool (*runs)(void);
    /* Pack a matrix that is stored with a row for each term of the sum, or with
     * a row for each of `count`. */
    void (*pack_terms)(const gt__bf16_span *span, uint32_t *panels);
    void (*pack_rows)(const gt__bf16_span *span, uint32_t *panels);
    void (*multiply)(const gt__bf16_tile *tile);
} gt__bf16_kernel;

extern const gt__bf16_kernel gt__bf16_native, gt__bf16_portable;

/* The one that products use; NULL: this CPU has none. The environment's
 * GENTRAIN_BF16 decides for tests: "portable", or "none". */
const gt__bf16_kernel *gt__bf16_kernel_choose(void);

static inline size_t gt__bf16_words(int terms)
{
    return ((size_t)terms + 1) / 2;
}

#endif
