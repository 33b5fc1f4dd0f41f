/* sources.h: the source types, for the table in source.c, and what the files of
 * this room share. Private to src/data. */
#ifndef GT_DATA_SOURCES_H
#define GT_DATA_SOURCES_H

#include "data/source.h"

extern const gt_source_type gt__source_idx;
extern const gt_source_type gt__source_glyphs;
extern const gt_source_type gt__source_shapes;
extern const gt_source_type gt__source_ring;
extern const gt_source_type gt__source_grid;

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
