/* config_mapping.c: a mapping against the table of its keys. The options of an
 * item in a list of variants are such a mapping, too, so both are here. */
#include "model/config_mapping.h"

#include "base/nearest.h"
#include "model/config_text.h"
#include "model/config_value.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gt__keys_add(gt__keys *keys, const char *name)
{
    assert(keys->count < GT__MOST_KEYS);
    keys->key[keys->count].name = name;
    keys->key[keys->count].option = NULL;
    keys->key[keys->count].field = NULL;
    keys->key[keys->count++].value = 0;
}

void gt__keys_add_options(gt__keys *keys, const gt_option *options,
                          void *values)
{
    for (; options->key; options++) {
        gt__keys_add(keys, options->key);
        keys->key[keys->count - 1].option = options;
        keys->key[keys->count - 1].field = (char *)values + options->offset;
    }
}

static int find_key(const gt__keys *keys, const char *name)
{
    int i = 0;
    while (i < keys->count && strcmp(keys->key[i].name, name) != 0)
        i++;
    return i;
}

char *gt__path_join(const char *path, const char *name, char to[GT__PATH])
{
    int n = snprintf(to, GT__PATH, "%s%s", path, *path ? "." : "");
    if (n < GT__PATH)
        snprintf(to + n, (size_t)(GT__PATH - n), "%s", name);
    return to;
}

gt_status gt__mapping_of(gt__tree *tree, const char *path, const char *wanted,
                         int *node)
{
    if (!*node || gt__tree_empty(tree, *node))
        return gt__tree_mapping(tree, *node, node);
    if (gt__tree_node(tree, *node)->type == YAML_MAPPING_NODE)
        return GT_OK;
    return gt__tree_fail(tree, *node, path, "expected %s", wanted);
}

/* --- Keys. */

int gt__mapping_stranger(gt__tree *tree, const gt__keys *keys, int mapping)
{
    yaml_node_t *n = gt__tree_node(tree, mapping);
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
         p < n->data.mapping.pairs.top; p++)
        if (find_key(keys, gt__tree_word(tree, p->key)) == keys->count)
            return p->key;
    return 0;
}

gt_status gt__mapping_fail_stranger(gt__tree *tree, const gt__keys *keys,
                                    int key, const char *path)
{
    const char *word = gt__tree_word(tree, key);
    const char *names[GT__MOST_KEYS];
    char list[700] = "", quoted[GT__QUOTED], full[GT__PATH];
    char suggestion[GT_SUGGESTION];
    size_t used = 0;
    for (int i = 0; i < keys->count; i++) {
        names[i] = keys->key[i].name;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                     i ? ", " : "", names[i]);
    }
    gt__quote(word, quoted);
    quoted[strlen(quoted) - 1] = '\0';
    gt__path_join(path, quoted + 1, full);
    if (keys->count == 0)
        return gt__tree_fail(tree, key, full,
                             "unknown key; %s takes no options", path);
    return gt__tree_fail(tree, key, full, "unknown key%s (keys %s%s: %s)",
                         gt_suggestion(word, names, keys->count, suggestion),
                         *path ? "of " : "at the top", path, list);
}

gt_status gt__mapping_check_twice(gt__tree *tree, int mapping, const char *path)
{
    yaml_node_t *n = gt__tree_node(tree, mapping);
    char full[GT__PATH];
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
         p < n->data.mapping.pairs.top; p++) {
        const char *word = gt__tree_word(tree, p->key);
        if (gt__tree_slot(tree, mapping, word) != &p->value)
            return gt__tree_fail(tree, p->key, gt__path_join(path, word, full),
                                 "given twice; leave one out");
    }
    return GT_OK;
}

gt_status gt__mapping_arrange(gt__tree *tree, const gt__keys *keys, int mapping)
{
    yaml_node_t *n = gt__tree_node(tree, mapping);
    n->data.mapping.pairs.top = n->data.mapping.pairs.start;
    gt_status status = GT_OK;
    for (int i = 0; i < keys->count && status == GT_OK; i++)
        if (keys->key[i].value)
            status = gt__tree_put(tree, mapping, keys->key[i].name,
                                  keys->key[i].value);
    return status;
}

/* --- Lists of variants. */

