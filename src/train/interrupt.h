/* interrupt.h: signals that ask the training to stop. Local. */
#ifndef GT_TRAIN_INTERRUPT_H
#define GT_TRAIN_INTERRUPT_H

#include <stdbool.h>

/* The signals below do again what they did when the process started: ignored by
 * the caller, or the default. Call it first of all, and after what may load
 * libraries, as some set handlers of their own. Local. */
void gt_interrupt_restore(void);

/* From now on SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1 and SIGUSR2 set a flag
 * instead of ending the process, but for those that are ignored; a second
 * SIGINT ends it. This is never undone, so that a signal after the last step
 * does not kill a run that is complete. A `speaker` says on stderr what the
 * first SIGINT has done. */
void gt_interrupt_watch(bool speaker);

/* Whether this rank was asked to stop. */
bool gt_interrupted(void);

#endif
