/* channel.h: a duplicate of the job's communicator, for the messages of one
 * operation that goes on while the caller computes; and how such an operation
 * is kept going.
 *
 * MPI libraries move data inside MPI calls only. So whatever is under way
 * leaves a function with its channel, and everybody who is in MPI calls anyway,
 * or has a moment to spare, calls those of all channels. The communicator knows
 * no more of what is under way than this. All calls are local. */
#ifndef GT_COMM_CHANNEL_H
#define GT_COMM_CHANNEL_H

#include <mpi.h>

typedef struct gt__channel {
    MPI_Comm comm; /* all ranks */
    /* Takes what is under way as far as it goes, without waiting; NULL: nothing
     * is. */
    void (*progress)(void *context);
    void *context; /* borrowed */
} gt__channel;

/* Something is under way on this channel; it may say so again. Only one thing
 * at a time may be. */
void gt__channel_attach(gt__channel *channel, void (*progress)(void *context),
                        void *context);

/* It is over. */
void gt__channel_detach(gt__channel *channel);

/* Take whatever is under way on n channels as far as it goes. */
void gt__channels_progress(gt__channel *channels, int n);

#endif
