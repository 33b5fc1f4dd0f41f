/* provenance.h: what the bits of this run depend on, beside the numbers of its
 * recipe.
 */
#ifndef GT_RUN_PROVENANCE_H
#define GT_RUN_PROVENANCE_H

#include "tasks/task.h"

/* What the bits of a run depend on, beside the numbers of its recipe: how they
 * are computed. */
typedef enum gt_provenance {
    GT_PROVENANCE_BUILD, /* version.h */
    GT_PROVENANCE_BLAS,  /* library and version */
    GT_PROVENANCE_BLAS_KERNEL,
    GT_PROVENANCE_PRODUCTS,     /* who makes them: product.h */
    GT_PROVENANCE_BLAS_THREADS, /* of a rank */
    GT_PROVENANCE_SHARDS,       /* with those of train.accumulate */
    GT_PROVENANCE_NORM_SYNC,
    GT_PROVENANCE_REDUCTION, /* of gradients over ranks */
    GT_PROVENANCES,
} gt_provenance;

enum { GT_PROVENANCE_TEXT = 48 };

/* The attribute's name, and whether it is stored as a number. */
const char *gt_provenance_key(gt_provenance which);
bool gt_provenance_is_number(gt_provenance which);

/* How a task computes on these ranks. Local. */
void gt_provenance_find(const gt_task *task,
                        char found[GT_PROVENANCES][GT_PROVENANCE_TEXT]);

/* Warn, in one line, if a task computes otherwise than the one whose state it
 * goes on with. Local. */
void gt_provenance_compare(const gt_task *task,
                           char then[GT_PROVENANCES][GT_PROVENANCE_TEXT]);

/* Warn if products of the ranks have different bits. Collective. */
void gt_provenance_check_ranks(gt_comm *comm);

#endif
