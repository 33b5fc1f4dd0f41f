/* config_check.h: a whole configuration. Private to the model room. */
#ifndef GT_MODEL_CONFIG_CHECK_H
#define GT_MODEL_CONFIG_CHECK_H

#include "model/config_tree.h"
#include "model/schema.h"

/* Is the tree a mapping of keys? */
gt_status gt__config_check_root(gt__tree *tree, const gt_schema *schema);

/* Check the tree against the tables of its task, fill the sections' structs and
 * bring the tree into its resolved form: shorthands written out, defaults
 * filled in, keys in the tables' order. The parts of `config`, which is empty,
 * are there afterwards, some of them also after a failure. */
gt_status gt__config_fill(gt__tree *tree, const gt_schema *schema,
                          gt_config *config);

/* Ask each section whether its values go together. */
gt_status gt__config_check(gt__tree *tree, const gt_config *config);

#endif
