/* pending.c: a place for each channel, so that nothing is searched for or
 * allocated in a step. */
#include "comm/pending.h"

#include <assert.h>

void gt__pending_set(gt_comm *comm, int channel, void (*advance)(void *context),
                     void *context)
{
    struct gt__pending *pending = &comm->pending[channel];
    assert(!advance || !pending->advance || pending->context == context);
    *pending = (struct gt__pending){advance, context};
}

bool gt__pending_is(const gt_comm *comm, int channel, const void *context)
{
    return comm->pending[channel].advance &&
           comm->pending[channel].context == context;
}

void gt__pending_advance(gt_comm *comm)
{
    for (int i = 0; i < GT_CHANNELS; i++)
        if (comm->pending[i].advance)
            comm->pending[i].advance(comm->pending[i].context);
}
