/* config_value.h: one value. Private to the model room. */
#ifndef GT_MODEL_CONFIG_VALUE_H
#define GT_MODEL_CONFIG_VALUE_H

#include "base/option.h"
#include "model/config_tree.h"

/* Check a value against its line of a table, bring it into its resolved form
 * (*node may be replaced) and store it in `field`. A TEXT is allocated, in the
 * place of what was in the field. `path` is for messages: "train.batch". Not
 * for VARIANTS. */
gt_status gt__value_take(gt__tree *tree, const gt_option *option,
                         const char *path, int *node, void *field);

/* Fail if `node` is one word that looks as if a list was meant: "30,90,1",
 * "28x28x1" or "dense relu". The message says what to write. */
gt_status gt__value_check_list(gt__tree *tree, int node, const char *path);

#endif
