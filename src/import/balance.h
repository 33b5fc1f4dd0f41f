/* balance.h: how many samples rank 0 reads, which also writes. For src/import.
 * Local. */
#ifndef GT_IMPORT_BALANCE_H
#define GT_IMPORT_BALANCE_H

#include <stdint.h>

/* What a split has taken so far. All 0: nothing. */
typedef struct gt__balance {
    double reading, writing; /* seconds of this rank */
    uint64_t samples, waves; /* read and written in these */
} gt__balance;

/* Of a wave in which the other ranks read `most` samples each: those that rank
 * 0 reads, such that all are done at the same time. From 1 to `most`. */
int gt__balance_length(const gt__balance *b, int most);

#endif
