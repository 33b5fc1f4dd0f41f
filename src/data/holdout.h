/* holdout.h: which of a data set's samples are held out. Local, pure.
 *
 * Numbers are cut into blocks, the shortest ones in which the part that is held
 * out is a whole number: of 10 % each block has 10 samples. Of each block a
 * keyed permutation (shuffle.h) chooses who is held out. So the choice is a
 * function of a sample's number alone; it needs no memory, and neighbours in
 * storage stay neighbours.
 */
#ifndef GT_DATA_HOLDOUT_H
#define GT_DATA_HOLDOUT_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A part of `count` samples: those that are held out, or the others. {0}: all
 * samples. */
typedef struct gt_subset {
    uint64_t count;
    int block; /* samples of a block; 0: all samples are wanted */
    int out;   /* of a block that are held out */
    bool held_out;
} gt_subset;

/* "10%", "2.5%", "0%": tenths of a percent, 0 to 500. GT_ERR_CONFIG. */
gt_status gt_holdout_parse(const char *text, int *permille);

/* The part of `count` samples; {0} for 0 permille. */
gt_subset gt_subset_of(uint64_t count, int permille, bool held_out);

/* Samples that it has. */
uint64_t gt_subset_size(const gt_subset *part);

/* The number, among all samples, of this part's sample number i. */
uint64_t gt_subset_at(const gt_subset *part, uint64_t i);

/* Samples of this part in whole blocks that hold at least `chunk` samples. */
uint64_t gt_subset_chunk(const gt_subset *part, uint64_t chunk);

#endif
