/* progress_hook.h: keeps messages moving during a long computation.
 *
 * MPI libraries move data inside MPI calls only, and a layer's backward pass
 * may take a second. Whoever has messages under way sets a function; whoever
 * computes calls it now and then. For the thread that trains alone. Local.
 */
#ifndef GT_BASE_PROGRESS_HOOK_H
#define GT_BASE_PROGRESS_HOOK_H

/* Have gt_progress_hook call `progress` with `context`, but at most once a
 * millisecond; NULL: no more. It must not compute for long. */
void gt_progress_hook_set(void (*progress)(void *context), void *context);

/* To be called between pieces of a computation. Costs next to nothing if no
 * function is set or it is too early. */
void gt_progress_hook(void);

#endif
