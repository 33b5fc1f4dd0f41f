/* report.h: figures of an evaluation for people and for programs.
 * Local; rank 0 calls. */
#ifndef GT_EVALUATE_REPORT_H
#define GT_EVALUATE_REPORT_H

#include "evaluate/pictures.h"

#include <stdio.h>

/* What figures look at: features, the classifier and its accuracy, samples. */
void gt_evaluation_print_features(FILE *out, const gt_evaluator *evaluator);

/* The figures of a checkpoint as a table of lines with one figure each. */
void gt_evaluation_print(FILE *out, const gt_evaluation_result *result);

/* One JSON object: what was compared, and of each checkpoint its figures
 * and its pictures [n]. */
void gt_evaluation_print_json(FILE *out, const gt_evaluator *evaluator,
                              const gt_evaluation_result *results,
                              const gt_evaluation_pictures *pictures, size_t n);

#endif