static gt_status find_variant(gt__tree *tree, const gt_variants *variants,
                              int node, const char *path, int *found)
{
    const char *word = gt__tree_word(tree, node);
    const char *names[GT__MOST_KEYS];
    char list[700] = "", quoted[GT__QUOTED], suggestion[GT_SUGGESTION];
    size_t used = 0;
    int n = 0;
    for (; n < GT__MOST_KEYS && (names[n] = variants->at(n).name); n++) {
        if (!strcmp(names[n], word)) {
            *found = n;
            return GT_OK;
        }
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                     n ? ", " : "", names[n]);
    }
    return gt__tree_fail(tree, node, path, "unknown %s %s%s (%s: %s)",
                         variants->noun, gt__quote(word, quoted),
                         gt_suggestion(word, names, n, suggestion),
                         variants->plural, list);
}

/* An item's name, and its options or 0. */
static gt_status split_item(gt__tree *tree, const gt_variants *variants,
                            const char *path, int *name, int *options)
{
    yaml_node_t *n = gt__tree_node(tree, *name);
    *options = 0;
    if (n->type == YAML_SEQUENCE_NODE)
        return gt__tree_fail(tree, *name, path, "a list where a %s is expected",
                             variants->noun);
    if (n->type == YAML_SCALAR_NODE)
        return GT_OK;
    yaml_node_pair_t *pair = n->data.mapping.pairs.start;
    long count = (long)(n->data.mapping.pairs.top - pair);
    if (count != 1)
        return gt__tree_fail(tree, *name, path,
                             "expected one %s, such as \"%s\", but there are "
                             "%ld keys here; indent options deeper than their "
                             "%s",
                             variants->noun, variants->example, count,
                             variants->noun);
    *name = pair->key;
    *options = pair->value;
    return GT_OK;
}

/* A struct for the options of a table, whose keys are added. */
static gt_status add_struct(gt__keys *keys, const gt_option *options,
                            size_t size, void **values)
{
    if (size > 0 && !(*values = calloc(1, size)))
        return gt__tree_no_memory();
    if (options)
        gt__keys_add_options(keys, options, *values);
    return GT_OK;
}

/* Values without keys get those of the table, in its order. */
static gt_status name_values(gt__tree *tree, const gt_option *o,
                             const char *path, int *node)
{
    int values = *node, mapping, n = 0;
    bool list = gt__tree_is(tree, values, YAML_SEQUENCE_NODE);
    int given = list ? gt__list_count(tree, values) : 1;
    while (o && o[n].key)
        n++;
    if (given > n)
        return gt__tree_fail(tree, values, path,
                             "%d values, but it takes at most %d", given, n);
    gt_status status = gt__tree_mapping(tree, values, &mapping);
    for (int i = 0; i < given && status == GT_OK; i++) {
        int value = list ? gt__list_item(tree, values, i) : values;
        status = gt__tree_put(tree, mapping, o[i].key, value);
    }
    *node = mapping;
    return status;
}

static bool has_keys(gt__tree *tree, int options)
{
    return !options || gt__tree_empty(tree, options) ||
           gt__tree_is(tree, options, YAML_MAPPING_NODE);
}

/* Options of one item into structs of their own. */
static gt_status take_options(gt__tree *tree, const gt_variants *variants,
                              gt_variant variant, const char *path,
                              int *options, gt_variant_item *item)
{
    gt__keys keys = {.count = 0};
    char wanted[120];
    snprintf(wanted, sizeof wanted, "options, as in \"%s\"", variants->example);
    gt_status added =
        add_struct(&keys, variant.options, variant.size, &item->options);
    if (added == GT_OK)
        added = add_struct(&keys, variants->common, variants->common_size,
                           &item->common);
    if (added != GT_OK)
        return added;
    gt_status status = GT_OK;
    if (variants->in_order && !has_keys(tree, *options))
        status = name_values(tree, variant.options, path, options);
    if (status == GT_OK)
        status = gt__mapping_of(tree, path, wanted, options);
    if (status != GT_OK)
        return status;
    int stranger = gt__mapping_stranger(tree, &keys, *options);
    if (stranger)
        return gt__mapping_fail_stranger(tree, &keys, stranger, path);
    status = gt__mapping_check_twice(tree, *options, path);
    if (status == GT_OK)
        status = gt__mapping_take(tree, &keys, *options, path, 0);
    if (status == GT_OK)
        status = gt__mapping_arrange(tree, &keys, *options);
    gt__tree_node(tree, *options)->data.mapping.style = YAML_FLOW_MAPPING_STYLE;
    return status;
}

