/* segment.h: memory that all ranks of a job on one machine share, a part from
 * each. */
#ifndef GT_COMM_SEGMENT_H
#define GT_COMM_SEGMENT_H

#include "comm/comm.h"

typedef struct gt__segment {
    char *base; /* NULL: there is none */
    size_t size, part;
} gt__segment;

/* `bytes` from this rank, zeroed, on pages of its own. Where one rank gets none
 * the others have none either, and all fail with that rank's message.
 * Collective. */
gt_status gt__segment_new(gt__segment *segment, gt_comm *comm, size_t bytes);

/* Local; the memory goes with the last rank that has it. */
void gt__segment_free(gt__segment *segment);

static inline void *gt__segment_part(const gt__segment *segment, int rank)
{
    return segment->base + (size_t)rank * segment->part;
}

#endif
