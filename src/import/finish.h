/* finish.h: an import that has read all samples. On the rank that writes.
 * Local.
 */
#ifndef GT_IMPORT_FINISH_H
#define GT_IMPORT_FINISH_H

#include "import/packed.h"

/* Make the unfinished file an HDF5 file, which keeps the text `settings` of the
 * data, give it its name, and say what is in
 * it; beside it there is a list of what was left out, or none. GT_ERR_FORMAT:
 * there are no samples; GT_ERR_IO, GT_ERR_MEMORY. Ticks. */
gt_status gt__finish(const char *out, const char *settings,
                     gt_source *const source[2], const gt__packed packed[2],
                     gt__partial *partial);

#endif
