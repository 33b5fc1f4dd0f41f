/* data_figures.h: what values, labels and conditions the samples of a source
 * have. Private to the cli room.
 */
#ifndef GT_CLI_DATA_FIGURES_H
#define GT_CLI_DATA_FIGURES_H

#include "data/source.h"

typedef struct gt__extent {
    double least, most, sum;
    uint64_t count;      /* of finite numbers */
    uint64_t not_finite; /* of others */
    /* Of reals that are not 0: how many, and the sum of the binary logarithms
     * of their sizes, rounded down. */
    uint64_t sized;
    double powers;
} gt__extent;

typedef struct gt__data_figures {
    uint64_t *labels;    /* [classes] how often each occurs */
    gt__extent *columns; /* [conditions] */
    gt__extent values;   /* of some samples */
    uint64_t some;       /* samples that were looked at */
    uint64_t unreadable; /* of these */
} gt__data_figures;

/* The size that values which are not 0 usually have: about their geometric
 * mean; 0: there are none, or it is not known. Pure. */
double gt__extent_usual(const gt__extent *extent);

/* Whether the largest is so far from these, a hundred times, that a network
 * which is given all in one range sees most of them as 0. Pure. */
bool gt__extent_spans(const gt__extent *extent);

/* Count labels and look at conditions of all samples, and at the values of as
 * many, all over the data, as take 256 MB, or of 1024 where each has to be
 * drawn or unpacked. The caller frees them, also after a failure. As
 * gt_source_read; GT_ERR_MEMORY. Local. */
gt_status gt__data_figures_find(gt__data_figures *figures,
                                const gt_source *source);
void gt__data_figures_free(gt__data_figures *figures);

#endif
