/* interrupt.h: being asked to stop. Local.
 */
#ifndef GT_TRAIN_INTERRUPT_H
#define GT_TRAIN_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGUSR1 are remembered instead of ending the
 * process; a second SIGINT ends it. */
void gt_interrupt_watch(void);
void gt_interrupt_unwatch(void);

/* Whether this rank was asked to stop. */
bool gt_interrupted(void);

#endif
