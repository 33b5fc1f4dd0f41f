/* h5list.h: all data sets of a file that somebody else made. Local.
 */
#ifndef GT_STORE_FOREIGN_H5LIST_H
#define GT_STORE_FOREIGN_H5LIST_H

#include "store/foreign/h5set.h"

/* Call `visit` for every data set, in name order, until it returns non-zero;
 * also for those whose numbers cannot be read, which have a flaw. Links to
 * other files are not followed. GT_ERR_FORMAT: groups cannot be listed. */
gt_status gt_h5_list(gt_h5 *file,
                     int (*visit)(const gt_h5_about *about, void *context),
                     void *context);

/* What the data set of this name is, also with a flaw. False: there is none. */
bool gt_h5_list_find(gt_h5 *file, const char *name, gt_h5_about *about);

#endif
