/* splits.h: what there is to import. Local, but opening ticks. */
#ifndef GT_IMPORT_SPLITS_H
#define GT_IMPORT_SPLITS_H

#include "data/source.h"

/* Open the training samples of config->uri and those that are held out (NULL
 * where there are none), by gt_split. Images that do not come in config->image,
 * if that says a shape, are resized. As gt_source_open; GT_ERR_FORMAT: there
 * are no training samples; GT_ERR_MISMATCH: the splits differ, or are nothing
 * that can be resized. What is open then is for the caller to close. */
gt_status gt__splits_open(gt_source *split[2], const gt_data_config *config);

#endif
