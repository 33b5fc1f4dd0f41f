/* uri.h: the text that names a source, taken apart. For src/data. Local. */
#ifndef GT_DATA_URI_H
#define GT_DATA_URI_H

#include "data/sources.h"

/* A URI taken apart. */
typedef struct gt__uri {
    const gt_source_type *type;
    const char *path; /* within the URI's text; NULL for built-in sources */
    uint64_t count, test_count, seed;
} gt__uri;

/* Fails with GT_ERR_CONFIG. Touches the file system only to tell a path from a
 * mistyped name. */
gt_status gt__uri_parse(const char *text, gt__uri *out);

#endif
