/* uri.h: the text that names a source, taken apart. For src/data. Local. */
#ifndef GT_DATA_URI_H
#define GT_DATA_URI_H

#include "data/sources.h"

typedef struct gt__uri {
    const gt_source_type *type;
    const char *path; /* borrowed from the text; NULL for built-in sources */
    uint64_t count, test_count, seed; /* built-in */
} gt__uri;

/* Parse `text`. Fails with GT_ERR_CONFIG. Looks at the file system only to tell
 * a path from a mistyped name. */
gt_status gt__uri_parse(const char *text, gt__uri *out);

#endif
