/* h5superblock.h: the first block of an HDF5 file, as far as we look into it
 * ourselves. It begins with a signature, and lies at the beginning of the file
 * or behind a user block of 512, 1024, 2048, ... bytes. Knows nothing of HDF5.
 * Local, pure.
 */
#ifndef GT_STORE_FOREIGN_H5SUPERBLOCK_H
#define GT_STORE_FOREIGN_H5SUPERBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GT__H5_SUPERBLOCK = 24 }; /* bytes that are enough for what is here */

/* Whether `n` bytes are the beginning of such a block. */
bool gt__h5_superblock_begins(const void *bytes, size_t n);

/* A program that has the file open for writing, or died then, has marked that:
 * the consistency flags. The file is as good as before until something is
 * written, so who reads it takes them for zeros. Where they are in the block,
 * 0: this block, of GT__H5_SUPERBLOCK bytes, has no mark, or one that is under
 * a checksum. */
enum { GT__H5_MARK = 4 }; /* bytes */
size_t gt__h5_superblock_mark(const void *block);

/* Where a block may begin after `at`. */
uint64_t gt__h5_superblock_next(uint64_t at);

#endif
