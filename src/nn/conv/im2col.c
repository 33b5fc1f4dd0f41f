/* im2col.c: convolution as matrix products over explicit patches (im2col, as
 * in Chellapilla, Puri, Simard 2006), a block of positions at a time: the block
 * stays in the second-level cache between the copying and the product, and has
 * rows enough for BLAS to run at full speed. Pixels are NHWC, so one line of a
 * patch, kw x c values, is one contiguous run of the image. This algorithm
 * takes every geometry. */
#include "nn/conv/algorithms.h"

#include "core/simd.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_REALS = 1 << 18, /* of patches: 1 MB in fp32 */
    MIN_ROWS = 256,        /* fewer rows make products slow */
};

static gt__grid grid_of(const gt__conv_geometry *g, int n)
{
    return (gt__grid){n, g->oh, g->ow};
}

static gt__block block_size(const gt__conv_geometry *g, const gt__grid *grid)
{
    int rows = BLOCK_REALS / gt__conv_patch_size(g);
    return gt__block_size(grid, rows < MIN_ROWS ? MIN_ROWS : rows);
}

/* The patches are the image itself: a 1x1 kernel, or one position that sees
 * everything. */
static bool is_identity(const gt__conv_geometry *g)
{
    bool no_pads = g->top == 0 && g->left == 0;
    bool pointwise = g->kh == 1 && g->kw == 1 && g->sh == 1 && g->sw == 1 &&
                     g->oh == g->h && g->ow == g->w;
    bool whole = g->oh == 1 && g->ow == 1 && g->kh == g->h && g->kw == g->w;
    return no_pads && (pointwise || whole);
}

/* Columns [*from, *to) of the kernel at grid column x that lie on the image. */
static void on_image(const gt__conv_geometry *g, int x, int *from, int *to)
{
    int at = x * g->sw - g->left;
    *from = gt__conv_limit(-at, 0, g->kw);
    *to = gt__conv_limit(g->w - at, *from, g->kw);
}

