/* pictures.h: pictures beside the figures of an evaluation.
 */
#ifndef GT_EVALUATE_PICTURES_H
#define GT_EVALUATE_PICTURES_H

#include "evaluate/evaluator.h"

/* A kind of picture: an entry of a table. */
typedef struct gt__picture {
    const char *key;    /* as in eval.json */
    const char *file;   /* its name in the folder */
    const char *beside; /* numbers that are in it; NULL: there are none */
    /* Why there is none of this model, as the end of a sentence; NULL: there is
     * one. Pure. */
    const char *(*missing)(const gt_evaluator *evaluator);
    /* Draw it into a folder, on rank 0. A file that cannot be written is no
     * failure: rank 0 warns, and *drawn is false. Collective; all ranks fail
     * together. */
    gt_status (*draw)(gt_evaluator *evaluator, const char *folder, bool *drawn);
} gt__picture;

enum { GT_EVALUATION_PICTURES = 6 };
extern const gt__picture gt__pictures[GT_EVALUATION_PICTURES];

/* What became of them, for one checkpoint. */
typedef struct gt_evaluation_pictures {
    char folder[GT_PATH]; /* "": none were asked for */
    /* Why there is none of that kind; NULL: there is one. */
    const char *missing[GT_EVALUATION_PICTURES];
} gt_evaluation_pictures;

/* Draw pictures of the checkpoint that was evaluated last into a folder, which
 * is made, and say on rank 0 what cannot be drawn. GT_ERR_IO: the folder cannot
 * be made; what reading the data returns. Collective; all ranks fail together.
 */
gt_status gt_evaluation_draw(gt_evaluator *evaluator, const char *folder,
                             gt_evaluation_pictures *pictures);

#endif
