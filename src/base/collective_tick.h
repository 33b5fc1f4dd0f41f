/* collective_tick.h: progress of work that other ranks wait for.
 *
 * While a rank reads or writes a large file, the other ranks wait for it in a
 * collective call, where they cannot see whether it still works or hangs. So
 * loops that may take long say after each piece that they go on.
 */
#ifndef GT_BASE_COLLECTIVE_TICK_H
#define GT_BASE_COLLECTIVE_TICK_H

/* One more piece is done: a heartbeat. PART OF A COLLECTIVE between
 * gt_comm_work_begin and gt_comm_work_end (comm.h), on the thread that called
 * the former: there some of these calls are all-reduces over the job. The other
 * ranks join them from gt_comm_work_end, or by a tick of their own if they are
 * at work themselves. Ranks need not tick equally often, but a rank between
 * begin and end must not be in any other collective call when another one
 * ticks.
 *
 * Everywhere else, and on all other threads, a tick is a local heartbeat and no
 * more. A function that ticks is itself part of a collective in this sense, and
 * its header says so. */
void gt_collective_tick(void);

/* Have each tick of the calling thread passed on to `tick`; NULL: no more. For
 * comm alone. */
void gt_collective_tick_set(void (*tick)(void *context), void *context);

#endif
