/* config_check.c: the tree against the tables, before libcyaml sees it, because
 * libcyaml knows neither ranges nor defaults nor line numbers nor what somebody
 * may have meant. Every mapping of a configuration, be it the whole, a section
 * or a layer's options, is checked as one list of keys. */
#include "model/config_check.h"

#include "base/nearest.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MAX_KEYS = 64, PATH = 256 };

/* A key that a mapping may have. */
typedef struct key {
    const char *name;
    int task;                /* that has it; GT_TASK_ANY */
    const gt_option *option; /* of a value; NULL: section or list of layers */
} key;

typedef struct keys {
    key key[MAX_KEYS];
    int count;
} keys;

typedef struct checker {
    gt__tree *tree;
    gt_task_kind task;
} checker;

static const char *task_name(int task)
{
    return gt_config_sections[0].options[0].choices[task];
}

/* Entries of the same name follow each other. */
static void add_key(keys *to, const char *name, int task,
                    const gt_option *option)
{
    if (to->count > 0 && !strcmp(to->key[to->count - 1].name, name)) {
        to->key[to->count - 1].task = GT_TASK_ANY;
    } else {
        assert(to->count < MAX_KEYS);
        to->key[to->count++] = (key){name, task, option};
    }
}

static void add_options(keys *to, const gt_option *options, int task)
{
    for (; options->key; options++)
        add_key(to, options->key, task, options);
}

/* The keys of a section; "" has the sections themselves behind its own. */
static void collect_keys(keys *to, const char *section)
{
    const gt_config_section *s;
    to->count = 0;
    for (s = gt_config_sections; s->name; s++)
        if (!strcmp(s->name, section))
            add_options(to, s->options, s->task);
    for (s = gt_config_sections; s->name && !*section; s++)
        if (*s->name)
            add_key(to, s->name, s->task, NULL);
    if (!strcmp(section, "model"))
        for (const gt_config_list *l = gt_config_lists; l->key; l++)
            add_key(to, l->key, (int)l->task, NULL);
}

static char *join_path(const char *path, const char *name, char to[PATH])
{
    int n = snprintf(to, PATH, "%s%s", path, *path ? "." : "");
    if (n < PATH)
        snprintf(to + n, (size_t)(PATH - n), "%s", name);
    return to;
}

static gt_status fail_unknown(checker *c, const keys *known, int node,
                              const char *path)
{
    const char *word = gt__tree_word(c->tree, node);
    const char *names[MAX_KEYS];
    char list[700] = "", quoted[GT__QUOTED], full[PATH];
    size_t used = 0;
    int n = 0;
    for (int i = 0; i < known->count && used < sizeof list; i++) {
        if (!gt__has_task(known->key[i].task, c->task))
            continue;
        names[n++] = known->key[i].name;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 n > 1 ? ", " : "", known->key[i].name);
    }
    const char *near = gt_nearest(word, names, n);
    gt__quote(word, quoted);
    quoted[strlen(quoted) - 1] = '\0';
    join_path(path, quoted + 1, full);
    if (n == 0)
        return gt__tree_fail(c->tree, node, full,
                             "unknown key; %s takes no options", path);
    return gt__tree_fail(
        c->tree, node, full, "unknown key; %s%s%s(keys %s%s: %s)",
        near ? "did you mean \"" : "", near ? near : "", near ? "\"? " : "",
        *path ? "of " : "at the top", path, list);
}

/* Every key of the mapping is known, of this task, and there once. */
static gt_status check_keys(checker *c, const keys *known, int mapping,
                            const char *path)
{
    bool seen[MAX_KEYS] = {false};
    char full[PATH];
    yaml_node_t *n = gt__tree_node(c->tree, mapping);
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
         p < n->data.mapping.pairs.top; p++) {
        const char *word = gt__tree_word(c->tree, p->key);
        int i = 0;
        while (i < known->count && strcmp(known->key[i].name, word))
            i++;
        if (i == known->count)
            return fail_unknown(c, known, p->key, path);
        join_path(path, word, full);
        if (!gt__has_task(known->key[i].task, c->task))
            return gt__tree_fail(
                c->tree, p->key, full, "only for task %s, but the task is %s",
                task_name(known->key[i].task), task_name(c->task));
        if (seen[i])
            return gt__tree_fail(c->tree, p->key, full,
                                 "given twice; leave one out");
        seen[i] = true;
    }
    return GT_OK;
}

