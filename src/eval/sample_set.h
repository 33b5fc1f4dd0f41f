/* sample_set.h: samples of data or of a model, as figures see them: features
 * and classes, all of them on every rank. The samples themselves are not kept.
 */
#ifndef GT_EVAL_SAMPLE_SET_H
#define GT_EVAL_SAMPLE_SET_H

#include "comm/comm.h"
#include "eval/features.h"
#include "eval/points.h"
#include "eval/sample_stream.h"

/* {0}: none. Owns its arrays. */
typedef struct gt_sample_set {
    gt_points points; /* [n x features] */
    int *asked; /* [n] labels that they were made with, or have; -1: none */
    gt_features_class *found; /* [n] */
} gt_sample_set;

/* All samples of a stream whose blocks have features->max_n samples. As
 * gt_sample_stream_block; GT_ERR_MEMORY. Collective; all ranks fail together.
 */
gt_status gt_sample_set_collect(gt_sample_set *set, gt_comm *comm,
                                const gt_features *features,
                                gt_sample_stream *stream);

/* n of the samples of a reader, n <= its source's count: all, or a choice by a
 * keyed permutation. As gt_sample_set_collect. Collective. */
gt_status gt_sample_set_read(gt_sample_set *set, gt_comm *comm,
                             const gt_features *features, gt_reader *reader,
                             uint64_t n);
void gt_sample_set_free(gt_sample_set *set);

/* Samples in which each class was found, to counts[classes]. Pure. */
void gt_sample_set_count(const gt_sample_set *set, int classes, double *counts);

/* The share of samples in which the class is found that was asked for, or that
 * they have, with its standard error. Pure. */
gt_estimate gt_sample_set_agreement(const gt_sample_set *set);

#endif
