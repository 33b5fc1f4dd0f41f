/* begin_flush.c: POSIX can only say that bytes are not needed any more
 * (posix_fadvise). Linux writes them then, too, but on the way it has all CPUs
 * of the machine put their lists of pages in order. */
#ifdef __linux__
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier) */
#endif
#include "store/begin_flush.h"

#include <fcntl.h>

void gt_file_begin_flush(int fd, uint64_t at, uint64_t size)
{
#ifdef SYNC_FILE_RANGE_WRITE
    (void)sync_file_range(fd, (off_t)at, (off_t)size, SYNC_FILE_RANGE_WRITE);
#else
    (void)fd;
    (void)at;
    (void)size;
#endif
}
