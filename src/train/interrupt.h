/* interrupt.h: being asked to stop. Local.
 */
#ifndef GT_TRAIN_INTERRUPT_H
#define GT_TRAIN_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGUSR1 are remembered instead of ending the
 * process; a second SIGINT ends it. For good: a signal that comes after the
 * last step must not turn a run that is complete into one that was killed. */
void gt_interrupt_watch(void);

/* Whether this rank was asked to stop. */
bool gt_interrupted(void);

#endif
