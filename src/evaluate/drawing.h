/* drawing.h: sheets of samples as files, for the pictures of an evaluation.
 * Private to the evaluate room.
 */
#ifndef GT_EVALUATE_DRAWING_H
#define GT_EVALUATE_DRAWING_H

#include "evaluate/evaluator.h"

typedef struct gt__sheet {
    size_t n; /* samples */
    int columns;
    const bool *apart; /* [columns]: the next column stands apart; NULL */
} gt__sheet;

/* Samples on a sheet of so many, or fewer of volumes. Pure. */
size_t gt__sheet_most(const gt_evaluator *e, size_t most);

/* Write samples [n x size], in the units of the data (gather.h), into a file of
 * a folder, on rank 0. A file that cannot be written is no failure: rank 0
 * warns, and *drawn is false. Collective; all ranks fail together. */
gt_status gt__sheet_write(const gt_evaluator *e, const char *folder,
                          const char *file, const gt_real *units,
                          const gt__sheet *sheet, bool *drawn);

/* The same of results of blocks. */
gt_status gt__sheet_write_results(const gt_evaluator *e, const char *folder,
                                  const char *file, const double *results,
                                  const gt__sheet *sheet, bool *drawn);

/* Whether a write went well, which is said; else it is warned of. */
bool gt__drawn(gt_status status, const char *path);

#endif
