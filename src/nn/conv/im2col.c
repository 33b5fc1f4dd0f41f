/* im2col.c: convolution as matrix products over explicit patches (im2col, as
 * in Chellapilla, Puri, Simard 2006), a block of positions at a time: the block
 * stays in the second-level cache between the copying and the product, and has
 * rows enough for BLAS to run at full speed. Pixels are NHWC, so one line of a
 * patch, kw x c values, is one contiguous run of the image. */
#include "nn/conv/im2col.h"

#include "core/simd.h"
#include "nn/conv/blocks.h"

#include <string.h>

enum {
    BLOCK_REALS = 1 << 18, /* of patches: 1 MB in fp32 */
    MIN_ROWS = 256,        /* fewer rows make products slow */
};

static gt__grid grid_of(const gt__conv *p, int n)
{
    return (gt__grid){n, p->oh, p->ow};
}

static gt__block block_size(const gt__conv *p, const gt__grid *grid)
{
    int rows = BLOCK_REALS / gt__conv_patch_size(p);
    return gt__block_size(grid, rows < MIN_ROWS ? MIN_ROWS : rows);
}

static int limit(int x, int low, int high)
{
    return x < low ? low : x > high ? high : x;
}

/* The patches are the image itself: a 1x1 kernel, or one position that sees
 * everything. */
static bool is_identity(const gt__conv *p)
{
    bool no_pads = p->top == 0 && p->left == 0;
    bool pointwise = p->kh == 1 && p->kw == 1 && p->sh == 1 && p->sw == 1 &&
                     p->oh == p->h && p->ow == p->w;
    bool whole = p->oh == 1 && p->ow == 1 && p->kh == p->h && p->kw == p->w;
    return no_pads && (pointwise || whole);
}

size_t gt__im2col_scratch(const gt__conv *p, int max_n)
{
    if (is_identity(p))
        return 0;
    gt__grid grid = grid_of(p, max_n);
    gt__block b = block_size(p, &grid);
    return gt__block_rows(&grid, &b) * (size_t)gt__conv_patch_size(p);
}

/* Columns [*from, *to) of the kernel at grid column x that lie on the image. */
static void on_image(const gt__conv *p, int x, int *from, int *to)
{
    int at = x * p->sw - p->left;
    *from = limit(-at, 0, p->kw);
    *to = limit(p->w - at, *from, p->kw);
}

/* The grid columns [*from, *to) whose kernels lie wholly on the image. */
static void interior(const gt__conv *p, int *from, int *to)
{
    *from = limit((p->left + p->sw - 1) / p->sw, 0, p->ow);
    int room = p->w + p->left - p->kw;
    *to = room < 0 ? *from : limit(room / p->sw + 1, *from, p->ow);
}

/* Runs are short where there are few channels: 12 values for a 4x4 kernel on
 * three. They are done in pieces of sizes known to the compiler, as a call of
 * memcpy, or a loop over single values, takes longer than the work. */
enum { PIECE = 16 };

GT_INLINE void piece(const gt_real *restrict from, gt_real *restrict to,
                     size_t n, bool add)
{
    for (size_t i = 0; i < n; i++)
        to[i] = add ? to[i] + from[i] : from[i];
}

GT_INLINE void run(const gt_real *restrict from, gt_real *restrict to, size_t n,
                   bool add)
{
    for (; n >= PIECE; n -= PIECE, from += PIECE, to += PIECE)
        piece(from, to, PIECE, add);
    for (size_t size = PIECE / 2; size > 0; size /= 2)
        if (n & size) {
            piece(from, to, size, add);
            from += size;
            to += size;
        }
}

GT_INLINE void copy(const gt_real *from, gt_real *to, size_t n)
{
    run(from, to, n, false);
}

GT_INLINE void add(const gt_real *from, gt_real *to, size_t n)
{
    run(from, to, n, true);
}

/* One line of kernels' patches: `image_line` is the line of the image under
 * kernel line ky (NULL: beyond an edge), `patch` that kernel line in the first
 * patch. */
static inline void gather_line(const gt__conv *p, const gt_real *image_line,
                               gt_real *patch)
{
    size_t size = (size_t)gt__conv_patch_size(p), run = (size_t)p->kw * p->c;
    size_t step = (size_t)p->sw * p->c;
    int first = p->ow, last = p->ow;
    if (image_line)
        interior(p, &first, &last);
    for (int x = 0; x < p->ow; x++) {
        gt_real *to = patch + (size_t)x * size;
        if (x == first && first < last) {
            const gt_real *from =
                image_line + (size_t)x * step - (size_t)p->left * p->c;
            for (; x < last; x++, from += step, to += size)
                copy(from, to, run);
            x--;
            continue;
        }
        int left = 0, right = 0;
        if (image_line)
            on_image(p, x, &left, &right);
        memset(to, 0, run * sizeof *to);
        if (right > left)
            copy(image_line + (x * p->sw - p->left + left) * p->c,
                 to + (size_t)left * p->c, (size_t)(right - left) * p->c);
    }
}

/* The reverse: add each patch's line to the image. Neighbours overlap, and a
 * value that was just stored is slow to load as part of a longer piece, so
 * those that do not overlap come one after the other. */
static inline void scatter_line(const gt__conv *p, const gt_real *patch,
                                gt_real *image_line)
{
    size_t size = (size_t)gt__conv_patch_size(p);
    int overlapping = (p->kw + p->sw - 1) / p->sw;
    for (int first = 0; first < overlapping; first++)
        for (int x = first; x < p->ow; x += overlapping) {
            int left, right;
            on_image(p, x, &left, &right);
            if (right > left)
                add(patch + (size_t)x * size + (size_t)left * p->c,
                    image_line + (x * p->sw - p->left + left) * p->c,
                    (size_t)(right - left) * p->c);
        }
}

