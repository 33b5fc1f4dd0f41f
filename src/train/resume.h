/* resume.h: what a run that goes on stands on: the state is from its
 * checkpoint, all else from here.
 */
#ifndef GT_TRAIN_RESUME_H
#define GT_TRAIN_RESUME_H

#include "data/position.h"
#include "data/source.h"
#include "run/checkpoint.h"
#include "tasks/config.h"

/* Where the run goes on in the data: after the samples that it has taken,
 * whatever its batch was. `settings` are those of the checkpoint, or NULL;
 * `config` are those of now. `position` comes with count and batch. If the data
 * have another number of samples now, the run goes on at the same part of an
 * epoch. Local. */
void gt_resume_position(const gt_checkpoint_info *info,
                        const gt_config *settings, const gt_config *config,
                        gt_position *position);

/* Warn, in one line, if the data are not those that the run was trained on. A
 * checkpoint of an earlier build does not tell. Local. */
void gt_resume_check_data(const gt_checkpoint_info *info,
                          const gt_source *source);

/* Fail with GT_ERR_USAGE if the run has been trained for longer than is asked
 * for now. Local. */
gt_status gt_resume_check_end(const gt_checkpoint *from,
                              const gt_position *position,
                              const gt_train_config *train, uint64_t per_step);

#endif
