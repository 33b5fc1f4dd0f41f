/* pending.h: what this rank has under way while it computes. Local.
 *
 * MPI libraries move data inside MPI calls only. So whoever has a sum under way
 * leaves a function with the communicator, and whoever waits or has a moment to
 * spare takes all that there is further, without knowing what it is.
 */
#ifndef GT_COMM_PENDING_H
#define GT_COMM_PENDING_H

#include "comm/comm.h"

/* From here on call `advance` with `context` in gt__pending_advance; NULL: no
 * more. One thing at a time is under way on a channel; it may say so again. */
void gt__pending_set(gt_comm *comm, int channel, void (*advance)(void *context),
                     void *context);

/* Whether that is what is under way on a channel. */
bool gt__pending_is(const gt_comm *comm, int channel, const void *context);

/* Take whatever is under way, on all channels, as far as it goes. Never waits.
 */
void gt__pending_advance(gt_comm *comm);

#endif
