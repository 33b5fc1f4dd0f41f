/* reference.h: the keys of a configuration, as part of a page for people: a
 * paragraph, and then a heading and a table of keys for each section or layer.
 * Local.
 */
#ifndef GT_MODEL_REFERENCE_H
#define GT_MODEL_REFERENCE_H

#include "base/page.h"
#include "model/schema.h"

/* All sections of a schema: each key with its default, its meaning and the
 * values it takes. */
void gt_config_print_reference(const gt_page *page, const gt_schema *schema);

/* The same of all variants that a list may hold, such as the layers. */
void gt_variants_print_reference(const gt_page *page,
                                 const gt_variants *variants);

#endif
