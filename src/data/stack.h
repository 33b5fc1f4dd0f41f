/* stack.h: samples that are drawn and stacked as the channels of one, such as
 * three digits as a colour image (stacked MNIST). Private to the data room.
 *
 * Sample i of the stack has in channel c the single sample that a keyed random
 * number of i and c chooses, with repetition. Its label has their labels as
 * digits, that of the first channel in front; there are as many samples as
 * single ones. The draws follow from the number of the sample alone, so a
 * stack of the same data is the same data, and a part that is held out is a
 * stack of the single samples that are held out.
 */
#ifndef GT_DATA_STACK_H
#define GT_DATA_STACK_H

#include "data/source_type.h"

/* Put a stack of `channels` in the place of an open source, which it owns.
 * GT_ERR_MISMATCH: its samples are no labelled images of one channel of bytes,
 * or there are too many classes; GT_ERR_MEMORY. The source then stays. */
gt_status gt__stack_new(gt_source **source, int channels);

/* As gt_source_read, of a stack. */
gt_status gt__stack_read(const gt_source *stack, const uint64_t *numbers, int n,
                         const gt_source_rows *to);

#endif
