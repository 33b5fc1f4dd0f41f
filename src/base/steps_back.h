/* steps_back.h: layers that are named by how far they stand in front of another
 * one. Local. */
#ifndef GT_BASE_STEPS_BACK_H
#define GT_BASE_STEPS_BACK_H

/* "previous" is one step back, "previous-3" three; 0: it is another name. At
 * most GT_MOST_STEPS_BACK. */
enum { GT_MOST_STEPS_BACK = 1 << 20 };
int gt_steps_back(const char *name);

#endif
