/* config_set.c: --set a.b=c, carried out on the tree before it is checked, so
 * that a value from the command line meets the same checks as one from a file.
 */
#include "model/config_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 64, PATH = 256 };

/* One step of a path: where the next node is to be found or put. */
typedef struct walk {
    gt__tree *tree;
    int set;
    const char *rest;      /* of the path, behind `key` */
    char key[KEY];         /* this step */
    char path[PATH + KEY]; /* up to `node` */
    int node;
    int parent, item; /* the list that holds `node`, and its place; else 0 */
} walk;

static gt_status fail(walk *w, const char *what)
{
    return gt_fail(GT_ERR_CONFIG, "--set %.200s: %s %s", w->tree->sets[w->set],
                   w->path[0] ? w->path : "the configuration", what);
}

static bool next_key(walk *w)
{
    size_t n = strcspn(w->rest, ".=");
    if (n == 0 || n >= KEY || (w->rest[n] == '.' && w->rest[n + 1] == '='))
        return false;
    memcpy(w->key, w->rest, n);
    w->key[n] = '\0';
    w->rest += n;
    if (*w->rest == '.')
        w->rest++;
    return true;
}

/* A scalar on the way can only be a layer's bare name: "relu" becomes
 * {relu: {}}. */
static gt_status open_scalar(walk *w)
{
    if (!w->parent || strcmp(gt__tree_word(w->tree, w->node), w->key))
        return fail(w, "is a single value with no such key below it");
    int mapping, empty;
    gt_status status = gt__tree_mapping(w->tree, w->node, &mapping);
    if (status == GT_OK)
        status = gt__tree_mapping(w->tree, w->node, &empty);
    if (status == GT_OK)
        status = gt__tree_put(w->tree, mapping, w->key, empty);
    if (status != GT_OK)
        return status;
    gt__tree_node(w->tree, w->parent)->data.sequence.items.start[w->item] =
        mapping;
    w->node = mapping;
    return GT_OK;
}

/* From a mapping to the value of w->key: `value` if the path ends here. */
static gt_status step_mapping(walk *w, int value)
{
    int *slot = gt__tree_slot(w->tree, w->node, w->key);
    bool make = !value && (!slot || gt__tree_empty(w->tree, *slot));
    gt_status status = GT_OK;
    if (make) {
        status = gt__tree_mapping(w->tree, 0, &value);
        if (status == GT_OK)
            gt__tree_node(w->tree, value)->start_mark = gt__mark_of_set(w->set);
    }
    if (status == GT_OK && !slot)
        status = gt__tree_put(w->tree, w->node, w->key, value);
    else if (status == GT_OK && value)
        *slot = value;
    w->node = value ? value : *slot;
    w->parent = 0;
    return status;
}

static gt_status step_sequence(walk *w, int value)
{
    yaml_node_t *n = gt__tree_node(w->tree, w->node);
    yaml_node_item_t *items = n->data.sequence.items.start;
    long count = (long)(n->data.sequence.items.top - items);
    char *end, what[80];
    long item = strtol(w->key, &end, 10);
    if (*end || w->key[0] < '0' || w->key[0] > '9' || item >= count) {
        snprintf(what, sizeof what, "is a list: give a number from 0 to %ld",
                 count - 1);
        return fail(w, count ? what : "is an empty list");
    }
    if (value)
        items[item] = value;
    w->parent = w->node;
    w->item = (int)item;
    w->node = items[item];
    return GT_OK;
}

/* Take the step w->key; `value` is put there if it is not 0. */
static gt_status step(walk *w, int value)
{
    gt_status status = GT_OK;
    if (gt__tree_word(w->tree, w->node))
        status = open_scalar(w);
    if (status == GT_OK)
        status = gt__tree_node(w->tree, w->node)->type == YAML_SEQUENCE_NODE
                     ? step_sequence(w, value)
                     : step_mapping(w, value);
    size_t used = strlen(w->path);
    snprintf(w->path + used, sizeof w->path - used, "%s%s", used ? "." : "",
             w->key);
    return status;
}

gt_status gt__tree_set(gt__tree *tree, int number)
{
    const char *text = tree->sets[number];
    const char *equals = strchr(text, '=');
    walk w = {.tree = tree, .set = number, .rest = text, .node = 1};
    if (!equals || equals == text || equals - text >= PATH)
        return gt_fail(GT_ERR_CONFIG,
                       "--set %.200s: expected key=value, such as "
                       "train.batch=64",
                       text);
    int value;
    gt_status status = gt__tree_value(tree, number, equals + 1, &value);
    while (status == GT_OK) {
        if (!next_key(&w))
            return gt_fail(GT_ERR_CONFIG,
                           "--set %.200s: a key in front of the = is empty or "
                           "too long",
                           text);
        bool last = *w.rest == '=';
        status = step(&w, last ? value : 0);
        if (last)
            break;
    }
    return status;
}
