/* heartbeat.h: what this process is doing, and whether it still does anything,
 * for a watchdog (train/watchdog.h) that looks at it from another thread.
 *
 *     const char *before = gt_phase_enter("waiting for data");
 *     wait();
 *     gt_phase_leave(before);
 *
 * Phases are those of the thread that trains; any thread may read them. All of
 * this is local, and each call costs one atomic operation.
 */
#ifndef GT_BASE_HEARTBEAT_H
#define GT_BASE_HEARTBEAT_H

#include <stdatomic.h>
#include <stdint.h>

/* The phase in which a process waits for other ranks. It is compared by
 * address. */
extern const char gt_phase_ranks[];

/* Name the phase that begins; returns the one that it interrupts. Names are
 * borrowed. */
const char *gt_phase_enter(const char *name);
void gt_phase_leave(const char *before);
const char *gt_phase(void);

/* Something was finished: a step, a layer, a piece of a file. From any thread.
 * Heartbeats of other threads than the one that trains count only while that
 * one waits for them (thread.h). Local, wherever it is called: what other ranks
 * must hear of is collective_tick.h. */
void gt_heartbeat(void);
/* Heartbeats of the thread that trains, so far. */
uint64_t gt_heartbeat_count(void);

/* From now on, count the calling thread's heartbeats in `count` instead; it
 * must outlive the thread. */
void gt_heartbeat_redirect(_Atomic uint64_t *count);

#endif