/* Line of the image under line ky of kernels on grid line y, or -1. */
static int image_line(const gt__conv *p, int y, int ky)
{
    int line = y * p->sh - p->top + ky;
    return line >= 0 && line < p->h ? line : -1;
}

GT_SIMD static void gather(const gt__conv *p, const gt__block *b,
                           const gt_real *big, gt_real *patches)
{
    size_t line = (size_t)p->w * p->c, image = line * p->h;
    for (int i = b->image; i < b->image + b->n_images; i++)
        for (int y = b->line; y < b->line + b->n_lines; y++) {
            for (int ky = 0; ky < p->kh; ky++) {
                int at = image_line(p, y, ky);
                gather_line(p, at < 0 ? NULL : big + i * image + at * line,
                            patches + (size_t)ky * p->kw * p->c);
            }
            patches += (size_t)p->ow * gt__conv_patch_size(p);
        }
}

GT_SIMD static void scatter(const gt__conv *p, const gt__block *b,
                            const gt_real *patches, gt_real *big)
{
    size_t line = (size_t)p->w * p->c, image = line * p->h;
    for (int i = b->image; i < b->image + b->n_images; i++)
        for (int y = b->line; y < b->line + b->n_lines; y++) {
            for (int ky = 0; ky < p->kh; ky++) {
                int at = image_line(p, y, ky);
                if (at >= 0)
                    scatter_line(p, patches + (size_t)ky * p->kw * p->c,
                                 big + i * image + at * line);
            }
            patches += (size_t)p->ow * gt__conv_patch_size(p);
        }
}

void gt__im2col_forward(const gt__conv *p, int n, const gt_real *big,
                        gt_transpose op, const gt_real *weight, int m,
                        gt_real *small, const gt__conv_epilogue *done,
                        gt_real *scratch)
{
    int k = gt__conv_patch_size(p), ld = op == GT_TRANSPOSED ? k : m;
    gt__grid grid = grid_of(p, n);
    size_t positions = (size_t)p->oh * (size_t)p->ow;
    if (is_identity(p)) {
        gt__block all = {.n_images = n, .n_lines = p->oh};
        gt_gemm(GT_PLAIN, op, n * p->oh * p->ow, m, k, big, k, weight, ld, 0,
                small, m);
        gt__conv_epilogue_run(done, &grid, &all, small, positions);
        return;
    }
    gt__block size = block_size(p, &grid), b = {0};
    while (gt__block_next(&grid, &size, &b)) {
        gather(p, &b, big, scratch);
        gt_gemm(GT_PLAIN, op, (int)gt__block_rows(&grid, &b), m, k, scratch, k,
                weight, ld, 0, small + gt__block_first(&grid, &b) * m, m);
        gt__conv_epilogue_run(done, &grid, &b, small, positions);
    }
}

void gt__im2col_backward_data(const gt__conv *p, int n, const gt_real *small,
                              gt_transpose op, const gt_real *weight, int m,
                              gt_real *big, const gt__conv_epilogue *done,
                              gt_real *scratch)
{
    int k = gt__conv_patch_size(p), ld = op == GT_TRANSPOSED ? m : k;
    gt__grid grid = grid_of(p, n);
    size_t pixels = (size_t)p->h * (size_t)p->w;
    if (is_identity(p)) {
        gt__block all = {.n_images = n, .n_lines = p->oh};
        gt_gemm(GT_PLAIN, op, n * p->oh * p->ow, k, m, small, m, weight, ld, 0,
                big, k);
        gt__conv_epilogue_run(done, &grid, &all, big, pixels);
        return;
    }
    memset(big, 0, (size_t)n * p->h * p->w * p->c * sizeof *big);
    gt__block size = block_size(p, &grid), b = {0};
    while (gt__block_next(&grid, &size, &b)) {
        gt_gemm(GT_PLAIN, op, (int)gt__block_rows(&grid, &b), k, m,
                small + gt__block_first(&grid, &b) * m, m, weight, ld, 0,
                scratch, k);
        scatter(p, &b, scratch, big);
        gt__conv_epilogue_run(done, &grid, &b, big, pixels);
    }
}

void gt__im2col_backward_weights(const gt__conv *p, int n, const gt_real *big,
                                 const gt_real *small, int m, gt_transpose op,
                                 gt_real *weight, bool accumulate,
                                 gt_real *scratch)
{
    int k = gt__conv_patch_size(p);
    gt__grid grid = grid_of(p, n);
    gt__block size = block_size(p, &grid), b = {0};
    if (is_identity(p))
        size = (gt__block){.n_images = n, .n_lines = p->oh};
    while (gt__block_next(&grid, &size, &b)) {
        const gt_real *patches = big,
                      *right = small + gt__block_first(&grid, &b) * m;
        if (!is_identity(p)) {
            gather(p, &b, big, scratch);
            patches = scratch;
        }
        int rows = (int)gt__block_rows(&grid, &b);
        if (op == GT_TRANSPOSED)
            gt_gemm(GT_TRANSPOSED, GT_PLAIN, m, k, rows, right, m, patches, k,
                    accumulate, weight, k);
        else
            gt_gemm(GT_TRANSPOSED, GT_PLAIN, k, m, rows, patches, k, right, m,
                    accumulate, weight, m);
        accumulate = true;
    }
}
