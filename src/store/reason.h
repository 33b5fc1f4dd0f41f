/* reason.h: why something cannot be done with a path. Local. */
#ifndef GT_STORE_REASON_H
#define GT_STORE_REASON_H

/* Why a call of the system on `path` has just failed: what errno means or, if
 * it is that a link on the way leads nowhere, just that. Valid until the
 * thread's next call. */
const char *gt_file_reason(const char *path);

#endif
