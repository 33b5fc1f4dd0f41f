/* channel.c: an operation attaches itself while it is under way and no longer,
 * so an idle channel costs a comparison. */
#include "comm/channel.h"

#include <assert.h>
#include <stddef.h>

void gt__channel_attach(gt__channel *c, void (*progress)(void *context),
                        void *context)
{
    assert(!c->progress || c->context == context);
    c->progress = progress;
    c->context = context;
}

void gt__channel_detach(gt__channel *c)
{
    c->progress = NULL;
    c->context = NULL;
}

void gt__channels_progress(gt__channel *channels, int n)
{
    for (int i = 0; i < n; i++)
        if (channels[i].progress)
            channels[i].progress(channels[i].context);
}
