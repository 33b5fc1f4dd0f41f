/* config_bind.c: from the checked tree to the struct, by libcyaml. The tree is
 * first lowered to what a schema can say: inherited values are copied, and
 * words that stand for numbers become those numbers. */
#include "model/config_check.h"
#include "model/config_schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- lowering --- */

/* A word of an INT or a QUAD; any other value stays. */
static gt_status lower_value(gt__tree *tree, const gt_option *option, int *node)
{
    const char *word = gt__tree_word(tree, *node);
    if (!word || !option->choices ||
        (option->kind != GT_OPTION_INT && option->kind != GT_OPTION_QUAD))
        return GT_OK;
    int index = 0;
    while (option->choices[index] && strcmp(option->choices[index], word))
        index++;
    if (!option->choices[index])
        return GT_OK;
    char number[16];
    snprintf(number, sizeof number, "%d", -1 - index);
    if (option->kind == GT_OPTION_INT)
        return gt__tree_scalar(tree, number, *node, node);
    int list, item;
    gt_status status = gt__tree_sequence(tree, *node, &list);
    for (int i = 0; i < 4 && status == GT_OK; i++) {
        status = gt__tree_scalar(tree, number, *node, &item);
        if (status == GT_OK)
            status = gt__tree_append(tree, list, item);
    }
    *node = list;
    return status;
}

/* Lower the values of `mapping`; those that are missing come from `base`. */
static gt_status lower_options(gt__tree *tree, const gt_option *options,
                               int mapping, int base)
{
    gt_status status = GT_OK;
    for (; options->key && status == GT_OK; options++) {
        int inherited = base ? gt__tree_find(tree, base, options->key) : 0;
        int *value = gt__tree_slot(tree, mapping, options->key);
        if (!value && inherited)
            status = gt__tree_put(tree, mapping, options->key, inherited);
        else if (value) {
            int lowered = *value;
            status = lower_value(tree, options, &lowered);
            *value = lowered;
        }
    }
    return status;
}

static gt_status lower_section(gt__tree *tree, const gt_config_section *s)
{
    gt_status status = GT_OK;
    int base = s->inherits ? gt__tree_find(tree, 1, s->inherits) : 0;
    int node = *s->name ? gt__tree_find(tree, 1, s->name) : 1;
    if (!node) {
        status = gt__tree_mapping(tree, base, &node);
        if (status == GT_OK)
            status = gt__tree_put(tree, 1, s->name, node);
    }
    return status == GT_OK ? lower_options(tree, s->options, node, base)
                           : status;
}

/* *node lies in its list, which does not move while nodes are added. */
static gt_status lower_layer(gt__tree *tree, int *node)
{
    int mapping, value;
    if (gt__tree_word(tree, *node)) {
        gt_status status = gt__tree_scalar(tree, "true", *node, &value);
        if (status == GT_OK)
            status = gt__tree_mapping(tree, *node, &mapping);
        if (status == GT_OK)
            status =
                gt__tree_put(tree, mapping, gt__tree_word(tree, *node), value);
        if (status == GT_OK)
            *node = mapping;
        return status;
    }
    yaml_node_pair_t *pair =
        gt__tree_node(tree, *node)->data.mapping.pairs.start;
    const gt_layer_type *type =
        gt_layer_type_find(gt__tree_word(tree, pair->key));
    return lower_options(tree, type->options, pair->value, 0);
}

static gt_status lower(gt__tree *tree, gt_task_kind task)
{
    gt_status status = GT_OK;
    for (const gt_config_section *s = gt_config_sections;
         s->name && status == GT_OK; s++)
        if (gt__has_task(s->task, task))
            status = lower_section(tree, s);
    int model = gt__tree_find(tree, 1, "model");
    for (const gt_config_list *l = gt_config_lists; l->key; l++) {
        int list = gt__tree_find(tree, model, l->key);
        if (!list)
            continue;
        yaml_node_t *n = gt__tree_node(tree, list);
        yaml_node_item_t *item = n->data.sequence.items.start;
        yaml_node_item_t *end = n->data.sequence.items.top;
        for (; item < end && status == GT_OK; item++)
            status = lower_layer(tree, item);
    }
    return status;
}

/* --- loading --- */

static void *allocate(void *context, void *memory, size_t size)
{
    (void)context;
    if (size)
        return realloc(memory, size);
    free(memory);
    return NULL;
}

typedef struct log_text {
    char text[800];
    size_t used;
} log_text;

static void keep_log(cyaml_log_t level, void *context, const char *format,
                     va_list args)
{
    (void)level;
    log_text *log = context;
    size_t left = sizeof log->text - log->used;
    int n = vsnprintf(log->text + log->used, left, format, args);
    if (n > 0)
        log->used += (size_t)n < left ? (size_t)n : left - 1;
}

/* The one pointer that is set, as a layer. */
static void take_layer(void **pointers, gt_layer_spec *spec)
{
    for (int i = 0; i < gt_layer_type_count; i++)
        if (pointers[i])
            *spec = (gt_layer_spec){gt_layer_types[i], pointers[i]};
}

static gt_status take_lists(gt__bound *bound)
{
    gt_status status = GT_OK;
    for (int i = 0; gt_config_lists[i].key; i++) {
        void **pointers = bound->lists[i].layers;
        size_t count = bound->lists[i].count;
        if (!pointers)
            continue;
        gt_layer_list *list = (gt_layer_list *)((char *)&bound->config +
                                                gt_config_lists[i].offset);
        size_t width = (size_t)gt_layer_type_count;
        list->layers = calloc(count, sizeof *list->layers);
        if (list->layers) {
            list->count = (int)count;
            for (size_t j = 0; j < count; j++)
                take_layer(pointers + j * width, &list->layers[j]);
        } else {
            status = gt__tree_no_memory();
            for (size_t j = 0; j < count * width; j++)
                free(pointers[j]);
        }
        free(pointers);
        bound->lists[i].layers = NULL;
    }
    return status;
}

gt_status gt__config_bind(gt__tree *tree, gt_task_kind task, gt_config **out)
{
    gt__schema schema;
    char *text = NULL;
    size_t size;
    cyaml_data_t *data = NULL;
    log_text log = {.used = 0};
    gt_status status = gt__schema_make(&schema, task);
    if (status == GT_OK)
        status = lower(tree, task);
    if (status == GT_OK)
        status = gt__tree_emit(tree, &text, &size);
    if (status != GT_OK)
        goto out;
    cyaml_config_t how = {.log_fn = keep_log,
                          .log_ctx = &log,
                          .mem_fn = allocate,
                          .log_level = CYAML_LOG_ERROR};
    cyaml_err_t error = cyaml_load_data((const uint8_t *)text, size, &how,
                                        &schema.root, &data, NULL);
    if (error != CYAML_OK) {
        status = gt_fail(error == CYAML_ERR_OOM ? GT_ERR_MEMORY : GT_ERR_CONFIG,
                         "%s: libcyaml does not take the checked "
                         "configuration (%s); please report this: %s",
                         tree->name, cyaml_strerror(error), log.text);
        goto out;
    }
    gt__bound *bound = data;
    status = take_lists(bound);
    if (status == GT_OK)
        *out = &bound->config;
    else
        gt_config_free(&bound->config);
out:
    free(text);
    gt__schema_free(&schema);
    return status;
}
