/* cifar_files.h: which files of CIFAR there are, and what is in them. For
 * src/data. Local.
 */
#ifndef GT_DATA_ARRAY_CIFAR_FILES_H
#define GT_DATA_ARRAY_CIFAR_FILES_H

#include "base/status.h"
#include "data/source_type.h"

enum {
    GT__CIFAR_PIXELS = 32 * 32 * 3,
    GT__CIFAR_FILES = 16,   /* at most */
    GT__CIFAR_CLASSES = 100 /* at most */
};

/* CIFAR-10 has one label before each image, CIFAR-100 a coarse and a fine one.
 */
typedef struct gt__cifar_kind {
    const char *name;
    int labels;     /* of a record, each a byte */
    int classes[2]; /* of each label */
} gt__cifar_kind;

/* "CIFAR-10", "CIFAR-100". */
extern const gt__cifar_kind gt__cifar_kinds[2];

typedef struct gt__cifar_file {
    char *path; /* owned */
    int file;
    uint64_t count; /* of its records */
} gt__cifar_file;

typedef struct gt__cifar_files {
    const gt__cifar_kind *kind;
    int n;
    gt__cifar_file file[GT__CIFAR_FILES];
    uint64_t count; /* of all records */
} gt__cifar_files;

/* Whether a file is one of the kind, as its size and some of its labels say;
 * and the kind that it is, NULL if none. */
const gt__cifar_kind *gt__cifar_kind_of(const char *path);

/* Whether the folder has files of CIFAR, by their names. */
bool gt__cifar_is_folder(const char *path);

/* Open the files of a split; none where there are none, as beside a single
 * file. The caller closes them, also after a failure. Looks at all labels.
 * GT_ERR_IO; GT_ERR_FORMAT: damaged, cut off, or empty; GT_ERR_CONFIG: both
 * CIFARs are in the folder; GT_ERR_MEMORY. */
gt_status gt__cifar_open(gt__cifar_files *files, const char *path,
                         gt_split split);
void gt__cifar_close(gt__cifar_files *files);

/* Bytes of a record. */
static inline size_t gt__cifar_record(const gt__cifar_kind *kind)
{
    return (size_t)kind->labels + GT__CIFAR_PIXELS;
}

#endif
