/* config_use.c: a block's items as they are written where the block is used.
 *
 * What an item reads is said by names, or by how many items before it: that is
 * how a block's items reach what stands in front of the block. */
#include "model/config_use.h"

#include "base/nearest.h"
#include "base/steps_back.h"
#include "model/config_mapping.h"

#include <stdio.h>
#include <string.h>

enum { NAME = GT__USE_NAME };

const char *const gt__use_words[] = {"name", "from", NULL};

/* An item's name, and its options or 0; NULL: it is no item. */
const char *gt__item_name(gt__tree *tree, int item, int *options)
{
    yaml_node_t *n = gt__tree_node(tree, item);
    *options = 0;
    if (n->type == YAML_SCALAR_NODE)
        return gt__tree_word(tree, item);
    if (n->type != YAML_MAPPING_NODE ||
        n->data.mapping.pairs.top - n->data.mapping.pairs.start != 1)
        return NULL;
    *options = n->data.mapping.pairs.start->value;
    return gt__tree_word(tree, n->data.mapping.pairs.start->key);
}

/* --- Parameters. */

static gt_status fail_parameter(gt__tree *tree, const gt__use *u, int node,
                                const char *word, const char *what)
{
    const char *names[GT__MOST_KEYS];
    char list[400] = "", suggestion[GT_SUGGESTION];
    size_t used = 0;
    int n = 0;
    yaml_node_t *with = u->with ? gt__tree_node(tree, u->with) : NULL;
    for (yaml_node_pair_t *p = with ? with->data.mapping.pairs.start : NULL;
         with && p < with->data.mapping.pairs.top && n < GT__MOST_KEYS; p++) {
        names[n] = gt__tree_word(tree, p->key);
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%.40s",
                                     n ? ", " : "", names[n]);
        n++;
    }
    return gt__tree_fail(tree, node, "", "block %s: %s \"%.60s\"%s (%s)",
                         u->block, what, word,
                         gt_suggestion(word, names, n, suggestion),
                         n ? list : "it has no parameters");
}

/* The node of $word. */
static gt_status find_parameter(gt__tree *tree, const gt__use *u, int node,
                                const char *word, int *value)
{
    int otherwise = gt__tree_find(tree, u->with, word);
    *value = gt__tree_find(tree, u->options, word);
    if (!otherwise)
        return fail_parameter(tree, u, node, word, "there is no parameter");
    if (!*value)
        *value = otherwise;
    if (gt__tree_empty(tree, *value))
        return gt__tree_fail(tree, u->options ? u->options : node, "",
                             "block %s: give its parameter \"%s\"", u->block,
                             word);
    return GT_OK;
}

static gt_status check_options(gt__tree *tree, const gt__use *u)
{
    if (!u->options)
        return GT_OK;
    if (!gt__tree_is(tree, u->options, YAML_MAPPING_NODE))
        return gt__tree_fail(tree, u->options, "",
                             "block %s: expected parameters, as in \"%s: "
                             "{name: a}\"",
                             u->block, u->block);
    yaml_node_t *n = gt__tree_node(tree, u->options);
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
         p < n->data.mapping.pairs.top; p++) {
        const char *word = gt__tree_word(tree, p->key);
        bool known = gt__tree_find(tree, u->with, word) != 0;
        for (int i = 0; gt__use_words[i]; i++)
            known = known || !strcmp(word, gt__use_words[i]);
        if (!known)
            return fail_parameter(tree, u, p->key, word,
                                  "there is no parameter");
    }
    return GT_OK;
}

/* A copy of a node, with parameters filled in. */
static gt_status copy(gt__tree *tree, const gt__use *u, int node, int *to)
{
    gt_status status = GT_OK;
    const char *word = gt__tree_word(tree, node);
    if (word && word[0] == '$') {
        int value;
        status = find_parameter(tree, u, node, word + 1, &value);
        return status == GT_OK ? copy(tree, &(gt__use){0}, value, to) : status;
    }
    if (word)
        return gt__tree_scalar(tree, word, node, to);
    bool list = gt__tree_is(tree, node, YAML_SEQUENCE_NODE);
    status = list ? gt__tree_sequence(tree, node, to)
                  : gt__tree_mapping(tree, node, to);
    for (int i = 0; list && i < gt__list_count(tree, node) && status == GT_OK;
         i++) {
        int item;
        status = copy(tree, u, gt__list_item(tree, node, i), &item);
        if (status == GT_OK)
            status = gt__tree_append(tree, *to, item);
    }
    for (int i = 0; !list && status == GT_OK; i++) {
        yaml_node_t *n = gt__tree_node(tree, node);
        if (n->data.mapping.pairs.start + i >= n->data.mapping.pairs.top)
            break;
        yaml_node_pair_t pair = n->data.mapping.pairs.start[i];
        int value;
        status = copy(tree, u, pair.value, &value);
        if (status == GT_OK)
            status =
                gt__tree_put(tree, *to, gt__tree_word(tree, pair.key), value);
    }
    return status;
}

/* --- Names. */

static bool is_local(gt__tree *tree, const gt__use *u, const char *word)
{
    for (int i = 0; i < gt__list_count(tree, u->layers); i++) {
        int options;
        if (!gt__item_name(tree, gt__list_item(tree, u->layers, i), &options) ||
            !options || !gt__tree_is(tree, options, YAML_MAPPING_NODE))
            continue;
        int name = gt__tree_find(tree, options, "name");
        const char *own = name ? gt__tree_word(tree, name) : NULL;
        if (own && !strcmp(own, word))
            return true;
    }
    return false;
}

