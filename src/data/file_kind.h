/* file_kind.h: what a file is, from its first bytes. For src/data. Local. */
#ifndef GT_DATA_FILE_KIND_H
#define GT_DATA_FILE_KIND_H

#include <stddef.h>
#include <stdint.h>

enum { GT__FILE_HEAD = 512 }; /* bytes that are enough to tell */

typedef struct gt__file_kind {
    const char *name; /* "a zip archive" */
    const char *mend; /* what to do, "unpack it: unzip FILE" */
} gt__file_kind;

/* The kind of a file that begins with these n bytes (after one round of gunzip,
 * if it is compressed with gzip), or NULL if none is recognised. */
const gt__file_kind *gt__file_kind_of(const uint8_t *head, size_t n);

#endif
