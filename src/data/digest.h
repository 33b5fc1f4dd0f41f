/* digest.h: what tells data from other data, without reading all of it. For
 * src/data. Local.
 */
#ifndef GT_DATA_DIGEST_H
#define GT_DATA_DIGEST_H

#include "data/source_type.h"

/* Add samples, labels and conditions to a source's digest: all of them where
 * that is quick, else 256 that are spread evenly, the first and the last with
 * them. A sample that cannot be read counts by its number alone. Ticks.
 * GT_ERR_MEMORY. */
gt_status gt__digest_add_contents(gt_source *source);

#endif
