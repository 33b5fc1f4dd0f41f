/* contact_sheet.h: a picture of data as they are. Local.
 */
#ifndef GT_RUN_CONTACT_SHEET_H
#define GT_RUN_CONTACT_SHEET_H

#include "data/source.h"

/* Samples on a sheet, and points, at most. */
enum { GT_CONTACT_SHEET = 64, GT_CONTACT_POINTS = 2000 };

/* Write a picture of samples that are spread evenly over the source, in units
 * of the data. One that cannot be read is left blank, and the first of them is
 * warned of. GT_ERR_IO, GT_ERR_MEMORY; GT_ERR_FORMAT: none can be read. */
gt_status gt_contact_sheet_write(const char *path, const gt_source *source);

#endif