/* Give `mapping` the values[i] of known->key[i] in this order; 0: leave out. */
static gt_status arrange(checker *c, const keys *known, int mapping,
                         const int values[])
{
    yaml_node_t *n = gt__tree_node(c->tree, mapping);
    n->data.mapping.pairs.top = n->data.mapping.pairs.start;
    gt_status status = GT_OK;
    for (int i = 0; i < known->count && status == GT_OK; i++)
        if (values[i])
            status =
                gt__tree_put(c->tree, mapping, known->key[i].name, values[i]);
    return status;
}

/* Check the values that are options; fill in what was not said if `complete`.
 */
static gt_status check_options(checker *c, const keys *known, int mapping,
                               const char *path, bool complete, int values[])
{
    gt_status status = GT_OK;
    char full[PATH];
    for (int i = 0; i < known->count && status == GT_OK; i++) {
        const key *k = &known->key[i];
        values[i] = gt__tree_find(c->tree, mapping, k->name);
        if (!k->option || !gt__has_task(k->task, c->task))
            continue;
        join_path(path, k->name, full);
        if (!values[i] && complete) {
            if (!k->option->otherwise)
                return gt__tree_fail(c->tree, mapping, full, "missing; %s",
                                     k->option->help);
            status =
                gt__tree_value(c->tree, -1, k->option->otherwise, &values[i]);
        }
        if (status == GT_OK && values[i])
            status = gt__value_check(c->tree, k->option, full, &values[i]);
    }
    return status;
}

/* A key without a value counts as an empty mapping. */
static gt_status as_mapping(checker *c, const char *path, const char *what,
                            int *node)
{
    if (!*node || gt__tree_empty(c->tree, *node))
        return gt__tree_mapping(c->tree, *node, node);
    if (gt__tree_node(c->tree, *node)->type == YAML_MAPPING_NODE)
        return GT_OK;
    return gt__tree_fail(c->tree, *node, path, "expected %s", what);
}

/* --- layers --- */

static gt_status find_layer(checker *c, int node, const char *path,
                            const gt_layer_type **type)
{
    const char *word = gt__tree_word(c->tree, node);
    *type = gt_layer_type_find(word);
    if (*type)
        return GT_OK;
    const char *names[MAX_KEYS];
    char list[700] = "", quoted[GT__QUOTED];
    size_t used = 0;
    int n = 0;
    for (; n < gt_layer_type_count && n < MAX_KEYS; n++) {
        names[n] = gt_layer_types[n]->name;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                     n ? ", " : "", names[n]);
    }
    const char *near = gt_nearest(word, names, n);
    return gt__tree_fail(c->tree, node, path,
                         "unknown layer %s; %s%s%s(layers: %s)",
                         gt__quote(word, quoted), near ? "did you mean \"" : "",
                         near ? near : "", near ? "\"? " : "", list);
}

/* One layer into {name: {options}}, or into its name if it has no options. */
static gt_status check_layer(checker *c, const char *path, int *node)
{
    gt__tree *tree = c->tree;
    yaml_node_t *n = gt__tree_node(tree, *node);
    int name = *node, options = 0;
    if (n->type == YAML_SEQUENCE_NODE)
        return gt__tree_fail(tree, *node, path,
                             "a list where a layer is expected");
    if (n->type == YAML_MAPPING_NODE) {
        yaml_node_pair_t *pair = n->data.mapping.pairs.start;
        if (n->data.mapping.pairs.top - pair != 1)
            return gt__tree_fail(
                tree, *node, path,
                "expected one layer, such as \"dense: {units: 10}\", but there "
                "are %ld keys here; indent options deeper than their layer",
                (long)(n->data.mapping.pairs.top - pair));
        name = pair->key;
        options = pair->value;
    }
    const gt_layer_type *type;
    gt_status status = find_layer(c, name, path, &type);
    if (status != GT_OK)
        return status;
    keys known = {.count = 0};
    add_options(&known, type->options, GT_TASK_ANY);
    char full[PATH];
    join_path(path, type->name, full);
    int values[MAX_KEYS] = {0};
    status = as_mapping(c, full, "options, such as {units: 10}", &options);
    if (status == GT_OK)
        status = check_keys(c, &known, options, full);
    if (status == GT_OK)
        status = check_options(c, &known, options, full, true, values);
    if (status == GT_OK && known.count == 0) {
        *node = name;
        return GT_OK;
    }
    if (status == GT_OK)
        status = arrange(c, &known, options, values);
    int layer;
    if (status == GT_OK)
        status = gt__tree_mapping(tree, *node, &layer);
    if (status == GT_OK)
        status = gt__tree_put(tree, layer, type->name, options);
    if (status != GT_OK)
        return status;
    gt__tree_node(tree, options)->data.mapping.style = YAML_FLOW_MAPPING_STYLE;
    *node = layer;
    return GT_OK;
}

