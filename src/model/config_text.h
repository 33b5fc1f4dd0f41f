/* config_text.h: from YAML text to tree and back. Private to the model room. */
#ifndef GT_MODEL_CONFIG_TEXT_H
#define GT_MODEL_CONFIG_TEXT_H

#include "model/config_tree.h"

/* Parse a text into an empty tree: one document, no aliases, keys that are
 * words. Its root is node 1. `name` is what messages call it; it stays
 * borrowed.
 */
gt_status gt__text_parse(gt__tree *tree, const char *name, const char *text,
                         size_t size);

/* Add what a YAML text such as "[1, 2]" says to the tree; it takes its place
 * from a --set, or has none if `set` is -1. */
gt_status gt__text_value(gt__tree *tree, int set, const char *text, int *node);

/* Write what is below a node, the root being 1, as YAML (malloc'ed,
 * NUL-terminated), each mapping and list in the style its node says. */
gt_status gt__text_emit(gt__tree *tree, int node, char **text);

#endif
