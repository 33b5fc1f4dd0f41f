/* kernel.h: the inner loops of a product. For src/core. Local.
 *
 * A kernel multiplies a panel of A by one of B: GT__PANEL_ROWS rows by
 * GT__PANEL_COLUMNS columns, or fewer. Their numbers are words of 32 bits along
 * the sum. In fp32 a word is a term, and a panel may be a part of a tensor. In
 * bf16 it is two, k and k + 1, the first in its lower half; an odd number of
 * terms ends with a zero. Such words are packed, [words along the sum x panel's
 * width].
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
#include <string.h>

enum { GT__PANEL_ROWS = 12, GT__PANEL_COLUMNS = 32 };

/* A span of a matrix, to be packed: `terms` along the sum, `count` across it,
 * for panels of `width`. Its numbers are of fp32 or, if they are `rounded`
 * already, of bf16. */
typedef struct gt__panel_span {
    const void *from;
    size_t ld; /* from row to row as stored, in numbers */
    int terms, count, width;
    bool rounded; /* only for a kernel of bf16, and a row for each term */
} gt__panel_span;

static inline const float *gt__panel_reals(const gt__panel_span *span)
{
    return span->from;
}

/* Words along the sum come in runs. Word w of run r of row or column i of a
 * panel is at[i * across + w * along + r * apart]; `across` is 1 for columns of
 * B. Rows may overlap. */
typedef struct gt__panel_words {
    const uint32_t *at; /* or reals of a tensor */
    size_t across, along, apart;
} gt__panel_words;

/* C[rows x columns] = A B, or += if `add`, of at most a panel each, over `runs`
 * of so many words. What this makes may be added to sums that wait: C = ((A B)
 * + sums[0]) + sums[1] ..., in fp32, each [GT__PANEL_ROWS x GT__PANEL_COLUMNS].
 *
 * Hints that need not be taken: `ahead`, with each word, ask for the line
 * there, where the next one is ahead_step further; NULL: none. `below`: the
 * tile below is next, and not in a cache. `past_caches`: C is large, it and its
 * rows begin where a line does, and it is not read soon. */
enum { GT__PANEL_TILE = GT__PANEL_ROWS * GT__PANEL_COLUMNS };
typedef struct gt__panel_tile {
    int runs, words, rows, columns;
    gt__panel_words a, b;
    bool add;
    int n_sums;
    const float *sums; /* of them the first; the next lie before it */
    float *c;
    size_t ldc;
    const float *ahead;
    size_t ahead_step;
    bool below, past_caches;
} gt__panel_tile;

/* op(A)[m x k] of what is stored as [m x k], or as [k x m] if `turned`; the
 * same of B. Its numbers are of fp32 or, if they are `rounded` already, of
 * bf16: then B has a row for each term; so has A, or rows of an even number of
 * terms that begin at words. */
typedef struct gt__panel_matrix {
    const void *at;
    int ld;
    bool turned, rounded;
} gt__panel_matrix;

typedef struct gt__panel_kernel {
    const char *name; /* NULL: not in this build */
    int terms;        /* of a word; 1: panels may be parts of tensors */
    bool (*runs)(void);
    /* Pack a matrix that is stored with a row for each term of the sum, or with
     * a row for each of `count`. */
    void (*pack_terms)(const gt__panel_span *span, uint32_t *panels);
    void (*pack_rows)(const gt__panel_span *span, uint32_t *panels);
    void (*multiply)(const gt__panel_tile *tile);
    /* `rows` of n reals that lie side by side, each to a row of bf16 numbers,
     * `ld` of them apart: what packing makes of them. NULL: fp32 has none. */
    void (*round)(const float *from, int rows, int n, uint16_t *to, size_t ld);
} gt__panel_kernel;

extern const gt__panel_kernel gt__bf16_native, gt__bf16_portable;
extern const gt__panel_kernel gt__fp32_avx512, gt__fp32_avx2, gt__fp32_portable;

/* Those that products use; NULL: this CPU has none. The environment's
 * GENTRAIN_FP32 and GENTRAIN_BF16 decide: the name of a kernel, "portable"
 * among them, or "none". */
const gt__panel_kernel *gt__fp32_kernel_choose(void);
const gt__panel_kernel *gt__bf16_kernel_choose(void);

static inline int gt__smaller(int a, int b)
{
    return a < b ? a : b;
}

/* A word of bits, or of a real. */
static inline uint32_t gt__panel_word(const uint32_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* For portable kernels: element (i, j) of a tile, with the sums that wait. */
static inline float gt__panel_add_sums(const gt__panel_tile *t, int i, int j,
                                       float sum)
{
    for (int s = 0; s < t->n_sums; s++)
        sum += t->sums[i * GT__PANEL_COLUMNS + j - s * GT__PANEL_TILE];
    return sum;
}

/* Words of that many terms. */
static inline size_t gt__panel_length(const gt__panel_kernel *kernel, int terms)
{
    return ((size_t)terms + (size_t)kernel->terms - 1) / (size_t)kernel->terms;
}

#endif
