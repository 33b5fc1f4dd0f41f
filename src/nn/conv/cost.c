/* cost.c: numbers that were measured on CPUs with AVX-512. They are the same
 * for all others, as the choice of an algorithm decides on bits. */
#include "nn/conv/cost.h"

#include <math.h>

enum {
    PACK = 7, /* rounding and packing a number for a product in bf16 */
    /* Of own kernels: a tile has 12 rows and two vectors of 16 columns. In a
     * cycle two vectors are multiplied, and two words or vectors loaded; a sum
     * takes its next term after four. */
    ROWS = 12,
    VECTOR = 16,
    VECTORS = 2,
    PER_CYCLE = 2,
    LATENCY = 4
};

/* In bf16 each number is rounded and packed for as many multiplications as the
 * other matrix has rows or columns; of the three products of training two pack
 * for m of them, and two for `depth`. */
double gt__cost_multiplication(gt_precision precision, double m, double depth)
{
    return precision == GT_BF16 ? 0.5 + PACK / m + PACK / depth : 1;
}

double gt__cost_of_word(int rows, int columns)
{
    int strips = (rows + ROWS - 1) / ROWS;
    double high = (double)rows / strips, cycles = 0;
    for (int left = columns; left > 0; left -= VECTORS * VECTOR) {
        int vectors = left > VECTOR ? VECTORS : 1;
        double loads = (high + vectors) / PER_CYCLE;
        cycles +=
            strips * fmax(fmax(high * vectors / PER_CYCLE, loads), LATENCY);
    }
    return cycles * PER_CYCLE * VECTOR;
}

/* Columns of whole vectors. */
static double whole(int columns)
{
    return (columns + VECTOR - 1) / VECTOR * VECTOR;
}

double gt__cost_of_im2col(const gt__conv_geometry *g, gt__conv_product product)
{
    double positions = (double)g->oh * g->ow, k = gt__conv_patch_size(g);
    double one = gt__cost_multiplication(g->precision, g->m, k);
    double multiplied = product == GT__CONV_BACKWARD_DATA ? g->m * whole((int)k)
                                                          : k * whole(g->m);
    return positions * (one * multiplied + GT__COST_TERM * k);
}
