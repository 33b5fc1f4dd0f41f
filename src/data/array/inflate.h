/* inflate.h: bytes that were packed by deflate, from their first on. For
 * src/data. Local.
 */
#ifndef GT_DATA_ARRAY_INFLATE_H
#define GT_DATA_ARRAY_INFLATE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct gt__inflate gt__inflate;

/* Unpack `packed` bytes that begin at `at` in an open file, which stays the
 * caller's; `name` is borrowed, for messages. GT_ERR_MEMORY. */
gt_status gt__inflate_new(gt__inflate **out, const char *name, int file,
                          uint64_t at, uint64_t packed);
void gt__inflate_free(gt__inflate *inflate);

/* The next n bytes. GT_ERR_FORMAT: damaged, or there are fewer; GT_ERR_IO. */
gt_status gt__inflate_next(void *inflate, void *to, size_t n);

/* After the last byte: whether there are no more, and whether the checksum
 * fits. GT_ERR_FORMAT. */
gt_status gt__inflate_end(gt__inflate *inflate, uint32_t crc);

#endif
