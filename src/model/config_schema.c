/* config_schema.c: libcyaml's schema, written from our tables at run time, so
 * that there is one description of every key. Room is made for all tables at
 * once; each mapping then takes a run of fields that ends with an empty one. */
#include "model/config_schema.h"

#include "model/config_check.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void count_options(gt__schema *s, const gt_option *options)
{
    for (; options->key; options++) {
        s->n_fields++;
        s->n_items++;
        for (int i = 0; options->choices && options->choices[i]; i++)
            s->n_words++;
    }
    s->n_fields++;
}

static cyaml_schema_value_t numbers(gt__schema *s, uint32_t count)
{
    cyaml_schema_value_t *item = &s->items[s->n_items++];
    *item = (cyaml_schema_value_t){.type = CYAML_INT, .data_size = sizeof(int)};
    return (cyaml_schema_value_t){
        .type = CYAML_SEQUENCE_FIXED,
        .data_size = sizeof(int),
        .sequence = {.entry = item, .min = count, .max = count}};
}

static cyaml_schema_value_t choice(gt__schema *s, const char *const words[])
{
    cyaml_strval_t *first = &s->words[s->n_words];
    uint32_t n = 0;
    for (; words[n]; n++)
        first[n] = (cyaml_strval_t){words[n], n};
    s->n_words += n;
    return (cyaml_schema_value_t){
        .type = CYAML_ENUM,
        .flags = CYAML_FLAG_STRICT,
        .data_size = sizeof(int),
        .enumeration = {.strings = first, .count = n}};
}

static cyaml_schema_value_t option_value(gt__schema *s, const gt_option *option)
{
    switch (option->kind) {
    case GT_OPTION_INT:
        return (cyaml_schema_value_t){.type = CYAML_INT,
                                      .data_size = sizeof(int64_t)};
    case GT_OPTION_REAL:
        return (cyaml_schema_value_t){.type = CYAML_FLOAT,
                                      .data_size = sizeof(double)};
    case GT_OPTION_BOOL:
        return (cyaml_schema_value_t){.type = CYAML_BOOL,
                                      .data_size = sizeof(bool)};
    case GT_OPTION_CHOICE:
        return choice(s, option->choices);
    case GT_OPTION_SHAPE:
        return numbers(s, 3);
    case GT_OPTION_PAIR:
        return numbers(s, 2);
    case GT_OPTION_QUAD:
        return numbers(s, 4);
    case GT_OPTION_TEXT:
        break;
    }
    return (cyaml_schema_value_t){.type = CYAML_STRING,
                                  .flags = CYAML_FLAG_POINTER,
                                  .data_size = sizeof(char),
                                  .string = {.min = 0, .max = UINT32_MAX}};
}

static cyaml_schema_field_t *add_field(gt__schema *s, const char *key,
                                       size_t offset)
{
    cyaml_schema_field_t *field = &s->fields[s->n_fields++];
    *field =
        (cyaml_schema_field_t){.key = key, .data_offset = (uint32_t)offset};
    return field;
}

static void add_options(gt__schema *s, const gt_option *options)
{
    for (; options->key; options++)
        add_field(s, options->key, options->offset)->value =
            option_value(s, options);
}

static void end_fields(gt__schema *s)
{
    s->fields[s->n_fields++] = (cyaml_schema_field_t){.key = NULL};
}

/* A layer's options behind a pointer that is NULL for all layers of another
 * type. A layer without options stands as "name: true", as libcyaml has no
 * empty mappings. */
static cyaml_schema_value_t layer_value(gt__schema *s,
                                        const gt_layer_type *type)
{
    if (!type->options->key)
        return (cyaml_schema_value_t){.type = CYAML_BOOL,
                                      .flags = CYAML_FLAG_POINTER,
                                      .data_size = sizeof(bool)};
    const cyaml_schema_field_t *fields = &s->fields[s->n_fields];
    add_options(s, type->options);
    end_fields(s);
    return (cyaml_schema_value_t){.type = CYAML_MAPPING,
                                  .flags = CYAML_FLAG_POINTER,
                                  .data_size = (uint32_t)type->options_size,
                                  .mapping = {.fields = fields}};
}

