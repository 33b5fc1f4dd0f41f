/* data_values.h: what values the data have, and what a model sees of them.
 */
#ifndef GT_TRAIN_DATA_VALUES_H
#define GT_TRAIN_DATA_VALUES_H

#include "data/config.h"
#include "data/source.h"

/* Look at the first samples, and say in a line of the banner from where to
 * where their values go, and what becomes of them; warn of values that are too
 * large to learn from. Of bytes and points that nothing is done to, nothing is
 * said. What cannot be read is told elsewhere. Local; reads a few samples. */
void gt_data_values_print(const gt_source *source, const gt_data_config *data);

#endif
