/* memory.h: how much memory this process may still take, and who says so.
 * Local.
 */
#ifndef GT_BASE_MEMORY_H
#define GT_BASE_MEMORY_H

#include "base/status.h"

#include <stdint.h>

typedef struct gt_memory_room {
    double left;    /* bytes; infinite: there is no limit */
    double limit;   /* bytes in all */
    uint64_t group; /* who shares it: processes of one node with the same
                       number; 0 for the whole node */
    char name[128]; /* of the limit, for people */
} gt_memory_room;

/* Addresses of this process: ulimit -v and ulimit -d, whichever leaves less. */
gt_memory_room gt_memory_addresses(void);

/* Where addresses are limited, have all threads share one heap. glibc would
 * reserve 64 MB of addresses for each thread, or where there are none take a
 * page for every allocation, however small. Call it before other threads
 * allocate. */
void gt_memory_share_heap(void);

/* Which limit of addresses an allocation has failed for, as the end of a
 * sentence: ", as ulimit -v allows 400 MB in all"; "" if there is none. Returns
 * `text`. */
enum { GT_MEMORY_REASON = 128 };
char *gt_memory_reason(char text[GT_MEMORY_REASON]);

/* Pages that control groups (version 1 or 2) leave, caches of files not
 * counted. Files are looked for below `root`, which is "" but for tests. */
gt_memory_room gt_memory_group(const char *root);

/* Pages that are available on this node. */
gt_memory_room gt_memory_node(const char *root);

/* Whether this process, if it were alone, may take `bytes` more for reading
 * `what`, before it does. GT_ERR_MEMORY names the limit. */
gt_status gt_memory_check_reading(const char *what, double bytes);

#endif