/* The grid columns [*from, *to) whose kernels lie wholly on the image. */
GT_INLINE void interior(const gt__conv_geometry *g, int *from, int *to)
{
    *from = gt__conv_limit((g->left + g->sw - 1) / g->sw, 0, g->ow);
    int room = g->w + g->left - g->kw;
    *to = room < 0 ? *from : gt__conv_limit(room / g->sw + 1, *from, g->ow);
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
GT_INLINE void im2col_line(const gt__conv_geometry *g,
                           const gt_real *image_line, gt_real *patch)
{
    size_t size = (size_t)gt__conv_patch_size(g), run = (size_t)g->kw * g->c;
    size_t step = (size_t)g->sw * g->c;
    int first = g->ow, last = g->ow;
    if (image_line)
        interior(g, &first, &last);
    for (int x = 0; x < g->ow; x++) {
        gt_real *to = patch + (size_t)x * size;
        if (x == first && first < last) {
            const gt_real *from =
                image_line + (size_t)(x * g->sw - g->left) * (size_t)g->c;
            for (int i = 0; i < last - first; i++)
                copy(from + (size_t)i * step, to + (size_t)i * size, run);
            x = last - 1;
            continue;
        }
        int left = 0, right = 0;
        if (image_line)
            on_image(g, x, &left, &right);
        memset(to, 0, run * sizeof *to);
        if (right > left)
            copy(image_line +
                     (size_t)(x * g->sw - g->left + left) * (size_t)g->c,
                 to + (size_t)left * g->c, (size_t)(right - left) * g->c);
    }
}

/* The reverse: add each patch's line to the image. Neighbours overlap, and a
 * value that was just stored is slow to load as part of a longer piece, so
 * those that do not overlap come one after the other. */
GT_INLINE void col2im_line(const gt__conv_geometry *g, const gt_real *patch,
                           gt_real *image_line)
{
    size_t size = (size_t)gt__conv_patch_size(g);
    int overlapping = (g->kw + g->sw - 1) / g->sw;
    for (int first = 0; first < overlapping; first++)
        for (int x = first; x < g->ow; x += overlapping) {
            int left, right;
            on_image(g, x, &left, &right);
            if (right > left)
                add(patch + (size_t)x * size + (size_t)left * g->c,
                    image_line +
                        (size_t)(x * g->sw - g->left + left) * (size_t)g->c,
                    (size_t)(right - left) * g->c);
        }
}

/* Line of the image under line ky of kernels on grid line y, or -1. */
static int image_line(const gt__conv_geometry *g, int y, int ky)
{
    int line = y * g->sh - g->top + ky;
    return line >= 0 && line < g->h ? line : -1;
}

/* The patches of a block of positions, one after the other. */
GT_SIMD static void im2col(const gt__conv_geometry *g, const gt__block *b,
                           const gt_real *big, gt_real *patches)
{
    size_t line = (size_t)g->w * g->c, image = line * g->h;
    for (int i = b->image; i < b->image + b->n_images; i++)
        for (int y = b->line; y < b->line + b->n_lines; y++) {
            for (int ky = 0; ky < g->kh; ky++) {
                int at = image_line(g, y, ky);
                im2col_line(g, at < 0 ? NULL : big + i * image + at * line,
                            patches + (size_t)ky * g->kw * g->c);
            }
            patches += (size_t)g->ow * gt__conv_patch_size(g);
        }
}

/* The adjoint: patches are added to the image. */
GT_SIMD static void col2im(const gt__conv_geometry *g, const gt__block *b,
                           const gt_real *patches, gt_real *big)
{
    size_t line = (size_t)g->w * g->c, image = line * g->h;
    for (int i = b->image; i < b->image + b->n_images; i++)
        for (int y = b->line; y < b->line + b->n_lines; y++) {
            for (int ky = 0; ky < g->kh; ky++) {
                int at = image_line(g, y, ky);
                if (at >= 0)
                    col2im_line(g, patches + (size_t)ky * g->kw * g->c,
                                big + i * image + at * line);
            }
            patches += (size_t)g->ow * gt__conv_patch_size(g);
        }
}

typedef struct im2col_plan {
    gt__conv_geometry g;
    int max_n;
} im2col_plan;

static gt_status plan_new(void **out, const gt__conv_geometry *g, int max_n)
{
    im2col_plan *plan = malloc(sizeof *plan);
    if (!plan)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a convolution's plan");
    *plan = (im2col_plan){.g = *g, .max_n = max_n};
    *out = plan;
    return GT_OK;
}

static bool takes(const void *plan, int n, gt__conv_product product)
{
    (void)plan, (void)n, (void)product;
    return true;
}

static size_t scratch_size(const void *plan)
{
    const im2col_plan *p = plan;
    if (is_identity(&p->g))
        return 0;
    gt__grid grid = grid_of(&p->g, p->max_n);
    gt__block b = block_size(&p->g, &grid);
    return gt__block_rows(&grid, &b) * (size_t)gt__conv_patch_size(&p->g);
}

static void forward(const void *plan, int n, const gt_real *big,
                    const gt__conv_kernel *kernel, gt_real *small,
                    const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    const gt_real *weight = kernel->weight;
    gt_transpose op = kernel->op;
    const gt__conv_geometry *g = &((const im2col_plan *)plan)->g;
    int m = g->m, k = gt__conv_patch_size(g);
    int ld = op == GT_TRANSPOSED ? k : m;
    gt__grid grid = grid_of(g, n);
    size_t positions = (size_t)g->oh * (size_t)g->ow;
    if (is_identity(g)) {
        gt__block all = {.n_images = n, .n_lines = g->oh};
        gt_product(g->precision, GT_PLAIN, op, n * g->oh * g->ow, m, k, big, k,
                   weight, ld, 0, small, m);
        gt__conv_epilogue_run(epilogue, &grid, &all, small, positions);
        return;
    }
    gt__block size = block_size(g, &grid), b = {0};
    while (gt__block_next(&grid, &size, &b)) {
        im2col(g, &b, big, scratch);
        gt_product(g->precision, GT_PLAIN, op, (int)gt__block_rows(&grid, &b),
                   m, k, scratch, k, weight, ld, 0,
                   small + gt__block_first(&grid, &b) * m, m);
        gt__conv_epilogue_run(epilogue, &grid, &b, small, positions);
    }
}

static void backward_data(const void *plan, int n, const gt_real *small,
                          const gt__conv_kernel *kernel, gt_real *big,
                          const gt__conv_epilogue *epilogue, gt_real *scratch)
{
    const gt_real *weight = kernel->weight;
    gt_transpose op = kernel->op;
    const gt__conv_geometry *g = &((const im2col_plan *)plan)->g;
    int m = g->m, k = gt__conv_patch_size(g);
    int ld = op == GT_TRANSPOSED ? m : k;
    gt__grid grid = grid_of(g, n);
    size_t pixels = (size_t)g->h * (size_t)g->w;
    if (is_identity(g)) {
        gt__block all = {.n_images = n, .n_lines = g->oh};
        gt_product(g->precision, GT_PLAIN, op, n * g->oh * g->ow, k, m, small,
                   m, weight, ld, 0, big, k);
        gt__conv_epilogue_run(epilogue, &grid, &all, big, pixels);
        return;
    }
    memset(big, 0, (size_t)n * g->h * g->w * g->c * sizeof *big);
    gt__block size = block_size(g, &grid), b = {0};
    while (gt__block_next(&grid, &size, &b)) {
        gt_product(g->precision, GT_PLAIN, op, (int)gt__block_rows(&grid, &b),
                   k, m, small + gt__block_first(&grid, &b) * m, m, weight, ld,
                   0, scratch, k);
        col2im(g, &b, scratch, big);
        gt__conv_epilogue_run(epilogue, &grid, &b, big, pixels);
    }
}

static void backward_weights(const void *plan, int n, const gt_real *big,
                             const gt_real *small, gt_transpose op,
                             gt_real *weight, bool accumulate, gt_real *scratch)
{
    const gt__conv_geometry *g = &((const im2col_plan *)plan)->g;
    int m = g->m, k = gt__conv_patch_size(g);
    gt__grid grid = grid_of(g, n);
    gt__block size = block_size(g, &grid), b = {0};
    if (is_identity(g))
        size = (gt__block){.n_images = n, .n_lines = g->oh};
    while (gt__block_next(&grid, &size, &b)) {
        const gt_real *patches = big,
                      *right = small + gt__block_first(&grid, &b) * m;
        if (!is_identity(g)) {
            im2col(g, &b, big, scratch);
            patches = scratch;
        }
        int rows = (int)gt__block_rows(&grid, &b);
        if (op == GT_TRANSPOSED)
            gt_product(g->precision, GT_TRANSPOSED, GT_PLAIN, m, k, rows, right,
                       m, patches, k, accumulate, weight, k);
        else
            gt_product(g->precision, GT_TRANSPOSED, GT_PLAIN, k, m, rows,
                       patches, k, right, m, accumulate, weight, m);
        accumulate = true;
    }
}

const gt__conv_algorithm gt__conv_im2col = {
    .name = "im2col",
    .plan_new = plan_new,
    .plan_free = free,
    .takes = takes,
    .scratch = scratch_size,
    .forward = forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights,
};
