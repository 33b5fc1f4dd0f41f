/* absolute.h: data that are found from any folder. Local.
 */
#ifndef GT_DATA_ABSOLUTE_H
#define GT_DATA_ABSOLUTE_H

#include "base/status.h"

/* The same data for a process in another folder: *absolute is the URI with its
 * path from the root, malloc'ed; or NULL where it has none or starts there
 * already. A URI that cannot be opened has no path either. GT_ERR_MEMORY,
 * GT_ERR_IO (this folder has no path). */
gt_status gt_uri_absolute(const char *uri, char **absolute);

#endif
