/* zip.h: the members of a zip archive that are NumPy arrays, as np.savez writes
 * them. For src/data. Local.
 *
 * Members that are only stored lie in the file as they are, and may be read
 * there; others are unpacked from their beginning on.
 */
#ifndef GT_DATA_ARRAY_ZIP_H
#define GT_DATA_ARRAY_ZIP_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gt__zip_member {
    const char *name;                /* without ".npy" */
    bool deflated, encrypted, known; /* known: a method that can be read */
    uint32_t crc;
    uint64_t packed, size; /* bytes in the file, and of the member */
    uint64_t header;       /* where it begins in the file */
} gt__zip_member;

typedef struct gt__zip {
    const char *path; /* borrowed */
    int file;         /* owned; -1: none */
    uint64_t size;    /* bytes of the file */
    char *directory;  /* owned: names are in it */
    gt__zip_member *members;
    int n;
} gt__zip;

bool gt__zip_is(const void *head, size_t n);

/* Read the list of members. The caller closes the archive, also after a
 * failure. GT_ERR_IO; GT_ERR_FORMAT: no archive, damaged or cut off;
 * GT_ERR_MEMORY. */
gt_status gt__zip_open(gt__zip *zip, const char *path);
void gt__zip_close(gt__zip *zip);

/* Where the bytes of a member begin in the file. GT_ERR_FORMAT: damaged, or
 * packed in a way that is not known; the message has `name`. */
gt_status gt__zip_find(const gt__zip *zip, const gt__zip_member *member,
                       const char *name, uint64_t *at);

#endif
