/* progress_hook.h: lets a long computation drive what would otherwise stand
 * still.
 *
 * MPI libraries move data inside MPI calls only, and a layer's backward pass
 * may take a second. Whoever has something under way asks to be called now and
 * then; whoever computes says when that would be convenient. Of the thread that
 * trains alone.
 */
#ifndef GT_BASE_PROGRESS_HOOK_H
#define GT_BASE_PROGRESS_HOOK_H

/* Call `beat` with `context` from gt_progress_hook, but not more often than
 * every millisecond; NULL: no more. It must not compute for long. */
void gt_progress_hook_set(void (*beat)(void *context), void *context);

/* A convenient moment. Costs next to nothing if nobody asked or it is too
 * early. */
void gt_progress_hook(void);

#endif
