/* hash.h: 64-bit XXH3 of bytes and numbers, the one door to xxHash. Local.
 *
 * It tells whether two files or two states hold the same bits. It guards
 * against accidents, not against people.
 */
#ifndef GT_CORE_HASH_H
#define GT_CORE_HASH_H

#include "core/tensor.h"

#include <stdint.h>

enum { GT_HASH_TEXT = 17 };

typedef struct gt_hash gt_hash;

/* A hash of nothing so far. NULL: out of memory. */
gt_hash *gt_hash_new(void);
void gt_hash_free(gt_hash *hash); /* NULL is allowed */

/* Forget what was added. */
void gt_hash_reset(gt_hash *hash);

/* Add bytes. How they are cut into calls does not matter. */
void gt_hash_add(gt_hash *hash, const void *data, size_t size);

/* Add the bytes that `count` numbers have on a little-endian machine. */
void gt_hash_add_reals(gt_hash *hash, const gt_real *data, size_t count);

/* The hash of everything that was added; more may follow. */
uint64_t gt_hash_value(const gt_hash *hash);

/* The hash of these bytes alone. */
uint64_t gt_hash_of(const void *data, size_t size);

/* A hash as 16 hexadecimal digits. Returns `text`. */
char *gt_hash_text(uint64_t value, char text[GT_HASH_TEXT]);

#endif
