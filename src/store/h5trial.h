/* h5trial.h: whether HDF5 survives a file. The library trusts the tables that
 * it reads; where they are damaged, it may crash, or go round in circles.
 */
#ifndef GT_STORE_H5TRIAL_H
#define GT_STORE_H5TRIAL_H

#include "base/status.h"

#include <stddef.h>

/* Have `program`, which must stay, read files as `program inspect FILE`, or
 * `program inspect --tree FILE` where they stay on the disk, and not a fork:
 * for a process that calls MPI, and that waits for its children itself (SIGCHLD
 * is not ignored). */
void gt_h5_try_with(const char *program);

/* Have a child process read all of the file whose bytes these are.
 * GT_ERR_FORMAT if it dies of that, or does not come to an end. What the child
 * can read with errors it reads: they are for the caller to find. GT_ERR_IO or
 * GT_ERR_MEMORY if no process can be started. Ticks while it waits. */
gt_status gt__h5_trial(const char *path, const char *bytes, size_t size);

/* The same of a file on the disk, of which the child reads the tables and the
 * attributes. */
gt_status gt__h5_trial_in_place(const char *path);

#endif
