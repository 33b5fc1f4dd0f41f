/* stored_read.h: samples of a source whose type reads them, from its cache
 * where they are there. Private to the data room.
 */
#ifndef GT_DATA_STORED_READ_H
#define GT_DATA_STORED_READ_H

#include "data/source_type.h"

/* As gt_source_read, but for stacks of samples. */
gt_status gt__stored_read(const gt_source *source, const uint64_t *numbers,
                          int n, const gt_source_rows *to);

#endif
