/* segment.h: memory that all ranks of a job on one machine share, to which each
 * rank brings its own pages. */
#ifndef GT_COMM_SEGMENT_H
#define GT_COMM_SEGMENT_H

#include "comm/comm.h"

/* Fields are private. */
typedef struct gt__segment {
    char *base;   /* NULL: there is none */
    size_t size;  /* bytes, of all ranks */
    size_t pitch; /* bytes, of each rank */
} gt__segment;

/* `bytes` from this rank, zeroed. GT_ERR_MEMORY on all ranks, with the message
 * of one that got no memory, if there is one. Collective. */
gt_status gt__segment_new(gt__segment *segment, gt_comm *comm, size_t bytes);

/* The memory is gone when all ranks have called it or died. Local. */
void gt__segment_free(gt__segment *segment);

/* What a rank brought. Local. */
static inline void *gt__segment_of(const gt__segment *segment, int rank)
{
    return segment->base + (size_t)rank * segment->pitch;
}

#endif
