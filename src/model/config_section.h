/* config_section.h: a section of one configuration for another one. Local.
 */
#ifndef GT_MODEL_CONFIG_SECTION_H
#define GT_MODEL_CONFIG_SECTION_H

#include "base/section.h"
#include "base/status.h"

/* A text for the `sets` of gt_config_parse, "SECTION=...", that gives another
 * configuration the section of `from` as it was resolved, but for the keys of
 * `without`, which ends with NULL. *setting is malloc'ed. GT_ERR_CONFIG: there
 * is no such section; GT_ERR_MEMORY. */
gt_status gt_config_section_setting(const gt_config *from, const char *section,
                                    const char *const *without, char **setting);

#endif
