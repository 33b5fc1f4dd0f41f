/* h5encode.h: numbers packed as the filters shuffle and gzip of HDF5 do it.
 * Knows nothing of HDF5. Local; any thread.
 */
#ifndef GT_STORE_H5ENCODE_H
#define GT_STORE_H5ENCODE_H

#include "base/status.h"

#include <stddef.h>

/* Most bytes that `size` ones become. */
size_t gt_h5_encoded_most(size_t size);

/* Pack `size` bytes at `level`, 1 to 9, into `out`, which has room for the
 * most; numbers of more than one byte (`width`) are shuffled first.
 * GT_ERR_MEMORY. */
gt_status gt_h5_encode(const void *bytes, size_t size, size_t width, int level,
                       void *out, size_t *packed);

#endif
