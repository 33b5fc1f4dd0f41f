/* config_set.c: --set a.b=c, carried out on the tree before it is checked, so
 * that a value from the command line meets the same checks as one from a file.
 */
#include "model/config_set.h"

#include "model/config_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 64, PATH = 256 };

/* How far the path of a --set has been followed. */
typedef struct cursor {
    gt__tree *tree;
    int set;
    const char *rest;      /* of the path, behind `key` */
    char key[KEY];         /* the next step */
    char path[PATH + KEY]; /* up to `node` */
    int node;
    int parent, item; /* the list that holds `node`, and its place; else 0 */
} cursor;

static gt_status fail(cursor *at, const char *what)
{
    return gt_fail(GT_ERR_CONFIG, "--set %.200s: %s %s",
                   at->tree->sets[at->set],
                   at->path[0] ? at->path : "the configuration", what);
}

static bool next_key(cursor *at)
{
    size_t n = strcspn(at->rest, ".=");
    if (n == 0 || n >= KEY || (at->rest[n] == '.' && at->rest[n + 1] == '='))
        return false;
    memcpy(at->key, at->rest, n);
    at->key[n] = '\0';
    at->rest += n;
    if (*at->rest == '.')
        at->rest++;
    return true;
}

/* A scalar within a path can only be an item of a list that is a bare name:
 * "relu" becomes {relu: {}}. */
static gt_status open_scalar(cursor *at)
{
    if (!at->parent || strcmp(gt__tree_word(at->tree, at->node), at->key) != 0)
        return fail(at, "is a single value with no such key below it");
    int mapping, empty;
    gt_status status = gt__tree_mapping(at->tree, at->node, &mapping);
    if (status == GT_OK)
        status = gt__tree_mapping(at->tree, at->node, &empty);
    if (status == GT_OK)
        status = gt__tree_put(at->tree, mapping, at->key, empty);
    if (status != GT_OK)
        return status;
    gt__tree_node(at->tree, at->parent)->data.sequence.items.start[at->item] =
        mapping;
    at->node = mapping;
    return GT_OK;
}

/* From a mapping to the value of at->key: `value` if the path ends here. */
static gt_status step_mapping(cursor *at, int value)
{
    int *slot = gt__tree_slot(at->tree, at->node, at->key);
    bool make = !value && (!slot || gt__tree_empty(at->tree, *slot));
    gt_status status = GT_OK;
    if (make) {
        status = gt__tree_mapping(at->tree, 0, &value);
        if (status == GT_OK)
            gt__tree_node(at->tree, value)->start_mark =
                gt__mark_of_set(at->set);
    }
    if (status != GT_OK)
        return status;
    if (!slot)
        status = gt__tree_put(at->tree, at->node, at->key, value);
    else if (value)
        *slot = value;
    at->node = slot ? *slot : value;
    at->parent = 0;
    return status;
}

static gt_status step_sequence(cursor *at, int value)
{
    yaml_node_t *n = gt__tree_node(at->tree, at->node);
    yaml_node_item_t *items = n->data.sequence.items.start;
    long count = (long)(n->data.sequence.items.top - items);
    char *end, what[80];
    long item = strtol(at->key, &end, 10);
    if (*end || at->key[0] < '0' || at->key[0] > '9' || item >= count) {
        snprintf(what, sizeof what, "is a list: give a number from 0 to %ld",
                 count - 1);
        return fail(at, count ? what : "is an empty list");
    }
    if (value)
        items[item] = value;
    at->parent = at->node;
    at->item = (int)item;
    at->node = items[item];
    return GT_OK;
}

/* Take the step at->key; `value` is put there if it is not 0. */
static gt_status step(cursor *at, int value)
{
    gt_status status = GT_OK;
    if (gt__tree_word(at->tree, at->node))
        status = open_scalar(at);
    if (status == GT_OK)
        status = gt__tree_node(at->tree, at->node)->type == YAML_SEQUENCE_NODE
                     ? step_sequence(at, value)
                     : step_mapping(at, value);
    size_t used = strlen(at->path);
    snprintf(at->path + used, sizeof at->path - used, "%s%s", used ? "." : "",
             at->key);
    return status;
}

gt_status gt__set_apply(gt__tree *tree, int number)
{
    const char *text = tree->sets[number];
    const char *equals = strchr(text, '=');
    cursor at = {.tree = tree, .set = number, .rest = text, .node = 1};
    if (!equals || equals == text || equals - text >= PATH)
        return gt_fail(GT_ERR_CONFIG,
                       "--set %.200s: expected key=value, such as "
                       "train.batch=64",
                       text);
    int value;
    gt_status status = gt__text_value(tree, number, equals + 1, &value);
    while (status == GT_OK) {
        if (!next_key(&at))
            return gt_fail(GT_ERR_CONFIG,
                           "--set %.200s: a key in front of the = is empty or "
                           "too long",
                           text);
        bool last = *at.rest == '=';
        status = step(&at, last ? value : 0);
        if (last)
            break;
    }
    return status;
}
