/* config_set.h: changes from the command line. Private to the model room. */
#ifndef GT_MODEL_CONFIG_SET_H
#define GT_MODEL_CONFIG_SET_H

#include "model/config_tree.h"

/* Apply tree->sets[number], "a.b=c": c is YAML, a.b a path of keys and list
 * positions. Mappings that are missing on the way are made. */
gt_status gt__set_apply(gt__tree *tree, int number);

#endif
