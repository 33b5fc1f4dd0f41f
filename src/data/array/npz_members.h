/* npz_members.h: the arrays of a NumPy archive, and which of them is what. For
 * src/data. Local.
 */
#ifndef GT_DATA_ARRAY_NPZ_MEMBERS_H
#define GT_DATA_ARRAY_NPZ_MEMBERS_H

#include "data/array/array.h"
#include "data/array/zip.h"

typedef struct gt__npz_member {
    const gt__zip_member *zip;
    bool readable;   /* an array of numbers */
    gt__array array; /* its header; no file */
} gt__npz_member;

typedef struct gt__npz {
    gt__zip zip;
    int n;
    gt__npz_member *members; /* [n] */
    gt_failure unreadable;   /* why the first of these is so */
    uint64_t unpacked;       /* packed bytes of what was unpacked into memory */
} gt__npz;

/* Open an archive and look at the headers of its arrays. The caller closes it,
 * also after a failure. As gt__zip_open. */
gt_status gt__npz_open(gt__npz *npz, const char *path);
void gt__npz_close(gt__npz *npz);

/* The member of that name; NULL: there is none. */
const gt__npz_member *gt__npz_find(const gt__npz *npz, const char *name);

/* The samples for training: the member `name`, or, where it is NULL, the only
 * one that can be meant. GT_ERR_CONFIG, GT_ERR_MISMATCH: none, or several; the
 * message lists them. */
gt_status gt__npz_choose(const gt__npz *npz, const char *name,
                         const gt__npz_member **out);

/* The member of that name which is a column of numbers and may hold labels of
 * the samples `name`; NULL: there is none. */
const gt__npz_member *gt__npz_labels_of(const gt__npz *npz, const char *name);

/* Open the numbers of a member: in the file where it is stored, else unpacked
 * into the region, behind its first *end bytes. The caller closes the array.
 * GT_ERR_FORMAT, GT_ERR_IO, GT_ERR_MEMORY. */
gt_status gt__npz_read(gt__npz *npz, const gt__npz_member *member,
                       gt_region *region, size_t *end, gt__array *array);

#endif
