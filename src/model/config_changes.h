/* config_changes.h: what a run that goes on trains otherwise. Local. */
#ifndef GT_MODEL_CONFIG_CHANGES_H
#define GT_MODEL_CONFIG_CHANGES_H

#include "base/section.h"

/* In words, which settings `now` has otherwise than `then`: "optimizer.lr
 * 0.0001 (0.0002 before), ...", "" for none. Options with which a run may be
 * resumed (gt_option.resumable) are not among them. Cut to fit. */
void gt_config_changes(const gt_config *then, const gt_config *now, char *out,
                       size_t size);

#endif
