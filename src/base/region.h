/* region.h: memory that grows as it is filled, and that other processes of this
 * machine may map when it is full. Local.
 *
 * A region that is shared has no name in any file system: its pages are gone
 * when the last process that has them ends, however it ends, and no /dev/shm
 * limits it. Others find it by a gt_region_handle, which may be sent as bytes.
 */
#ifndef GT_BASE_REGION_H
#define GT_BASE_REGION_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fields are private but `base` and `size`. {0}: empty, and private to this
 * process. */
typedef struct gt_region {
    void *base; /* moves when the region grows; aligned for any type */
    size_t size;
    bool shared;
    bool attached; /* another process made it */
    bool reserved; /* all who have it write it */
    int file;      /* of one that is shared and not empty */
} gt_region;

/* What another process needs to map a region. */
typedef struct gt_region_handle {
    int64_t process, file;
    uint64_t size;         /* 0: the region is empty, or private */
    uint64_t reserved;     /* whoever maps it may write */
    uint64_t device, node; /* of the file, to be told from others */
} gt_region_handle;

/* Whether this process can share regions at all: the system has files in
 * memory and /proc, and ulimit -f, which such files count against, is off. */
bool gt_region_can_share(void);

/* Grow to `size` bytes, the new ones undefined. GT_ERR_MEMORY, before anything
 * is taken that surely does not fit (gt_memory_check_reading); the message
 * begins with `what` is held. The region then stays as it was. */
gt_status gt_region_grow(gt_region *region, size_t size, const char *what);

/* Have `size` addresses whose pages are zero, and are taken as they are
 * written, by this process and by those that attach the region, for as long as
 * they have it. The region must be empty. Whoever writes asks for memory first
 * (gt_memory_check_reading). GT_ERR_MEMORY as gt_region_grow. */
gt_status gt_region_reserve(gt_region *region, size_t size, const char *what);

/* Others may map it: its handle. Nobody may write any more, unless it was
 * reserved. */
gt_region_handle gt_region_share(gt_region *region);

/* Map what another process has shared. GT_ERR_IO: that process cannot be seen
 * from here, as from another container; GT_ERR_MEMORY: no addresses are left.
 */
gt_status gt_region_attach(gt_region *region, const gt_region_handle *handle);

void gt_region_free(gt_region *region);

#endif