static bool is_empty(gt__tree *tree, int mapping)
{
    const yaml_node_t *n = gt__tree_node(tree, mapping);
    return n->data.mapping.pairs.start == n->data.mapping.pairs.top;
}

/* One item. Its resolved form is {name: {options}}, or the name alone where
 * there are no options. */
static gt_status take_item(gt__tree *tree, const gt_variants *variants,
                           const char *path, int *node, gt_variant_item *item)
{
    int name = *node, options, mapping;
    char full[GT__PATH];
    gt_status status = split_item(tree, variants, path, &name, &options);
    if (status == GT_OK)
        status = find_variant(tree, variants, name, path, &item->variant);
    if (status != GT_OK)
        return status;
    gt_variant variant = variants->at(item->variant);
    gt__path_join(path, variant.name, full);
    status = take_options(tree, variants, variant, full, &options, item);
    if (status == GT_OK && is_empty(tree, options)) {
        *node = name;
        return GT_OK;
    }
    if (status == GT_OK)
        status = gt__tree_mapping(tree, *node, &mapping);
    if (status == GT_OK)
        status = gt__tree_put(tree, mapping, variant.name, options);
    if (status == GT_OK)
        *node = mapping;
    return status;
}

static gt_status take_items(gt__tree *tree, const gt_option *option,
                            const char *path, int node, gt_variant_list *list)
{
    const gt_variants *variants = option->variants;
    yaml_node_t *n = gt__tree_node(tree, node);
    gt_status status = gt__value_check_list(tree, node, path);
    if (status != GT_OK)
        return status;
    bool empty = n->type == YAML_SEQUENCE_NODE &&
                 n->data.sequence.items.start == n->data.sequence.items.top;
    if (empty && option->optional)
        return GT_OK;
    if (n->type != YAML_SEQUENCE_NODE || empty)
        return gt__tree_fail(tree, node, path,
                             "expected a list of %s, such as [%s]",
                             variants->plural, variants->example);
    n->data.sequence.style = YAML_BLOCK_SEQUENCE_STYLE;
    yaml_node_item_t *nodes = n->data.sequence.items.start;
    size_t count = (size_t)(n->data.sequence.items.top - nodes);
    list->items = calloc(count, sizeof *list->items);
    if (!list->items)
        return gt__tree_no_memory();
    list->count = (int)count;
    for (int i = 0; i < list->count && status == GT_OK; i++) {
        char full[GT__PATH], number[24];
        int item = nodes[i];
        snprintf(number, sizeof number, "%d", i);
        status = take_item(tree, variants, gt__path_join(path, number, full),
                           &item, &list->items[i]);
        nodes[i] = item; /* the list did not move: only nodes were added */
    }
    return status;
}

/* --- Values. */

static gt_status take_value(gt__tree *tree, const gt_option *option,
                            const char *path, int *node, void *field)
{
    return option->kind == GT_OPTION_VARIANTS
               ? take_items(tree, option, path, *node, field)
               : gt__value_take(tree, option, path, node, field);
}

gt_status gt__mapping_take(gt__tree *tree, gt__keys *keys, int mapping,
                           const char *path, int base)
{
    gt_status status = GT_OK;
    char full[GT__PATH];
    for (int i = 0; i < keys->count && status == GT_OK; i++) {
        const gt_option *option = keys->key[i].option;
        if (!option)
            continue;
        int node = gt__tree_find(tree, mapping, option->key);
        bool inherited = !node && base;
        gt__path_join(path, option->key, full);
        if (inherited)
            node = gt__tree_find(tree, base, option->key);
        if (!node && option->optional)
            continue;
        if (!node && !option->otherwise)
            status =
                gt__tree_fail(tree, mapping, full, "missing; %s", option->help);
        else if (!node)
            status = gt__text_value(tree, -1, option->otherwise, &node);
        if (status == GT_OK)
            status = take_value(tree, option, full, &node, keys->key[i].field);
        keys->key[i].value = inherited ? 0 : node;
    }
    return status;
}
