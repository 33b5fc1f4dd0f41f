/* derived.h: sources that are made of one that is open. Local. */
#ifndef GT_DATA_DERIVED_H
#define GT_DATA_DERIVED_H

#include "data/source_type.h"

/* Whether a part of the training samples is held out by number (data.holdout),
 * and those that are: a view of `train`, to be closed before it. *out is NULL
 * where the part has no samples. GT_ERR_MEMORY. */
bool gt_source_holds_out_part(const gt_data_config *config);
gt_status gt_source_hold_out(gt_source **out, const gt_source *train);

/* Put a source of images of config->image in the place of an open one of other
 * images, which it owns; they become so by config->fit, as pictures do. A model
 * is never given these by itself: what is resized at each reading is better
 * resized once (import). GT_ERR_MISMATCH: it has no images of bytes, or none
 * with 1 to 4 channels, or the model wants others than 1, 3 or 4;
 * GT_ERR_MEMORY. The source then stays. */
gt_status gt_source_resize(gt_source **source, const gt_data_config *config);

#endif
