/* library.h: which MPI library this is, and which launchers it sees. */
#ifndef GT_COMM_MPI_LIBRARY_H
#define GT_COMM_MPI_LIBRARY_H

#include "comm/launcher.h"

enum { GT_LIBRARY_TEXT = 64 };

/* The library's name and version: "Open MPI v4.1.4". Local; works before MPI
 * starts as well. */
void gt_comm_library(char text[GT_LIBRARY_TEXT]);

/* Whether there is a launcher that this library cannot see. Only of Open MPI
 * this is known before it starts; others are seen to be alone then. Local. */
bool gt__library_misses(const gt_launcher *launcher);

/* GT_ERR_USAGE if the launcher started more processes than the `size` that MPI
 * sees; the message says what starts ranks of this library. Local. */
gt_status gt__library_check(const gt_launcher *launcher, int size);

#endif
