/* config.h: from a YAML text to a configuration, and what tells two apart.
 * Local.
 *
 * A gt_config holds one struct for each section of its task (base/section.h),
 * and the resolved text: YAML with every key of the task spelled out, which
 * goes into run directories and checkpoints, from where it gives the same
 * configuration again. (Sections that inherit keep only what was said in them,
 * so that a later change of the section they follow still reaches them.)
 */
#ifndef GT_MODEL_CONFIG_H
#define GT_MODEL_CONFIG_H

#include "model/schema.h"

/* Parse YAML `text` of length `size` by the sections of `schema`. `name` is
 * what messages call it (a file's path, or "preset dcgan28"). `sets` are n_sets
 * texts "a.b=c" that replace or add values (c is YAML: a number, a word, a flow
 * list). Fails with GT_ERR_CONFIG; the message gives name, line, key, what is
 * allowed and the nearest known key. */
gt_status gt_config_parse(gt_config **out, const gt_schema *schema,
                          const char *name, const char *text, size_t size,
                          const char *const *sets, int n_sets);
void gt_config_free(gt_config *config);

#endif
