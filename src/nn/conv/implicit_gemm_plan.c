/* implicit_gemm_plan.c */
#include "nn/conv/implicit_gemm_plan.h"

#include "nn/conv/cost.h"

#include <math.h>

enum {
    MOST_COLUMNS = 32, /* of a product, for several positions */
    NEAR = 1 << 17     /* reals that a near cache holds */
};

static gt__implicit_window window_of(const gt__conv_geometry *g, int width)
{
    return (gt__implicit_window){.width = width,
                                 .taps = g->kw + (width - 1) * g->sw,
                                 .count = (g->ow + width - 1) / width};
}

/* Of a line of positions, and one line of the kernel. */
static double cost_of_line(const gt__conv_geometry *g,
                           const gt__implicit_window *w)
{
    int full = g->ow / w->width, rest = g->ow % w->width;
    double word = gt__cost_of_word(full, w->width * g->m);
    if (rest > 0)
        word += gt__cost_of_word(1, rest * g->m);
    return word * w->taps * g->c;
}

static gt__implicit_window best_window(const gt__conv_geometry *g)
{
    gt__implicit_window best = window_of(g, 1);
    for (int width = 2; width <= g->ow && width * g->m <= MOST_COLUMNS;
         width++) {
        gt__implicit_window next = window_of(g, width);
        if (cost_of_line(g, &next) < cost_of_line(g, &best))
            best = next;
    }
    return best;
}

gt__implicit_word gt__implicit_weights_word(const gt__conv_geometry *g)
{
    return g->precision == GT_BF16 ? GT__OF_LINES : GT__OF_TERM;
}

static gt__implicit_word word_of(const gt__conv_geometry *g)
{
    gt__implicit_word word = gt__implicit_weights_word(g);
    return word == GT__OF_LINES && g->c % 2 == 0 ? GT__OF_CHANNELS : word;
}

gt__implicit gt__implicit_make(const gt__conv_geometry *g)
{
    gt__implicit_window w = best_window(g);
    return (gt__implicit){.g = *g,
                          .word = word_of(g),
                          .window = w,
                          .columns = (w.count - 1) * w.width * g->sw + w.taps};
}

gt__conv_geometry gt__implicit_adjoint(const gt__conv_geometry *g)
{
    return (gt__conv_geometry){.h = g->oh,
                               .w = g->ow,
                               .c = g->m,
                               .oh = g->h,
                               .ow = g->w,
                               .m = g->c,
                               .kh = g->kh,
                               .kw = g->kw,
                               .sh = 1,
                               .sw = 1,
                               .top = g->kh - 1 - g->top,
                               .left = g->kw - 1 - g->left,
                               .precision = g->precision};
}

/* For a term of the sum, and a line of the kernel. */
static double cost_of_weights(const gt__conv_geometry *g, bool turned)
{
    int run = g->kw * g->c;
    return turned ? gt__cost_of_word(g->m, run) : gt__cost_of_word(run, g->m);
}

bool gt__implicit_weights_turned(const gt__conv_geometry *g)
{
    return cost_of_weights(g, true) < cost_of_weights(g, false);
}

int gt__implicit_pairs(const gt__conv_geometry *g, int lines)
{
    return g->precision == GT_BF16 ? (lines + 1) / 2 : lines;
}

/* The image is copied once, with its padding, and for pairs of lines once more.
 */
static double cost_of_copy(const gt__conv_geometry *g, gt__implicit_word word)
{
    int times = word == GT__OF_LINES ? 2 : 1;
    return (double)times * GT__COST_TERM * g->h * g->w * g->c;
}

/* A matrix that is read again and again, from a cache that is not near. */
static double cost_of_reading(double reals, double times)
{
    return reals > NEAR ? GT__COST_FAR * reals * times : 0;
}

static double cost_of_forward(const gt__conv_geometry *g)
{
    gt__implicit_window w = best_window(g);
    gt__implicit_word word = word_of(g);
    double lines =
        word == GT__OF_CHANNELS ? g->kh / 2.0 : gt__implicit_pairs(g, g->kh);
    double matrix = lines * w.taps * g->c * w.width * g->m;
    return g->oh * lines * cost_of_line(g, &w) + cost_of_copy(g, word) +
           cost_of_reading(matrix, g->oh);
}

static double cost_of_gradient(const gt__conv_geometry *g)
{
    double words = (double)gt__implicit_pairs(g, g->oh) * g->ow;
    double small = (double)GT__COST_TERM * g->oh * g->ow * g->m;
    double sum = (double)gt__conv_patch_size(g) * g->m;
    gt__implicit_word word = gt__implicit_weights_word(g);
    return words * g->kh * cost_of_weights(g, gt__implicit_weights_turned(g)) +
           cost_of_copy(g, word) + (g->precision == GT_BF16 ? small : 0) +
           cost_of_reading(sum, 2);
}

double gt__implicit_cost(const gt__conv_geometry *g, gt__conv_product product)
{
    bool one_stride = g->sh == 1 && g->sw == 1;
    bool has_patches = g->kh * g->kw > 1 && g->oh * g->ow > 1;
    if (!gt_product_is_own(g->precision) || !has_patches ||
        (product == GT__CONV_BACKWARD_DATA && !one_stride))
        return INFINITY;
    if (product == GT__CONV_FORWARD)
        return cost_of_forward(g);
    if (product == GT__CONV_BACKWARD_DATA) {
        gt__conv_geometry adjoint = gt__implicit_adjoint(g);
        return cost_of_forward(&adjoint);
    }
    return cost_of_gradient(g);
}
