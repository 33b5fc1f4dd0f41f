/* config_blocks.c: blocks are unfolded in the tree, before anything is taken
 * from it, so nobody else knows of them, and the resolved text spells them out.
 */
#include "model/config_blocks.h"

#include "model/config_mapping.h"
#include "model/config_use.h"

#include <string.h>

enum { DEEPEST = 8, MOST_ITEMS = 1024 };

typedef struct expander {
    gt__tree *tree;
    int blocks; /* node of the section */
    int uses;   /* of blocks in this list, so far */
} expander;

/* --- Definitions. */

static gt_status check_block(gt__tree *tree, const char *name, int block)
{
    gt__keys keys = {.count = 0};
    char path[GT__PATH];
    gt__path_join("blocks", name, path);
    gt__keys_add(&keys, "with");
    gt__keys_add(&keys, "layers");
    if (!gt__tree_is(tree, block, YAML_MAPPING_NODE))
        return gt__tree_fail(tree, block, path,
                             "expected \"layers\", a list, and \"with\", the "
                             "parameters, if there are any");
    int stranger = gt__mapping_stranger(tree, &keys, block);
    if (stranger)
        return gt__mapping_fail_stranger(tree, &keys, stranger, path);
    int with = gt__tree_find(tree, block, "with");
    int layers = gt__tree_find(tree, block, "layers");
    if (!layers || !gt__tree_is(tree, layers, YAML_SEQUENCE_NODE) ||
        gt__list_count(tree, layers) == 0)
        return gt__tree_fail(tree, layers ? layers : block, path,
                             "expected \"layers\", a list of at least one");
    if (with && !gt__tree_is(tree, with, YAML_MAPPING_NODE))
        return gt__tree_fail(tree, with, path,
                             "with: expected parameters and their defaults");
    for (int i = 0; with && gt__use_words[i]; i++)
        if (gt__tree_find(tree, with, gt__use_words[i]))
            return gt__tree_fail(tree, with, path,
                                 "with: \"%s\" is what every layer may have; "
                                 "choose another word",
                                 gt__use_words[i]);
    return gt__mapping_check_twice(tree, block, path);
}

/* A block that is called like a layer would hide it. */
static gt_status check_block_name(gt__tree *tree, const gt__outline *outline,
                                  int key)
{
    const char *name = gt__tree_word(tree, key);
    for (int i = 0; i < outline->n_parts; i++)
        for (const gt_option *o = outline->part[i].section->options; o->key;
             o++)
            for (int k = 0; o->variants && o->variants->at(k).name; k++)
                if (!strcmp(o->variants->at(k).name, name))
                    return gt__tree_fail(tree, key, "blocks",
                                         "%s is a %s; choose another name",
                                         name, o->variants->noun);
    return GT_OK;
}

static gt_status check_blocks(gt__tree *tree, int blocks,
                              const gt_schema *schema)
{
    gt__outline outline;
    gt__outline_make(&outline, schema);
    if (!gt__tree_is(tree, blocks, YAML_MAPPING_NODE))
        return gt__tree_fail(tree, blocks, "blocks",
                             "expected names and their layers");
    gt_status status = gt__mapping_check_twice(tree, blocks, "blocks");
    yaml_node_t *n = gt__tree_node(tree, blocks);
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
         p < n->data.mapping.pairs.top && status == GT_OK; p++) {
        status = check_block_name(tree, &outline, p->key);
        if (status == GT_OK)
            status = check_block(tree, gt__tree_word(tree, p->key), p->value);
    }
    return status;
}

/* --- Uses. */

/* The item, or what it stands for, to the end of the list `to`. */
static gt_status expand_item(expander *e, int item, int to, int depth)
{
    gt__tree *tree = e->tree;
    int options, first = gt__list_count(tree, to);
    const char *name = gt__item_name(tree, item, &options);
    int block = name ? gt__tree_find(tree, e->blocks, name) : 0;
    if (first >= MOST_ITEMS)
        return gt__tree_fail(tree, item, "",
                             "blocks unfold to more than %d items", MOST_ITEMS);
    if (!block)
        return gt__tree_append(tree, to, item);
    if (depth > DEEPEST)
        return gt__tree_fail(tree, item, "",
                             "block %s: blocks within blocks, more than %d "
                             "deep; does it use itself?",
                             name, DEEPEST);
    gt__use u;
    gt_status status = gt__use_begin(tree, name, block, options, ++e->uses, &u);
    for (int i = 0; status == GT_OK && i < gt__list_count(tree, u.layers);
         i++) {
        int layer;
        status = gt__use_layer(tree, &u, i, gt__list_count(tree, to) - first,
                               &layer);
        if (status == GT_OK)
            status = expand_item(e, layer, to, depth + 1);
    }
    return status;
}

static gt_status expand_list(expander *e, int list, int *expanded)
{
    gt_status status = gt__tree_sequence(e->tree, list, expanded);
    e->uses = 0;
    for (int i = 0; status == GT_OK && i < gt__list_count(e->tree, list); i++)
        status = expand_item(e, gt__list_item(e->tree, list, i), *expanded, 0);
    return status;
}

/* All lists of a section. */
static gt_status expand_section(expander *e, int section)
{
    gt__tree *tree = e->tree;
    gt_status status = GT_OK;
    for (int i = 0;
         status == GT_OK && gt__tree_is(tree, section, YAML_MAPPING_NODE);
         i++) {
        yaml_node_t *n = gt__tree_node(tree, section);
        if (n->data.mapping.pairs.start + i >= n->data.mapping.pairs.top)
            break;
        int value = n->data.mapping.pairs.start[i].value, expanded;
        if (!gt__tree_is(tree, value, YAML_SEQUENCE_NODE))
            continue;
        status = expand_list(e, value, &expanded);
        n = gt__tree_node(tree, section);
        if (status == GT_OK)
            n->data.mapping.pairs.start[i].value = expanded;
    }
    return status;
}

gt_status gt__blocks_expand(gt__tree *tree, const gt_schema *schema)
{
    expander e = {.tree = tree, .blocks = gt__tree_find(tree, 1, "blocks")};
    if (!e.blocks)
        return GT_OK;
    gt_status status = check_blocks(tree, e.blocks, schema);
    for (int i = 0; status == GT_OK; i++) {
        yaml_node_t *root = gt__tree_node(tree, 1);
        if (root->data.mapping.pairs.start + i >= root->data.mapping.pairs.top)
            break;
        int section = root->data.mapping.pairs.start[i].value;
        if (section != e.blocks)
            status = expand_section(&e, section);
    }
    yaml_node_t *root = gt__tree_node(tree, 1);
    yaml_node_pair_t *to = root->data.mapping.pairs.start;
    for (yaml_node_pair_t *p = to; p < root->data.mapping.pairs.top; p++)
        if (p->value != e.blocks)
            *to++ = *p;
    root->data.mapping.pairs.top = to;
    return status;
}
