/* directory.h: what is in a directory. Local. */
#ifndef GT_STORE_DIRECTORY_H
#define GT_STORE_DIRECTORY_H

#include "base/status.h"

#include <stdint.h>

/* What a name stands for, links followed. */
typedef enum gt_entry_kind {
    GT_ENTRY_FILE,
    GT_ENTRY_FOLDER,
    GT_ENTRY_OTHER,  /* a pipe, a device */
    GT_ENTRY_UNKNOWN /* it cannot be looked at, as a link that leads nowhere */
} gt_entry_kind;

typedef struct gt_entry {
    const char *name; /* valid in the call alone */
    int kind;         /* as the directory has it, for gt_entry_kind_of */
    int directory;    /* descriptor */
} gt_entry;

/* Call `visit` with each entry of a directory but . and .. until it fails, in
 * no order. GT_ERR_IO. */
gt_status gt_directory_visit(const char *path,
                             gt_status (*visit)(const gt_entry *entry,
                                                void *context),
                             void *context);

/* What an entry is, in the call that has it. Most file systems keep that beside
 * the name; it is looked up where they do not, and for links, which on a
 * network takes as long as opening a file. */
gt_entry_kind gt_entry_kind_of(const gt_entry *entry);

#endif