static gt_status check_layers(checker *c, const char *name, int model,
                              int *list)
{
    char path[PATH], full[PATH], number[24];
    join_path("model", name, path);
    if (!*list)
        return gt__tree_fail(c->tree, model, path,
                             "missing; task %s needs this list of layers",
                             task_name(c->task));
    yaml_node_t *n = gt__tree_node(c->tree, *list);
    if (n->type != YAML_SEQUENCE_NODE ||
        n->data.sequence.items.start == n->data.sequence.items.top)
        return gt__tree_fail(c->tree, *list, path,
                             "expected a list of layers, such as "
                             "[dense: {units: 10}, relu]");
    n->data.sequence.style = YAML_BLOCK_SEQUENCE_STYLE;
    yaml_node_item_t *items = n->data.sequence.items.start;
    long count = (long)(n->data.sequence.items.top - items);
    gt_status status = GT_OK;
    for (long i = 0; i < count && status == GT_OK; i++) {
        int node = items[i];
        snprintf(number, sizeof number, "%ld", i);
        status = check_layer(c, join_path(path, number, full), &node);
        items[i] = node; /* the list did not move: only nodes were added */
    }
    return status;
}

/* --- sections --- */

static gt_status check_section(checker *c, const char *name, bool inherits,
                               int *node)
{
    keys known;
    int values[MAX_KEYS] = {0};
    collect_keys(&known, name);
    gt_status status = as_mapping(c, name, "keys with values", node);
    if (status == GT_OK)
        status = check_keys(c, &known, *node, name);
    if (status == GT_OK)
        status = check_options(c, &known, *node, name, !inherits, values);
    for (int i = 0; i < known.count && status == GT_OK; i++)
        if (!known.key[i].option && gt__has_task(known.key[i].task, c->task))
            status = check_layers(c, known.key[i].name, *node, &values[i]);
    if (status == GT_OK)
        status = arrange(c, &known, *node, values);
    if (status != GT_OK)
        return status;
    yaml_node_t *n = gt__tree_node(c->tree, *node);
    n->data.mapping.style = YAML_BLOCK_MAPPING_STYLE;
    if (inherits && n->data.mapping.pairs.start == n->data.mapping.pairs.top)
        *node = 0;
    return GT_OK;
}

gt_status gt__config_check(gt__tree *tree, gt_task_kind *task)
{
    checker c = {.tree = tree};
    const gt_option *option = &gt_config_sections[0].options[0];
    int root = 1, node = gt__tree_find(tree, root, option->key);
    if (!node)
        return gt__tree_fail(tree, 0, option->key,
                             "missing; say \"task: gan\" or \"task: vae\" at "
                             "the top");
    gt_status status = gt__value_check(tree, option, option->key, &node);
    if (status != GT_OK)
        return status;
    const char *word = gt__tree_word(tree, node);
    c.task = strcmp(word, task_name(GT_TASK_GAN)) ? GT_TASK_VAE : GT_TASK_GAN;
    *task = c.task;

    keys known;
    int values[MAX_KEYS] = {0};
    collect_keys(&known, "");
    status = check_keys(&c, &known, root, "");
    if (status == GT_OK)
        status = check_options(&c, &known, root, "", true, values);
    const gt_config_section *s = gt_config_sections;
    for (int i = 0; i < known.count && status == GT_OK; i++) {
        if (known.key[i].option || !gt__has_task(known.key[i].task, c.task))
            continue;
        while (strcmp(s->name, known.key[i].name))
            s++;
        status = check_section(&c, s->name, s->inherits != NULL, &values[i]);
    }
    if (status == GT_OK)
        status = arrange(&c, &known, root, values);
    if (status == GT_OK)
        gt__tree_node(tree, root)->data.mapping.style =
            YAML_BLOCK_MAPPING_STYLE;
    return status;
}
