/* name_list.h: names with commas between them. For src/data. Local. */
#ifndef GT_DATA_NAME_LIST_H
#define GT_DATA_NAME_LIST_H

#include "base/status.h"

/* Of a path that is there under no name, and of which nothing was recognised:
 * if it is a list in which a name is there, what keeps it from being read.
 * GT_ERR_IO: a name is not there; GT_ERR_CONFIG: one is a folder, or no HDF5
 * file; GT_OK: it is no such list. */
gt_status gt__name_list_check(const char *list);

#endif
