/* config_use.h: one use of a block (config_blocks.h). Private to the model
 * room.
 */
#ifndef GT_MODEL_CONFIG_USE_H
#define GT_MODEL_CONFIG_USE_H

#include "model/config_tree.h"

enum { GT__USE_NAME = 96 };

typedef struct gt__use {
    const char *block; /* its name; borrowed from the tree */
    int with, layers;  /* nodes of its definition; with: 0 if it has none */
    int options;       /* node of what the item gives; 0: nothing */
    char name[GT__USE_NAME];
    bool is_named; /* by the item; else the name is the block's and a number */
} gt__use;

/* What every item may have beside parameters; ends with NULL. */
extern const char *const gt__use_words[];

/* The name of a list's item, with its options, or 0; NULL: it is no item. */
const char *gt__item_name(gt__tree *tree, int item, int *options);

/* Begin with the block's definition and the item's options; `number` is for a
 * use without a name. GT_ERR_CONFIG if there is no such parameter. */
gt_status gt__use_begin(gt__tree *tree, const char *block, int definition,
                        int options, int number, gt__use *use);

/* A copy of layer number `i` of the block as it is written outside: with
 * parameters filled in, and names made the use's own. `place` says how many
 * items of this use stand in front of it. GT_ERR_CONFIG, GT_ERR_MEMORY. */
gt_status gt__use_layer(gt__tree *tree, const gt__use *use, int i, int place,
                        int *item);

#endif
