/* interrupt.h: signals that ask the training to stop. Local. */
#ifndef GT_TRAIN_INTERRUPT_H
#define GT_TRAIN_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGUSR1 set a flag instead of ending the
 * process; a second SIGINT ends it. This is never undone, so that a signal
 * after the last step does not kill a run that is complete. */
void gt_interrupt_watch(void);

/* Whether this rank was asked to stop. */
bool gt_interrupted(void);

#endif
