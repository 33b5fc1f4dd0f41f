/* clock.h: time that never jumps. Local. */
#ifndef GT_BASE_CLOCK_H
#define GT_BASE_CLOCK_H

/* Monotonic seconds since some moment in the past. */
double gt_seconds(void);

#endif
