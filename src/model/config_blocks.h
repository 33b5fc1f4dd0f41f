/* config_blocks.h: groups of layers that are written once and used many times.
 * Private to the model room.
 *
 *     blocks:
 *       residual:
 *         with: {filters: 64, kernel: 3}        # parameters, with defaults
 *         layers:
 *           - conv2d: {filters: $filters, kernel: $kernel, name: first}
 *           - add: {from: [input, first]}       # input: what the block reads
 *     model:
 *       generator:
 *         - residual: {filters: 128, name: body, from: z}
 *
 * An item that is called like a block stands for the block's items. Names
 * within it are its own: "first" becomes "body-first", or "residual-1-first"
 * where the item has no name. The last one is called as the item is. */
#ifndef GT_MODEL_CONFIG_BLOCKS_H
#define GT_MODEL_CONFIG_BLOCKS_H

#include "model/config_tree.h"
#include "model/schema.h"

/* Put the items of blocks in the place of those that stand for them, in all
 * lists of the sections, and take the section "blocks" out of the tree. A block
 * may use others. GT_ERR_CONFIG, GT_ERR_MEMORY. */
gt_status gt__blocks_expand(gt__tree *tree, const gt_schema *schema);

#endif
