/* transform_text.h: data.transform for people. Local.
 */
#ifndef GT_DATA_TRANSFORM_TEXT_H
#define GT_DATA_TRANSFORM_TEXT_H

#include "base/option.h"

/* A list in one line, "divide /energy, log 0.001", cut where there is no room;
 * "none". Returns `text`. */
enum { GT_TRANSFORM_TEXT = 400 };
char *gt_transform_text(const gt_variant_list *list,
                        char text[GT_TRANSFORM_TEXT]);

#endif
