/* texts.h: texts of any length to and from rank 0. */
#ifndef GT_COMM_TEXTS_H
#define GT_COMM_TEXTS_H

#include "comm/comm.h"

/* Collective: rank 0's malloc'ed text to all ranks; *text is replaced on the
 * others, who must free it too. GT_ERR_MEMORY on every rank if one has none. */
gt_status gt_comm_broadcast_text(gt_comm *comm, char **text);

/* Collective: every rank's text `mine`, one after the other in the order of
 * ranks, into rank 0's malloc'ed *all (NULL on the others). GT_ERR_MEMORY on
 * every rank if one has no room. */
gt_status gt_comm_gather_text(gt_comm *comm, const char *mine, char **all);

#endif