/* One layer: a mapping with a field for each type, of which one is given. */
static const cyaml_schema_value_t *layer_item(gt__schema *s)
{
    cyaml_schema_value_t *item = &s->items[s->n_items++];
    cyaml_schema_field_t *fields = &s->fields[s->n_fields];
    s->n_fields += (size_t)gt_layer_type_count + 1;
    for (int i = 0; i < gt_layer_type_count; i++) {
        cyaml_schema_value_t value = layer_value(s, gt_layer_types[i]);
        value.flags |= CYAML_FLAG_OPTIONAL;
        fields[i] = (cyaml_schema_field_t){
            .key = gt_layer_types[i]->name,
            .data_offset = (uint32_t)((size_t)i * sizeof(void *)),
            .value = value};
    }
    *item = (cyaml_schema_value_t){
        .type = CYAML_MAPPING,
        .data_size = (uint32_t)(sizeof(void *) * (size_t)gt_layer_type_count),
        .mapping = {.fields = fields}};
    return item;
}

static void add_lists(gt__schema *s, gt_task_kind task,
                      const cyaml_schema_value_t *layer)
{
    const size_t model = offsetof(gt_config, model);
    for (int i = 0; gt_config_lists[i].key; i++) {
        if (gt_config_lists[i].task != task)
            continue;
        assert(i < GT__LISTS);
        size_t offset = offsetof(gt__bound, lists) +
                        (size_t)i * sizeof(gt__raw_list) - model;
        cyaml_schema_field_t *f = add_field(
            s, gt_config_lists[i].key, offset + offsetof(gt__raw_list, layers));
        f->count_offset = (uint32_t)(offset + offsetof(gt__raw_list, count));
        f->count_size = sizeof(uint32_t);
        f->value = (cyaml_schema_value_t){
            .type = CYAML_SEQUENCE,
            .flags = CYAML_FLAG_POINTER,
            .data_size = layer->data_size,
            .sequence = {.entry = layer, .min = 1, .max = CYAML_UNLIMITED}};
    }
}

/* All entries of a section's name as one mapping. */
static cyaml_schema_value_t section_value(gt__schema *s, const char *name,
                                          gt_task_kind task,
                                          const cyaml_schema_value_t *layer)
{
    const cyaml_schema_field_t *fields = &s->fields[s->n_fields];
    const gt_config_section *c;
    for (c = gt_config_sections; c->name; c++)
        if (!strcmp(c->name, name) && gt__has_task(c->task, task))
            add_options(s, c->options);
    if (!strcmp(name, "model"))
        add_lists(s, task, layer);
    end_fields(s);
    return (cyaml_schema_value_t){.type = CYAML_MAPPING,
                                  .mapping = {.fields = fields}};
}

static gt_status make_room(gt__schema *s)
{
    size_t n_sections = 0;
    for (const gt_config_section *c = gt_config_sections; c->name; c++) {
        count_options(s, c->options);
        n_sections++;
    }
    for (int i = 0; i < gt_layer_type_count; i++)
        count_options(s, gt_layer_types[i]->options);
    /* The sections among the top keys, the types of a layer, the lists. */
    s->n_fields += n_sections + (size_t)gt_layer_type_count + GT__LISTS + 3;
    s->n_items += 1;
    s->fields = calloc(s->n_fields, sizeof *s->fields);
    s->items = calloc(s->n_items, sizeof *s->items);
    s->words = calloc(s->n_words, sizeof *s->words);
    s->n_fields = s->n_items = s->n_words = 0;
    return s->fields && s->items && s->words ? GT_OK : gt__tree_no_memory();
}

gt_status gt__schema_make(gt__schema *schema, gt_task_kind task)
{
    *schema = (gt__schema){0};
    gt_status status = make_room(schema);
    if (status != GT_OK)
        return status;
    const cyaml_schema_value_t *layer = layer_item(schema);
    const gt_config_section *sections[32];
    cyaml_schema_value_t values[32];
    int n = 0;
    for (const gt_config_section *c = gt_config_sections; c->name; c++) {
        if (!*c->name || !gt__has_task(c->task, task) ||
            (n && !strcmp(sections[n - 1]->name, c->name)))
            continue;
        assert(n < 32);
        sections[n] = c;
        values[n++] = section_value(schema, c->name, task, layer);
    }
    const cyaml_schema_field_t *top = &schema->fields[schema->n_fields];
    add_options(schema, gt_config_sections[0].options);
    for (int i = 0; i < n; i++)
        add_field(schema, sections[i]->name, sections[i]->offset)->value =
            values[i];
    end_fields(schema);
    schema->root = (cyaml_schema_value_t){.type = CYAML_MAPPING,
                                          .flags = CYAML_FLAG_POINTER,
                                          .data_size = sizeof(gt__bound),
                                          .mapping = {.fields = top}};
    return GT_OK;
}

void gt__schema_free(gt__schema *schema)
{
    free(schema->fields);
    free(schema->items);
    free(schema->words);
    *schema = (gt__schema){0};
}
