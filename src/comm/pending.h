/* pending.h: what this rank has under way while it computes. Local.
 *
 * MPI libraries move data inside their calls only. So whoever has a sum under
 * way leaves word with the communicator, and whoever waits or has a moment
 * drives all there is, without knowing what it is.
 */
#ifndef GT_COMM_PENDING_H
#define GT_COMM_PENDING_H

#include "comm/comm.h"

/* From here on call `advance` with `context` in gt__pending_advance; NULL: no
 * more. One at a time on a channel. */
void gt__pending_set(gt_comm *comm, int channel, void (*advance)(void *context),
                     void *context);

/* Drive whatever is under way, on all channels. Never waits. */
void gt__pending_advance(gt_comm *comm);

#endif
