/* begin_flush.h: the disk at work while a file grows. Local. */
#ifndef GT_STORE_BEGIN_FLUSH_H
#define GT_STORE_BEGIN_FLUSH_H

#include <stdint.h>

/* Have these bytes of an open file, which were written just now, begin to go to
 * the disk while the caller goes on, so that gt_file_flush later waits for the
 * last of them only. Nothing that can fail depends on it, and where the system
 * cannot do it, nothing happens. */
void gt_file_begin_flush(int fd, uint64_t at, uint64_t size);

#endif
