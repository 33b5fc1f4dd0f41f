/* heartbeat.h: what this process is doing, for a watchdog that wonders why it
 * does not go on.
 *
 *     const char *before = gt_phase_enter("waiting for data");
 *     wait();
 *     gt_phase_leave(before);
 *
 * Phases are those of the thread that trains; any thread may ask. Costs an
 * atomic store.
 */
#ifndef GT_BASE_HEARTBEAT_H
#define GT_BASE_HEARTBEAT_H

#include <stdatomic.h>
#include <stdint.h>

/* The phase in which a process waits for what other ranks owe it; a pointer to
 * be compared. */
extern const char gt_phase_ranks[];

/* Name what begins; returns what it interrupts. Names are borrowed. */
const char *gt_phase_enter(const char *name);
void gt_phase_leave(const char *before);
const char *gt_phase(void);

/* Sign of life: something was finished, a step, a layer, a piece of a file.
 * From any thread: what other threads finish says nothing of the one that
 * trains and counts only while that waits for them (thread.h). */
void gt_heartbeat(void);
/* How many such signs the thread that trains has given. */
uint64_t gt_heartbeat_count(void);

/* Have the signs of the thread that trains passed on, on that thread. NULL: to
 * nobody any more. */
void gt_heartbeat_listen(void (*hear)(void *context), void *context);

/* Count the signs of the calling thread, which does not train, in `own`. */
void gt_heartbeat_count_apart(_Atomic uint64_t *own);

#endif
