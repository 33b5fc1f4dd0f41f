/* config_tree.h: a configuration as libyaml's document, between its text and
 * the structs of its sections. Private to the model room.
 *
 * Nodes are numbers, as in libyaml's document: pointers to nodes do not survive
 * additions. Every node knows the line or the --set it came from.
 */
#ifndef GT_MODEL_CONFIG_TREE_H
#define GT_MODEL_CONFIG_TREE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

typedef struct gt__tree {
    yaml_document_t doc;
    bool loaded;             /* doc is there */
    const char *name;        /* borrowed: what messages call the text */
    const char *const *sets; /* borrowed */
} gt__tree;

void gt__tree_free(gt__tree *tree);

/* Fail with GT_ERR_CONFIG: "PLACE: PATH: message". The place is the line or the
 * --set of `node`, or only the name of the text for node 0. */
gt_status gt__tree_fail(gt__tree *tree, int node, const char *path,
                        const char *format, ...)
    __attribute__((format(printf, 4, 5)));

gt_status gt__tree_no_memory(void);

/* The mark of nodes from the --set of this number; -1: of those without a
 * place. */
yaml_mark_t gt__mark_of_set(int number);

/* Put the place that a mark stands for in front of the message. */
gt_status gt__tree_place(const gt__tree *tree, yaml_mark_t mark);

/* A name from the user's file for a message: quoted, cut when long. */
enum { GT__QUOTED = 72 };
char *gt__quote(const char *word, char text[GT__QUOTED]);

/* Look. `find` gives the value of a key, 0 if there is none, also for node 0.
 * `slot` is where a mapping keeps a value, NULL if it has none; it stays valid
 * until a pair is added to this mapping. `word` is a scalar's text, NULL for
 * other nodes. */
yaml_node_t *gt__tree_node(gt__tree *tree, int node);
bool gt__tree_is(gt__tree *tree, int node, yaml_node_type_t type);
int gt__tree_find(gt__tree *tree, int mapping, const char *key);
int *gt__tree_slot(gt__tree *tree, int mapping, const char *key);
const char *gt__tree_word(gt__tree *tree, int node);
bool gt__tree_empty(gt__tree *tree, int node);  /* a key without a value */
bool gt__tree_is_set(gt__tree *tree, int node); /* it comes from a --set */

/* The nodes of a list. They must be read anew when nodes were added. */
int gt__list_count(gt__tree *tree, int list);
int gt__list_item(gt__tree *tree, int list, int i);

/* Add nodes; they take their place from the node `like`, or have none if that
 * is 0. */
gt_status gt__tree_scalar(gt__tree *tree, const char *text, int like,
                          int *node);
gt_status gt__tree_mapping(gt__tree *tree, int like, int *node);
gt_status gt__tree_sequence(gt__tree *tree, int like, int *node);

/* Put a pair at the end of a mapping, an item at the end of a list. The key
 * takes its place from the value. */
gt_status gt__tree_put(gt__tree *tree, int mapping, const char *key, int value);
gt_status gt__tree_append(gt__tree *tree, int sequence, int item);

#endif
