/* transport_shared.h: the transport without messages. */
#ifndef GT_COMM_TRANSPORT_SHARED_H
#define GT_COMM_TRANSPORT_SHARED_H

#include "comm/transport.h"

/* The tree without messages, through memory that all ranks, on one machine,
 * share: each adds up its slice of every bucket from where the others left
 * their vectors, into one result that all read. Created by all ranks together:
 * where one fails, all do. These vectors of it are to be used in place of the
 * stack's; they are the caller's again when a step begins. */
extern const gt__transport gt__transport_shared;
gt_real *gt__transport_shared_vector(const void *sum, int i);

#endif
