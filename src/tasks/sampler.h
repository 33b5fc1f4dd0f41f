/* sampler.h: the samples of a seed, a block at a time. Local.
 *
 * Sample i of a seed is the same wherever, whenever and beside whichever others
 * it is made: its latents are addressed by i, its label follows from i, and it
 * is computed at place i % GT_SAMPLE_BLOCK of a whole block, so that products
 * of matrices always have the same shapes.
 */
#ifndef GT_TASKS_SAMPLER_H
#define GT_TASKS_SAMPLER_H

#include "tasks/task.h"

enum { GT_SAMPLE_BLOCK = 64 };

/* Samples block * GT_SAMPLE_BLOCK and up, whose numbers are below 2^48, into
 * samples [GT_SAMPLE_BLOCK x image], and what they are made from into latents
 * [GT_SAMPLE_BLOCK x latent]. They are made with the labels and conditions in
 * `given`, which has those that the task's networks take and n =
 * GT_SAMPLE_BLOCK. The task takes passes of that many samples
 * (gt_task_setup.max_n). */
void gt_sampler_block(gt_task *task, uint64_t seed, uint64_t block,
                      const gt_samples *given, gt_real *latents,
                      gt_real *samples);

/* Labels that take turns: sample i has list[i % period], or i % period where
 * `list` is NULL. Writes those of the samples first .. first + n - 1. Pure. */
void gt_sampler_labels(const int *list, int period, uint64_t first, int n,
                       int *labels);

#endif
