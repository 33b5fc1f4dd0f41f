/* finite.h: numbers that are none, in data. For src/data. Local.
 */
#ifndef GT_DATA_FINITE_H
#define GT_DATA_FINITE_H

#include "data/source_type.h"

/* Whether n samples that were read, and their conditions, are finite.
 * GT_ERR_NUMERIC: the first one that is not has so many values that are not. */
gt_status gt__finite_check(const gt_source *source, int n,
                           const gt_source_rows *rows);

#endif
