/* copies.h: the training samples that are nearest to samples of a model, to see
 * whether it repeats them.
 *
 * Distances are Euclidean, of values as the model has them, and to all training
 * samples, as a copy of one that was left out would go unseen. So a thousand
 * samples are looked at, which is enough for a median.
 */
#ifndef GT_EVAL_COPIES_H
#define GT_EVAL_COPIES_H

#include "eval/neighbours.h"
#include "eval/subject.h"

/* Why they cannot be looked for, as the end of a sentence; NULL: they can.
 * Pure. */
const char *gt_copies_missing(const gt_subject *subject);

/* How many samples of a set are looked at: its first ones. Pure. */
size_t gt_copies_queries(const gt_subject *subject, gt_subject_set which);

/* Training samples among which is searched: all, or the first of very many.
 * Pure. */
uint64_t gt_copies_training(const gt_subject *subject);

/* The k nearest of these to each of the first n of a set, nearest first, in
 * out[n x k]; their numbers are those of the training data. GT_ERR_NUMERIC: a
 * sample is not finite; else as gt_closest_find. Collective; all ranks fail
 * together. */
gt_status gt_copies_find(gt_subject *subject, gt_subject_set which, size_t n,
                         int k, gt_neighbour *out);

#endif
