/* recognise.h: which source reads what is at a path. For src/data. Local.
 */
#ifndef GT_DATA_RECOGNISE_H
#define GT_DATA_RECOGNISE_H

#include "data/source_type.h"

/* The type that knows the content of a path, whatever its name is; NULL where
 * nothing is there. GT_ERR_CONFIG: several types do; the message says how to
 * name one. GT_ERR_FORMAT, GT_ERR_IO: none does; it says what the file is
 * instead, or what a folder would have to hold. */
gt_status gt__recognise(const char *path, const gt_source_type **out);

#endif
