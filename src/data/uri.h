/* uri.h: the text that names a source, taken apart. For src/data. Local. */
#ifndef GT_DATA_URI_H
#define GT_DATA_URI_H

#include "data/sources.h"

typedef struct gt__uri {
    const gt_source_type *type;
    const char *path; /* borrowed from the text; NULL for built-in sources */
    uint64_t count, test_count, seed; /* built-in */
} gt__uri;

/* Parse `text`. Looks at the content of a path that no source is named for.
 * GT_ERR_CONFIG; else as gt__recognise. */
gt_status gt__uri_parse(const char *text, gt__uri *out);

#endif
