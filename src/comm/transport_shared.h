/* transport_shared.h: the transport without messages. */
#ifndef GT_COMM_TRANSPORT_SHARED_H
#define GT_COMM_TRANSPORT_SHARED_H

#include "comm/transport.h"

/* In the order of the tree, in memory that all ranks share, on one machine. Its
 * `create` is collective: where it fails on one rank, it fails on all. */
extern const gt__transport gt__transport_shared;

#endif
