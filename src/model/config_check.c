/* config_check.c: the sections of a configuration. The task comes first, as it
 * says which sections and keys there are. */
#include "model/config_check.h"

#include "model/config_mapping.h"
#include "model/config_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct checker {
    gt__tree *tree;
    gt__outline outline;
    gt_config *config;
} checker;

static bool has_part(const checker *c, int i)
{
    return c->outline.part[i].tasks >> c->config->task & 1;
}

/* The tasks that have the key: a section's, or for "" a section. */
static uint32_t tasks_with(const checker *c, const char *section,
                           const char *key)
{
    uint32_t tasks = 0;
    for (int i = 0; i < c->outline.n_parts; i++) {
        const gt__part *part = &c->outline.part[i];
        if (!*section && !strcmp(part->section->name, key))
            tasks |= part->tasks;
        if (strcmp(part->section->name, section) != 0)
            continue;
        for (const gt_option *o = part->section->options; o->key; o++)
            if (!strcmp(o->key, key))
                tasks |= part->tasks;
    }
    return tasks;
}

static gt_status check_keys(checker *c, const gt__keys *keys, int mapping,
                            const char *section)
{
    int stranger = gt__mapping_stranger(c->tree, keys, mapping);
    if (!stranger)
        return gt__mapping_check_twice(c->tree, mapping, section);
    const char *word = gt__tree_word(c->tree, stranger);
    uint32_t tasks = tasks_with(c, section, word);
    char full[GT__PATH], names[GT__TASKS_TEXT], meant[GT_SCHEMA_KEY];
    uint32_t ours = (uint32_t)1 << c->config->task;
    if (!tasks && gt__outline_find_key(&c->outline, ours, word, false, meant))
        return gt__tree_fail(c->tree, stranger,
                             gt__path_join(section, word, full),
                             "unknown key; did you mean \"%s\"?", meant);
    if (!tasks)
        return gt__mapping_fail_stranger(c->tree, keys, stranger, section);
    return gt__tree_fail(c->tree, stranger, gt__path_join(section, word, full),
                         "only for task %s, but the task is %s",
                         gt__tasks_text(&c->outline, tasks, names),
                         c->config->task_name);
}

/* --- A section. */

static gt_status new_values(checker *c, const gt_section *section,
                            void **values)
{
    gt_config *config = c->config;
    *values = calloc(1, section->size);
    if (!*values)
        return gt__tree_no_memory();
    struct gt_config_part *part = &config->parts[config->n_parts++];
    part->section = section;
    part->values = *values;
    return GT_OK;
}

/* The keys of all parts of a section that the task has. */
static gt_status collect_keys(checker *c, const char *name, gt__keys *keys)
{
    gt_status status = GT_OK;
    keys->count = 0;
    for (int i = 0; i < c->outline.n_parts && status == GT_OK; i++) {
        const gt_section *section = c->outline.part[i].section;
        void *values = NULL;
        if (!has_part(c, i) || strcmp(section->name, name) != 0)
            continue;
        status = new_values(c, section, &values);
        if (status == GT_OK)
            gt__keys_add_options(keys, section->options, values);
    }
    return status;
}

/* A task without its networks deserves more words than a missing number. */
static gt_status check_lists(checker *c, const gt__keys *keys, int mapping,
                             const char *section)
{
    for (int i = 0; i < keys->count; i++) {
        const gt_option *o = keys->key[i].option;
        char full[GT__PATH];
        if (o->kind == GT_OPTION_VARIANTS && !o->optional &&
            !gt__tree_find(c->tree, mapping, o->key))
            return gt__tree_fail(c->tree, mapping,
                                 gt__path_join(section, o->key, full),
                                 "missing; task %s needs this list of %s",
                                 c->config->task_name, o->variants->plural);
    }
    return GT_OK;
}

static int value_of(const gt__keys *keys, const char *name)
{
    int i = 0;
    while (i < keys->count && strcmp(keys->key[i].name, name) != 0)
        i++;
    return i < keys->count ? keys->key[i].value : 0;
}

/* Fill section number i; those before it are filled, so that it may inherit
 * from them. Its value is 0 afterwards if all of it is inherited. */
static gt_status fill_section(checker *c, gt__keys *sections, int i)
{
    gt__tree *tree = c->tree;
    const char *name = sections->key[i].name;
    int *node = &sections->key[i].value;
    int part = c->config->n_parts;
    gt__keys keys;
    gt_status status = collect_keys(c, name, &keys);
    if (status == GT_OK)
        status = gt__mapping_of(tree, name, "keys with values", node);
    if (status == GT_OK)
        status = check_keys(c, &keys, *node, name);
    if (status == GT_OK)
        status = check_lists(c, &keys, *node, name);
    if (status != GT_OK)
        return status;
    const gt_section *base = c->config->parts[part].section->inherits;
    status = gt__mapping_take(tree, &keys, *node, name,
                              base ? value_of(sections, base->name) : 0);
    if (status == GT_OK)
        status = gt__mapping_arrange(tree, &keys, *node);
    if (status != GT_OK)
        return status;
    yaml_node_t *n = gt__tree_node(tree, *node);
    n->data.mapping.style = YAML_BLOCK_MAPPING_STYLE;
    if (base && n->data.mapping.pairs.start == n->data.mapping.pairs.top)
        *node = 0;
    return GT_OK;
}

