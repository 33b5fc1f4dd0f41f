/* h5rehearse.h: HDF5's memory before it is needed. Local. */
#ifndef GT_STORE_H5REHEARSE_H
#define GT_STORE_H5REHEARSE_H

#include "base/status.h"

/* Bytes of memory that gt_h5_rehearse, or a checkpoint's tables, may take. */
static const double gt_h5_room = 16e6;

/* Build a file in memory that has all kinds of contents, and give it up: HDF5
 * takes memory when something is first used, and does not survive not to get
 * it. Call it where there is gt_h5_room, on the thread that will write.
 * GT_ERR_MEMORY. */
gt_status gt_h5_rehearse(void);

#endif
