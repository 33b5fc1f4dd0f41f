/* interrupt.h: signals that ask long work to stop. Local. */
#ifndef GT_BASE_INTERRUPT_H
#define GT_BASE_INTERRUPT_H

#include <stdbool.h>

/* The signals below do again what they did when the process started: ignored by
 * the caller, or the default. Call it first of all, and after what may load
 * libraries, as some set handlers of their own. Local. */
void gt_interrupt_restore(void);

/* From now on SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1 and SIGUSR2 set a flag
 * instead of ending the process, but for those that are ignored; a second
 * SIGINT ends it. This is never undone, so that a signal after the last step
 * does not kill a run that is complete. The first SIGINT
 * writes `text` to stderr, which must stay; NULL: nothing. */
void gt_interrupt_watch(const char *text);

/* Whether this rank was asked to stop. */
bool gt_interrupted(void);

#endif
