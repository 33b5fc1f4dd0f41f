/* phase.h: what this process is doing, for a watchdog that wonders why it does
 * not go on.
 *
 *     const char *before = gt_phase_enter("waiting for data");
 *     wait();
 *     gt_phase_leave(before);
 *
 * Of the thread that trains alone; any thread may ask. Costs an atomic store.
 */
#ifndef GENTRAIN_PHASE_H
#define GENTRAIN_PHASE_H

#include <stdint.h>

/* The phase in which a process waits for what other ranks owe it; a pointer to
 * be compared. */
extern const char gt_phase_ranks[];

/* Name what begins; returns what it interrupts. Names are borrowed. */
const char *gt_phase_enter(const char *name);
void gt_phase_leave(const char *before);
const char *gt_phase(void);

/* Sign of life: something was finished. */
void gt_phase_beat(void);
/* How many such signs there were. */
uint64_t gt_phase_beats(void);

#endif
