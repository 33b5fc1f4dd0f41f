/* statistics.h: what is told of a data set's numbers. Local, pure.
 *
 * Figures of chunks are merged in the order of chunks, so they are the same
 * however the samples came.
 */
#ifndef GT_IMPORT_STATISTICS_H
#define GT_IMPORT_STATISTICS_H

#include "core/tensor.h"

#include <stddef.h>
#include <stdint.h>

/* {0}: of no numbers. */
typedef struct gt__statistics {
    double count;     /* of finite numbers, which all below is about */
    double nonfinite; /* NaN and infinite ones */
    double least, most, mean;
    double squares; /* sum of squared distances to the mean */
} gt__statistics;

gt__statistics gt__statistics_of_bytes(const uint8_t *values, size_t n);
gt__statistics gt__statistics_of_reals(const gt_real *values, size_t n);

/* Add the figures of other numbers (Chan, Golub, LeVeque 1983). */
void gt__statistics_merge(gt__statistics *all, const gt__statistics *more);

/* Standard deviation, of the numbers themselves; 0 where there are none. */
double gt__statistics_deviation(const gt__statistics *of);

#endif
