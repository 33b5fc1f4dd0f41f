/* config_tree.c: what libyaml's document lacks: looking up by key, additions
 * that fail with a status, and a place for every message. A node's mark holds
 * its line, or says by an impossible column that it came from elsewhere. */
#include "model/config_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

gt_status gt__tree_no_memory(void)
{
    return gt_fail(GT_ERR_MEMORY, "cannot allocate a configuration");
}

/* --- places --- */

static const size_t SET_COLUMN = (size_t)-1; /* `line` numbers the sets */
static const size_t NO_COLUMN = (size_t)-2;  /* a default, from no text */

yaml_mark_t gt__mark_of_set(int number)
{
    if (number < 0)
        return (yaml_mark_t){.column = NO_COLUMN};
    return (yaml_mark_t){.line = (size_t)number, .column = SET_COLUMN};
}

gt_status gt__tree_place(const gt__tree *tree, yaml_mark_t mark)
{
    if (mark.column == SET_COLUMN)
        return gt_fail_in(GT_ERR_CONFIG, "--set %.200s", tree->sets[mark.line]);
    if (mark.column == NO_COLUMN)
        return gt_fail_in(GT_ERR_CONFIG, "%s", tree->name);
    return gt_fail_in(GT_ERR_CONFIG, "%s:%zu", tree->name, mark.line + 1);
}

gt_status gt__tree_fail(gt__tree *tree, int node, const char *path,
                        const char *format, ...)
{
    char text[1600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    gt_fail(GT_ERR_CONFIG, "%s", text);
    if (*path)
        gt_fail_in(GT_ERR_CONFIG, "%s", path);
    return gt__tree_place(tree, node ? gt__tree_node(tree, node)->start_mark
                                     : gt__mark_of_set(-1));
}

char *gt__quote(const char *word, char text[GT__QUOTED])
{
    size_t n = 0;
    text[n++] = '"';
    for (; *word && n < GT__QUOTED - 8; word++) {
        text[n++] = *word;
        if ((unsigned char)*word < ' ')
            text[n - 1] = '?';
    }
    /* Do not cut within a character of several bytes. */
    while (*word && n > 1 && ((unsigned char)*word & 0xC0) == 0x80) {
        word--;
        n--;
    }
    snprintf(text + n, GT__QUOTED - n, "%s\"", *word ? "..." : "");
    return text;
}

/* --- looking --- */

yaml_node_t *gt__tree_node(gt__tree *tree, int node)
{
    return yaml_document_get_node(&tree->doc, node);
}

bool gt__tree_is_set(gt__tree *tree, int node)
{
    return gt__tree_node(tree, node)->start_mark.column == SET_COLUMN;
}

const char *gt__tree_word(gt__tree *tree, int node)
{
    yaml_node_t *n = gt__tree_node(tree, node);
    return n && n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value
                                            : NULL;
}

bool gt__tree_empty(gt__tree *tree, int node)
{
    yaml_node_t *n = gt__tree_node(tree, node);
    return n->type == YAML_SCALAR_NODE && n->data.scalar.length == 0 &&
           n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

int *gt__tree_slot(gt__tree *tree, int mapping, const char *key)
{
    yaml_node_t *n = gt__tree_node(tree, mapping);
    if (!n || n->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
         p < n->data.mapping.pairs.top; p++)
        if (!strcmp(gt__tree_word(tree, p->key), key))
            return &p->value;
    return NULL;
}

bool gt__tree_is(gt__tree *tree, int node, yaml_node_type_t type)
{
    return gt__tree_node(tree, node)->type == type;
}

int gt__tree_find(gt__tree *tree, int mapping, const char *key)
{
    int *slot = gt__tree_slot(tree, mapping, key);
    return slot ? *slot : 0;
}

int gt__list_count(gt__tree *tree, int list)
{
    yaml_node_t *n = gt__tree_node(tree, list);
    return (int)(n->data.sequence.items.top - n->data.sequence.items.start);
}

int gt__list_item(gt__tree *tree, int list, int i)
{
    return gt__tree_node(tree, list)->data.sequence.items.start[i];
}

/* --- adding --- */

static gt_status added(gt__tree *tree, int node, int like)
{
    if (!node)
        return gt__tree_no_memory();
    gt__tree_node(tree, node)->start_mark =
        like ? gt__tree_node(tree, like)->start_mark : gt__mark_of_set(-1);
    return GT_OK;
}

gt_status gt__tree_scalar(gt__tree *tree, const char *text, int like, int *node)
{
    *node =
        yaml_document_add_scalar(&tree->doc, NULL, (const yaml_char_t *)text,
                                 (int)strlen(text), YAML_ANY_SCALAR_STYLE);
    return added(tree, *node, like);
}

gt_status gt__tree_mapping(gt__tree *tree, int like, int *node)
{
    *node =
        yaml_document_add_mapping(&tree->doc, NULL, YAML_BLOCK_MAPPING_STYLE);
    return added(tree, *node, like);
}

gt_status gt__tree_sequence(gt__tree *tree, int like, int *node)
{
    *node =
        yaml_document_add_sequence(&tree->doc, NULL, YAML_FLOW_SEQUENCE_STYLE);
    return added(tree, *node, like);
}

gt_status gt__tree_put(gt__tree *tree, int mapping, const char *key, int value)
{
    int node;
    gt_status status = gt__tree_scalar(tree, key, value, &node);
    if (status != GT_OK)
        return status;
    return yaml_document_append_mapping_pair(&tree->doc, mapping, node, value)
               ? GT_OK
               : gt__tree_no_memory();
}

gt_status gt__tree_append(gt__tree *tree, int sequence, int item)
{
    return yaml_document_append_sequence_item(&tree->doc, sequence, item)
               ? GT_OK
               : gt__tree_no_memory();
}

void gt__tree_free(gt__tree *tree)
{
    if (tree->loaded)
        yaml_document_delete(&tree->doc);
    *tree = (gt__tree){0};
}
