/* sample_stream.h: blocks of samples that are read, or that a model makes, for
 * figures and pictures that look at many of them. Local.
 *
 * A block's samples have the same bits whichever rank wants it, and whichever
 * blocks it had before.
 */
#ifndef GT_EVAL_SAMPLE_STREAM_H
#define GT_EVAL_SAMPLE_STREAM_H

#include "data/reader.h"
#include "eval/sample_cache.h"
#include "tasks/task.h"

typedef struct gt_sample_stream {
    gt_reader *reader; /* borrowed */
    gt_task *task;     /* makes the samples; NULL: they are read; borrowed */
    gt_sample_cache *made; /* keeps those, and has those of this n, seed and
                              block alone; NULL: nobody does; borrowed */
    uint64_t seed;         /* of those that are made */
    uint64_t n;            /* samples */
    int block;             /* of a block; the last may have fewer */
    int64_t blocks;
    gt_sample_buffer buffer; /* [block]: the one that was asked for last */
    /* Private: */
    uint64_t *numbers; /* [block] */
    gt_real *latents;  /* [block x latent] */
} gt_sample_stream;

/* n samples of a reader, n <= its source's count: all, or a choice by a keyed
 * permutation. With a task, n samples of a seed, with the labels and conditions
 * that samples of the reader have: sample i those of its sample i modulo count;
 * the task takes passes of `block` samples. GT_ERR_MEMORY leaves what must be
 * freed. */
gt_status gt_sample_stream_new(gt_sample_stream *stream, gt_reader *reader,
                               gt_task *task, uint64_t seed, uint64_t n,
                               int block);
void gt_sample_stream_free(gt_sample_stream *stream);

/* Block `number`; *samples stays valid until the next one is asked for. As
 * gt_reader_read. */
gt_status gt_sample_stream_block(gt_sample_stream *stream, int64_t number,
                                 gt_samples *samples);

/* Sample `number` alone, at place *at of *samples. */
gt_status gt_sample_stream_one(gt_sample_stream *stream, uint64_t number,
                               gt_samples *samples, int *at);

#endif