/* --- The whole. */

/* `"task: gan" or "task: vae"` in `text`; returns it. */
enum { TASK_LINES = 400 };
static char *task_lines(const gt__outline *outline, char text[TASK_LINES])
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < outline->n_tasks && used < TASK_LINES; i++)
        used +=
            (size_t)snprintf(text + used, TASK_LINES - used, "%s\"task: %s\"",
                             i ? " or " : "", outline->task[i]);
    return text;
}

gt_status gt__config_check_root(gt__tree *tree, const gt_schema *schema)
{
    gt__outline outline;
    char lines[TASK_LINES];
    if (gt__tree_node(tree, 1)->type == YAML_MAPPING_NODE)
        return GT_OK;
    gt__outline_make(&outline, schema);
    return gt__tree_fail(tree, 1, "",
                         "not a configuration: expected keys, and among them "
                         "%s at the top",
                         task_lines(&outline, lines));
}

static gt_status find_task(checker *c, const gt_option *option, int *node)
{
    char lines[TASK_LINES];
    *node = gt__tree_find(c->tree, 1, option->key);
    if (!*node)
        return gt__tree_fail(c->tree, 0, option->key,
                             "missing; say %s at the top",
                             task_lines(&c->outline, lines));
    gt_status status =
        gt__value_take(c->tree, option, option->key, node, &c->config->task);
    if (status == GT_OK)
        c->config->task_name = c->outline.task[c->config->task];
    return status;
}

/* The sections that the task has, behind the key "task". */
static void collect_sections(const checker *c, const gt_option *task,
                             gt__keys *keys)
{
    keys->count = 0;
    gt__keys_add(keys, task->key);
    for (int i = 0; i < c->outline.n_parts; i++) {
        const char *name = c->outline.part[i].section->name;
        if (has_part(c, i) &&
            strcmp(keys->key[keys->count - 1].name, name) != 0)
            gt__keys_add(keys, name);
    }
}

gt_status gt__config_fill(gt__tree *tree, const gt_schema *schema,
                          gt_config *config)
{
    checker c = {.tree = tree, .config = config};
    gt__outline_make(&c.outline, schema);
    gt_option task = gt__task_option(&c.outline);
    gt__keys keys;
    int task_node;
    config->parts =
        calloc((size_t)c.outline.n_parts + 1, sizeof *config->parts);
    if (!config->parts)
        return gt__tree_no_memory();
    gt_status status = find_task(&c, &task, &task_node);
    if (status != GT_OK)
        return status;
    collect_sections(&c, &task, &keys);
    status = check_keys(&c, &keys, 1, "");
    keys.key[0].value = task_node;
    for (int i = 1; i < keys.count && status == GT_OK; i++) {
        keys.key[i].value = gt__tree_find(tree, 1, keys.key[i].name);
        status = fill_section(&c, &keys, i);
    }
    if (status == GT_OK)
        status = gt__mapping_arrange(tree, &keys, 1);
    gt__tree_node(tree, 1)->data.mapping.style = YAML_BLOCK_MAPPING_STYLE;
    return status;
}

/* --- What belongs together. */

/* The node that says it: where a value is inherited, that of the base. */
static int node_of(gt__tree *tree, const gt_config_place *at)
{
    int section = gt__tree_find(tree, 1, at->section->name);
    if (!at->key)
        return section;
    int node = gt__tree_find(tree, section, at->key);
    if (!node && at->section->inherits)
        node = gt__tree_find(
            tree, gt__tree_find(tree, 1, at->section->inherits->name), at->key);
    return node;
}

gt_status gt__config_check(gt__tree *tree, const gt_config *config)
{
    for (int i = 0; i < config->n_parts; i++) {
        gt_config_place at = {.section = config->parts[i].section};
        gt_status status =
            at.section->check ? at.section->check(config, &at) : GT_OK;
        if (status != GT_OK) {
            char path[GT__PATH], message[GT_MESSAGE];
            snprintf(path, sizeof path, "%s%s%s", at.section->name,
                     at.key ? "." : "", at.key ? at.key : "");
            snprintf(message, sizeof message, "%s", gt_message());
            return gt__tree_fail(tree, node_of(tree, &at), path, "%s", message);
        }
    }
    return GT_OK;
}
