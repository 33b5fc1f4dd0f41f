/* evaluate_pictures.h: pictures beside the figures of an evaluation. Private to
 * the train room.
 */
#ifndef GT_TRAIN_EVALUATE_PICTURES_H
#define GT_TRAIN_EVALUATE_PICTURES_H

#include "train/evaluate.h"

/* A kind of picture: an entry of a table. */
typedef struct gt__picture {
    const char *key;    /* as in eval.json */
    const char *file;   /* its name in the folder */
    const char *beside; /* numbers that are in it; NULL: there are none */
    /* Why there is none of this model, as the end of a sentence; NULL: there is
     * one. Pure. */
    const char *(*missing)(const gt_evaluator *evaluator);
    /* Draw it, on rank 0, into a folder. A file that cannot be written is no
     * failure: *drawn stays false, and rank 0 has warned. Collective; all ranks
     * fail together. */
    gt_status (*draw)(gt_evaluator *evaluator, const char *folder, bool *drawn);
} gt__picture;

/* GT_EVALUATION_PICTURES of them. */
extern const gt__picture gt__pictures[];

/* Make pictures of the samples that the subject has now, and say in `pictures`
 * which there are. Collective; all ranks fail together. */
gt_status gt__evaluation_draw(gt_evaluator *evaluator,
                              gt_evaluation_pictures *pictures);

/* --- The entries of the table. */

const char *gt__missing_sheet(const gt_evaluator *e);
const char *gt__missing_scatter(const gt_evaluator *e);
const char *gt__missing_made(const gt_evaluator *e);
const char *gt__missing_pairs(const gt_evaluator *e);
gt_status gt__draw_samples(gt_evaluator *e, const char *folder, bool *drawn);
gt_status gt__draw_histogram(gt_evaluator *e, const char *folder, bool *drawn);

/* For them: write n samples [n x size] as the data have them into a file, on
 * rank 0. GT_ERR_* of the write alone. Local. */
gt_status gt__draw_units(const gt_evaluator *e, const char *path,
                         const gt_real *units, size_t n, int columns);

/* Whether a write went well; else rank 0 warns of it. */
bool gt__drawn(gt_status status, const char *path);

#endif