/* Append to the list `to` what `word` means outside of the block. */
static gt_status append_source(gt__tree *tree, const gt__use *u, int like,
                               const char *word, int to)
{
    char text[2 * NAME];
    int node;
    snprintf(text, sizeof text, "%.90s", word);
    if (is_local(tree, u, word))
        snprintf(text, sizeof text, "%.90s-%.90s", u->name, word);
    gt_status status = gt__tree_scalar(tree, text, like, &node);
    return status == GT_OK ? gt__tree_append(tree, to, node) : status;
}

/* What the block reads, as its item number `i` sees it. */
static gt_status append_input(gt__tree *tree, const gt__use *u, int like, int i,
                              int to)
{
    int from = gt__tree_find(tree, u->options, "from");
    bool list = from && gt__tree_is(tree, from, YAML_SEQUENCE_NODE);
    int n = !from ? 1 : list ? gt__list_count(tree, from) : 1;
    gt_status status = GT_OK;
    for (int k = 0; k < n && status == GT_OK; k++) {
        char text[NAME];
        const char *word = "previous";
        if (from)
            word =
                gt__tree_word(tree, list ? gt__list_item(tree, from, k) : from);
        if (!word)
            return gt__tree_fail(tree, from, "",
                                 "block %s: from: expected names", u->block);
        snprintf(text, sizeof text, "%.90s", word);
        if (gt_steps_back(word))
            snprintf(text, sizeof text, "previous-%d", gt_steps_back(word) + i);
        int node;
        status = gt__tree_scalar(tree, text, like, &node);
        if (status == GT_OK)
            status = gt__tree_append(tree, to, node);
    }
    return status;
}

/* Rewrite the "from" of an item that was copied. */
static gt_status rewrite_from(gt__tree *tree, const gt__use *u, int i,
                              int options)
{
    int *slot = gt__tree_slot(tree, options, "from"), list, from;
    bool reads_input =
        !slot && i == 0 && gt__tree_find(tree, u->options, "from");
    if (!slot && !reads_input)
        return GT_OK;
    from = slot ? *slot : options;
    gt_status status = gt__tree_sequence(tree, from, &list);
    bool many = slot && gt__tree_is(tree, from, YAML_SEQUENCE_NODE);
    int n = !slot ? 1 : many ? gt__list_count(tree, from) : 1;
    for (int k = 0; k < n && status == GT_OK; k++) {
        const char *word = "input";
        if (slot)
            word =
                gt__tree_word(tree, many ? gt__list_item(tree, from, k) : from);
        if (!word) /* nonsense is refused where it is taken */
            return GT_OK;
        status = strcmp(word, "input") != 0
                     ? append_source(tree, u, from, word, list)
                     : append_input(tree, u, from, i, list);
    }
    if (status != GT_OK)
        return status;
    if (!slot)
        return gt__tree_put(tree, options, "from", list);
    *gt__tree_slot(tree, options, "from") = list;
    return GT_OK;
}

/* Rewrite its "name"; the last item has that of the use. */
static gt_status rewrite_name(gt__tree *tree, const gt__use *u, bool last,
                              int options)
{
    int *slot = gt__tree_slot(tree, options, "name"), node;
    const char *own = slot ? gt__tree_word(tree, *slot) : NULL;
    char text[2 * NAME];
    if (!own && !(last && u->is_named))
        return GT_OK;
    if (last && u->is_named)
        snprintf(text, sizeof text, "%s", u->name);
    else
        snprintf(text, sizeof text, "%.90s-%.90s", u->name, own);
    gt_status status =
        gt__tree_scalar(tree, text, slot ? *slot : options, &node);
    if (status != GT_OK)
        return status;
    if (!slot)
        return gt__tree_put(tree, options, "name", node);
    *gt__tree_slot(tree, options, "name") = node;
    return GT_OK;
}

/* --- Layers. */

/* A bare name may need options now. */
static gt_status add_options(gt__tree *tree, const char *name, int *item,
                             int *options)
{
    int mapping;
    gt_status status = gt__tree_mapping(tree, *item, options);
    if (status == GT_OK)
        status = gt__tree_mapping(tree, *item, &mapping);
    if (status == GT_OK)
        status = gt__tree_put(tree, mapping, name, *options);
    if (status == GT_OK)
        *item = mapping;
    return status;
}

gt_status gt__use_layer(gt__tree *tree, const gt__use *u, int i, int place,
                        int *item)
{
    int options;
    bool last = i + 1 == gt__list_count(tree, u->layers);
    gt_status status = copy(tree, u, gt__list_item(tree, u->layers, i), item);
    if (status != GT_OK)
        return status;
    const char *name = gt__item_name(tree, *item, &options);
    if (name && !options)
        status = add_options(tree, name, item, &options);
    if (!name || status != GT_OK ||
        !gt__tree_is(tree, options, YAML_MAPPING_NODE))
        return status; /* nonsense is refused where it is taken */
    status = rewrite_from(tree, u, place, options);
    return status == GT_OK ? rewrite_name(tree, u, last, options) : status;
}

gt_status gt__use_begin(gt__tree *tree, const char *block, int definition,
                        int options, int number, gt__use *u)
{
    if (options && gt__tree_empty(tree, options))
        options = 0;
    *u = (gt__use){.block = block,
                   .with = gt__tree_find(tree, definition, "with"),
                   .layers = gt__tree_find(tree, definition, "layers"),
                   .options = options};
    gt_status status = check_options(tree, u);
    if (status != GT_OK)
        return status;
    int name = gt__tree_find(tree, options, "name");
    u->is_named = name && gt__tree_word(tree, name);
    if (u->is_named)
        snprintf(u->name, GT__USE_NAME, "%s", gt__tree_word(tree, name));
    else
        snprintf(u->name, GT__USE_NAME, "%.60s-%d", block, number);
    return GT_OK;
}
