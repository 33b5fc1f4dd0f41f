/* resume.c: samples are what a run has seen; steps and batches of them may have
 * had another size. */
#include "train/resume.h"

#include "base/log.h"
#include "base/plural.h"
#include "tasks/task.h"

#include <string.h>

void gt_resume_position(const gt_checkpoint_info *info,
                        const gt_config *settings, const gt_config *config,
                        gt_position *position)
{
    const gt_config *made_with = settings ? settings : config;
    uint64_t count = info->data.count ? info->data.count : position->count;
    uint64_t batches = info->batches, samples = info->samples;
    if (!info->counted) {
        gt_position old = {.count = count,
                           .batch =
                               (uint64_t)gt_train_config_of(made_with)->batch};
        batches = info->step * gt_task_batches(made_with);
        samples = gt_position_samples(&old, batches);
    }
    double part = (double)(samples % count) / (double)count;
    uint64_t begun = count == position->count
                         ? samples % count
                         : (uint64_t)(part * (double)position->count);
    position->number = batches;
    position->samples = samples / count * position->count + begun;
}

void gt_resume_check_data(const gt_checkpoint_info *info,
                          const gt_source *source)
{
    const gt_checkpoint_data *before = &info->data;
    const char *noun = gt_shape_noun(source->shape);
    char digest[GT_HASH_TEXT];
    gt_hash_text(source->digest, digest);
    if (!before->count)
        return;
    if (before->count != source->count)
        gt_warn("the data have changed since the checkpoint: %s has %llu "
                "%.*s, it had %llu; the run goes on with them, at the same "
                "part of an epoch",
                source->uri, (unsigned long long)source->count,
                (int)strlen(noun) - (source->count == 1), noun,
                (unsigned long long)before->count);
    else if (before->classes != source->classes)
        gt_warn("the data have changed since the checkpoint: %s has labels of "
                "%d class%s, it had %d; the run goes on with them",
                source->uri, source->classes, source->classes == 1 ? "" : "es",
                before->classes);
    else if (strcmp(before->digest, digest) != 0)
        gt_warn("the data have changed since the checkpoint: %s has as many "
                "%s, but other contents (digest %s, it was %s); the run "
                "goes on with them",
                source->uri, noun, digest, before->digest);
}

/* A step may take several batches, of which some may be of the next epoch. */
static gt_status check_epochs(const gt_checkpoint *from,
                              const gt_position *position, uint64_t epochs,
                              uint64_t per_step)
{
    uint64_t end = epochs * position->count;
    if (position->samples <= end)
        return GT_OK;
    gt_position beyond = {.count = position->count, .batch = position->batch};
    uint64_t left = position->samples - end;
    uint64_t batches = gt_position_after(&beyond, left / beyond.count);
    batches += gt_batches_per_epoch(left % beyond.count, (int)beyond.batch);
    if (batches < per_step)
        return GT_OK;
    return gt_fail(GT_ERR_USAGE,
                   "%s has done %.2f of %llu epoch%s already; give a larger "
                   "--epochs to train on",
                   from->path,
                   (double)position->samples / (double)position->count,
                   (unsigned long long)epochs, gt_plural(epochs));
}

gt_status gt_resume_check_end(const gt_checkpoint *from,
                              const gt_position *position,
                              const gt_train_config *train, uint64_t per_step)
{
    if (train->steps == 0)
        return check_epochs(from, position, (uint64_t)train->epochs, per_step);
    if (from->info.step <= (uint64_t)train->steps)
        return GT_OK;
    return gt_fail(GT_ERR_USAGE,
                   "%s has done %llu of %llu step%s already; give a larger "
                   "--steps or --epochs to train on",
                   from->path, (unsigned long long)from->info.step,
                   (unsigned long long)train->steps,
                   gt_plural((unsigned long long)train->steps));
}
