/* support_source.h: what the harnesses of data sources share. */
#ifndef GT_TESTS_FUZZ_SUPPORT_SOURCE_H
#define GT_TESTS_FUZZ_SUPPORT_SOURCE_H

#include "support.h"

#include "data/source.h"

/* Open both splits, and read samples of what opens: they are what it says.
 * Reading may fail, with a message. */
void open_and_use(const gt_data_config *config);

/* A shape that the model may work at, or the source's own. */
gt_shape take_shape(input *in);

#endif
