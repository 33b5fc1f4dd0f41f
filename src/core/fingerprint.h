/* fingerprint.h: a short text that tells whether two states hold the same bits.
 * Local.
 */
#ifndef GT_CORE_FINGERPRINT_H
#define GT_CORE_FINGERPRINT_H

#include "core/tensor.h"

#include <stdint.h>

enum { GT_FINGERPRINT_LANES = 16, GT_FINGERPRINT_TEXT = 17 };

typedef struct gt_fingerprint {
    uint32_t lane[GT_FINGERPRINT_LANES];
    uint64_t words;
} gt_fingerprint;

void gt_fingerprint_start(gt_fingerprint *print);

/* Take in `count` numbers; the order of calls and their lengths matter. */
void gt_fingerprint_add(gt_fingerprint *print, const gt_real *data,
                        size_t count);

/* 16 hexadecimal digits of all that was taken in. */
void gt_fingerprint_text(const gt_fingerprint *print,
                         char text[GT_FINGERPRINT_TEXT]);

#endif
