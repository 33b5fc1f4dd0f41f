/* cost.h: what convolutions cost, for the choice of an algorithm: estimates
 * that follow from sizes and precision alone. The unit is a multiplication of a
 * matrix product in fp32 at the CPU's full speed. For src/nn/conv. Local. */
#ifndef GT_NN_CONV_COST_H
#define GT_NN_CONV_COST_H

#include "nn/conv/algorithm.h"

/* In the time of adding a term to a value, or of copying one into a patch; the
 * same of tiles for products in bf16. */
enum { GT__COST_TERM = 10, GT__COST_TERM_BF16 = 14 };

/* Of a real that comes from a cache that is not near, or from memory. */
enum { GT__COST_FAR = 20 };

/* A multiplication of a product with sides of m and `depth` beside many rows.
 */
double gt__cost_multiplication(gt_precision precision, double m, double depth);

/* Of one term of the sum of a product in fp32 that has so few rows or columns
 * that tiles of it are not full. */
double gt__cost_of_word(int rows, int columns);

/* One product of one sample by im2col. */
double gt__cost_of_im2col(const gt__conv_geometry *g, gt__conv_product product);

#endif
