/* config_schema.h: libcyaml's view of the tables. Private to the model room. */
#ifndef GT_MODEL_CONFIG_SCHEMA_H
#define GT_MODEL_CONFIG_SCHEMA_H

#include "model/config.h"

#include <cyaml/cyaml.h>

enum { GT__LISTS = 4 };

/* A layer list as libcyaml reads it: each layer is one pointer per layer type,
 * of which one is set. */
typedef struct gt__raw_list {
    void *layers; /* count x gt_layer_type_count pointers */
    uint32_t count;
} gt__raw_list;

/* What libcyaml fills. */
typedef struct gt__bound {
    gt_config config; /* first: whoever frees it frees the whole */
    gt__raw_list lists[GT__LISTS];
} gt__bound;

typedef struct gt__schema {
    cyaml_schema_value_t root;
    cyaml_schema_field_t *fields; /* owned; all mappings' fields in turn */
    cyaml_schema_value_t *items;  /* owned; what lists hold */
    cyaml_strval_t *words;        /* owned */
    size_t n_fields, n_items, n_words;
} gt__schema;

gt_status gt__schema_make(gt__schema *schema, gt_task_kind task);
void gt__schema_free(gt__schema *schema);

#endif
