/* h5superblock.c: the library refuses a file that is marked as open for writing
 * long after the program that made the mark has died. */
#include "store/foreign/h5superblock.h"

#include <string.h>

static const char signature[8] = "\211HDF\r\n\032\n";

bool gt__h5_superblock_begins(const void *bytes, size_t n)
{
    return n >= sizeof signature && !memcmp(bytes, signature, sizeof signature);
}

/* Of versions 0 and 1; later ones have a checksum. */
size_t gt__h5_superblock_mark(const void *block)
{
    static const char mark[GT__H5_MARK] = {1};
    enum { VERSION = 8, FLAGS = 20 };
    const char *bytes = block;
    return bytes[VERSION] >= 0 && bytes[VERSION] <= 1 &&
                   !memcmp(bytes + FLAGS, mark, sizeof mark)
               ? FLAGS
               : 0;
}

uint64_t gt__h5_superblock_next(uint64_t at)
{
    return at ? 2 * at : 512;
}
