/* config_mapping.h: a mapping of keys that tables list: a section, the options
 * of an item in a list, or the whole configuration. Private to the model room.
 */
#ifndef GT_MODEL_CONFIG_MAPPING_H
#define GT_MODEL_CONFIG_MAPPING_H

#include "base/option.h"
#include "model/config_tree.h"

enum { GT__MOST_KEYS = 64, GT__PATH = 256 };

/* The keys that a mapping may have, in the order of the resolved text. */
typedef struct gt__keys {
    struct {
        const char *name;
        const gt_option *option; /* NULL: a section */
        void *field;             /* where its value goes */
        int value;               /* node, once it is taken; 0: left out */
    } key[GT__MOST_KEYS];
    int count;
} gt__keys;

void gt__keys_add(gt__keys *keys, const char *name);
/* The keys of a table, with the struct that it fills. */
void gt__keys_add_options(gt__keys *keys, const gt_option *options,
                          void *values);

/* "PATH.NAME", or "NAME" where the path is "", cut to fit. Returns `to`. */
char *gt__path_join(const char *path, const char *name, char to[GT__PATH]);

/* A key without a value counts as an empty mapping. */
gt_status gt__mapping_of(gt__tree *tree, const char *path, const char *wanted,
                         int *node);

/* The first key of the mapping that is not among `keys`; 0: there is none. */
int gt__mapping_stranger(gt__tree *tree, const gt__keys *keys, int mapping);
gt_status gt__mapping_fail_stranger(gt__tree *tree, const gt__keys *keys,
                                    int key, const char *path);

/* Fail if a key is given twice. */
gt_status gt__mapping_check_twice(gt__tree *tree, int mapping,
                                  const char *path);

/* Take the values of all options into their fields. What is not said comes from
 * the mapping `base`, which is taken already, or if that is 0 from the table's
 * defaults; these become part of the mapping, what is inherited does not. */
gt_status gt__mapping_take(gt__tree *tree, gt__keys *keys, int mapping,
                           const char *path, int base);

/* Make the mapping hold the values of its keys, in their order. */
gt_status gt__mapping_arrange(gt__tree *tree, const gt__keys *keys,
                              int mapping);

#endif
