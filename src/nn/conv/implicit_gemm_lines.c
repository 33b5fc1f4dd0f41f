/* implicit_gemm_lines.c */
#include "nn/conv/implicit_gemm_lines.h"

#include <string.h>

enum { BLOCK_REALS = 1 << 16 }; /* of lines with padding: 256 KB in fp32 */

size_t gt__implicit_line_size(const gt__implicit *c)
{
    return (size_t)c->columns * (size_t)c->g.c;
}

int gt__implicit_block(const gt__implicit *c)
{
    const gt__conv_geometry *g = &c->g;
    int fit = (int)(BLOCK_REALS / gt__implicit_line_size(c));
    int lines = fit > g->kh ? (fit - g->kh) / g->sh + 1 : 1;
    return lines < g->oh ? lines : g->oh;
}

int gt__implicit_words(const gt__implicit *c, int n)
{
    return c->word == GT__OF_CHANNELS ? n / 2 : n;
}

size_t gt__implicit_line_words(const gt__implicit *c)
{
    return (size_t)c->columns * (size_t)gt__implicit_words(c, c->g.c);
}

/* Lines of the image that some lines of positions see. */
static int seen_lines(const gt__conv_geometry *g, int lines)
{
    return (lines - 1) * g->sh + g->kh;
}

/* Of either word. Behind the lines are as many as a pair may reach beyond. */
size_t gt__implicit_lines_size(const gt__implicit *c)
{
    int seen = seen_lines(&c->g, gt__implicit_block(c));
    return c->g.precision == GT_BF16
               ? 2 * (size_t)(seen + c->g.sh) * gt__implicit_line_size(c)
               : (size_t)seen * gt__implicit_line_size(c);
}

/* n numbers of a row, rounded if `to` is of bf16. */
static void clear(bool rounded, int n, void *to)
{
    memset(to, 0, (size_t)n * (rounded ? sizeof(uint16_t) : sizeof(gt_real)));
}

static void copy(bool rounded, const gt_real *from, int n, void *to)
{
    if (rounded)
        gt_product_round(from, 1, n, to, 0);
    else
        memcpy(to, from, (size_t)n * sizeof *from);
}

static void *number(bool rounded, gt_real *line, int at)
{
    return rounded ? (void *)((uint16_t *)(void *)line + at) : line + at;
}

/* `n` lines of the image, from the first that line `first` of positions sees.
 */
static void pad(const gt__implicit *conv, const gt_real *image, int first,
                int n, bool rounded, gt_real *lines)
{
    const gt__conv_geometry *g = &conv->g;
    int c = g->c, columns = conv->columns;
    int from = gt__conv_limit(g->left, 0, columns);
    int to = gt__conv_limit(g->left + g->w, from, columns);
    size_t step = gt__implicit_line_size(conv) / (rounded ? 2 : 1);
    for (int i = 0; i < n; i++, lines += step) {
        int y = first * g->sh - g->top + i;
        if (y < 0 || y >= g->h || to == from) {
            clear(rounded, columns * c, lines);
            continue;
        }
        const gt_real *line = image + (size_t)y * (size_t)g->w * (size_t)c;
        clear(rounded, from * c, lines);
        copy(rounded, line + (size_t)(from - g->left) * (size_t)c,
             (to - from) * c, number(rounded, lines, from * c));
        clear(rounded, (columns - to) * c, number(rounded, lines, to * c));
    }
}

const gt_real *gt__implicit_lines(const gt__implicit *c, gt__implicit_word word,
                                  const gt_real *image, int first, int n,
                                  int apart, gt_real *scratch)
{
    int seen = seen_lines(&c->g, n);
    size_t size = gt__implicit_line_size(c);
    if (word != GT__OF_LINES) {
        pad(c, image, first, seen, word == GT__OF_CHANNELS, scratch);
        return scratch;
    }
    gt_real *words = scratch + (size_t)(seen + apart) * size;
    pad(c, image, first, seen + apart, false, scratch);
    for (int i = 0; i < seen; i++)
        gt_product_pair(scratch + (size_t)i * size, (size_t)apart * size, 2,
                        (int)size, words + (size_t)i * size);
    return words;
}

bool gt__implicit_next(const gt__implicit *c, gt__block *b)
{
    int most = gt__implicit_block(c);
    b->line += b->n_lines;
    b->n_lines = c->g.oh - b->line < most ? c->g.oh - b->line : most;
    return b->n_lines > 0;
}
