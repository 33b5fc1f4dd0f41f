/* sampler.c: all who make samples of a seed go through here, so that they make
 * the same ones. */
#include "tasks/sampler.h"

void gt_sampler_block(gt_task *task, uint64_t seed, uint64_t block,
                      const gt_samples *given, gt_real *latents,
                      gt_real *samples)
{
    gt_rng at = {.seed = seed,
                 .sample = block * GT_SAMPLE_BLOCK,
                 .stream = GT_STREAM_SAMPLE};
    gt_task_latents(task->setup.config, at, GT_SAMPLE_BLOCK, latents);
    task->type->generate(task, latents, given, samples);
}

void gt_sampler_labels(const int *list, int period, uint64_t first, int n,
                       int *labels)
{
    for (int i = 0; i < n; i++) {
        int turn = (int)((first + (uint64_t)i) % (uint64_t)period);
        labels[i] = list ? list[turn] : turn;
    }
}
