/* pending.c: a place for each channel, so that nothing is searched for or
 * allocated in a step. */
#include "comm/pending.h"

void gt__pending_set(gt_comm *comm, int channel, void (*advance)(void *context),
                     void *context)
{
    comm->pending[channel] = (struct gt__pending){advance, context};
}

void gt__pending_advance(gt_comm *comm)
{
    for (int i = 0; i < GT_CHANNELS; i++)
        if (comm->pending[i].advance)
            comm->pending[i].advance(comm->pending[i].context);
}
