/* h5encode.c: shuffle puts the first bytes of all numbers first, then the
 * second ones: neighbours' exponents are alike, and gzip finds that. */
#include "store/h5encode.h"

#include <stdlib.h>
#include <zlib.h>

size_t gt_h5_encoded_most(size_t size)
{
    return compressBound(size);
}

static void shuffle(const unsigned char *from, size_t n, size_t width,
                    unsigned char *to)
{
    for (size_t k = 0; k < width; k++)
        for (size_t i = 0; i < n; i++)
            *to++ = from[i * width + k];
}

gt_status gt_h5_encode(const void *bytes, size_t size, size_t width, int level,
                       void *out, size_t *packed)
{
    uLongf n = compressBound(size);
    unsigned char *shuffled = width > 1 ? malloc(size) : NULL;
    int result = Z_MEM_ERROR;
    if (shuffled)
        shuffle(bytes, size / width, width, shuffled);
    if (width == 1 || shuffled)
        result = compress2(out, &n, shuffled ? shuffled : bytes, size, level);
    free(shuffled);
    *packed = n;
    return result == Z_OK ? GT_OK
                          : gt_fail(GT_ERR_MEMORY,
                                    "no memory to compress %zu bytes", size);
}
