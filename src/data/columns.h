/* columns.h: what a configuration tells a model beside samples, and whether a
 * source has it. Local.
 */
#ifndef GT_DATA_COLUMNS_H
#define GT_DATA_COLUMNS_H

#include "data/config.h"
#include "data/source.h"

/* Whether the source has labels for data.classes and the columns of
 * data.conditions. GT_ERR_MISMATCH says what there is. */
gt_status gt_columns_check(const gt_source *source,
                           const gt_data_config *config);

/* The column of that name; -1: there is none. */
int gt_column_find(const gt_source *source, const char *name);

/* The names of all columns, "slant, size", cut where there is no room; "none".
 * Returns `text`. */
enum { GT_COLUMNS_TEXT = 256 };
char *gt_columns_text(const gt_source *source, char text[GT_COLUMNS_TEXT]);

#endif
