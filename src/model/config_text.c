/* config_text.c: from text to tree and back; libyaml does the work. Aliases are
 * refused: they would let one value have two places, and a small file unfold to
 * any size. */
#include "model/config_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 16, LARGEST = 1 << 20 };

static size_t count_lines(const char *text, size_t size)
{
    size_t lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    return lines;
}

/* Does line `number` start with blanks of which one is a tab? */
static bool tab_indents(const char *text, size_t size, size_t number)
{
    const char *end = text + size;
    while (number-- && text < end) {
        const char *next = memchr(text, '\n', (size_t)(end - text));
        text = next ? next + 1 : end;
    }
    while (text < end && *text == ' ')
        text++;
    return text < end && *text == '\t';
}

/* libyaml's error as our message; `one_line`: the text is a --set. */
static gt_status syntax_error(const yaml_parser_t *parser, const char *name,
                              bool one_line, const char *text, size_t size)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return gt__tree_no_memory();
    if (parser->error == YAML_READER_ERROR) {
        size_t offset = parser->problem_offset;
        gt_fail(GT_ERR_CONFIG, "not a text in UTF-8: %s (byte %zu is 0x%02x)",
                parser->problem, offset,
                offset < size ? (unsigned)(unsigned char)text[offset] : 0);
        if (one_line)
            return gt_fail_in(GT_ERR_CONFIG, "%s", name);
        return gt_fail_in(GT_ERR_CONFIG, "%s:%zu", name,
                          count_lines(text, offset < size ? offset : size) + 1);
    }
    yaml_mark_t at = parser->problem_mark;
    gt_fail(GT_ERR_CONFIG, "not YAML: %s", parser->problem);
    if (parser->context) {
        char problem[256];
        snprintf(problem, sizeof problem, "%s", gt_message());
        gt_fail(GT_ERR_CONFIG, "%s, %s", problem, parser->context);
        if (!one_line && parser->context_mark.line != at.line)
            gt_fail(GT_ERR_CONFIG, "%s that starts in line %zu", gt_message(),
                    parser->context_mark.line + 1);
    }
    if (tab_indents(text, size, at.line))
        gt_fail(GT_ERR_CONFIG, "%s; indent with spaces, not with tabs",
                gt_message());
    if (one_line)
        return gt_fail_in(GT_ERR_CONFIG, "%s", name);
    return gt_fail_in(GT_ERR_CONFIG, "%s:%zu:%zu", name, at.line + 1,
                      at.column + 1);
}

/* One document from a text; on GT_OK it is to be deleted, even if empty. */
static gt_status load(yaml_document_t *doc, const char *name, bool one_line,
                      const char *text, size_t size)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return gt__tree_no_memory();
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    gt_status status = GT_OK;
    yaml_document_t second;
    if (!yaml_parser_load(&parser, doc)) {
        status = syntax_error(&parser, name, one_line, text, size);
        goto out;
    }
    if (!yaml_document_get_root_node(doc))
        goto out;
    if (!yaml_parser_load(&parser, &second)) {
        status = syntax_error(&parser, name, one_line, text, size);
    } else {
        if (yaml_document_get_root_node(&second))
            status = gt_fail(GT_ERR_CONFIG,
                             "%s:%zu: a second document starts here (---); "
                             "give one",
                             name, second.start_mark.line + 1);
        yaml_document_delete(&second);
    }
    if (status != GT_OK)
        yaml_document_delete(doc);
out:
    yaml_parser_delete(&parser);
    return status;
}

/* Check the tree below `node` for what no configuration has. */
static gt_status survey(gt__tree *tree, int node, int depth, bool *seen)
{
    if (depth > DEEPEST)
        return gt__tree_fail(tree, node, "", "nested too deeply");
    if (seen[node])
        return gt__tree_fail(tree, node, "",
                             "this value is used again by an alias (*name); "
                             "write it out in both places instead");
    seen[node] = true;
    gt_status status = GT_OK;
    yaml_node_t *n = gt__tree_node(tree, node);
    if (n->type == YAML_SCALAR_NODE &&
        memchr(n->data.scalar.value, 0, n->data.scalar.length))
        return gt__tree_fail(tree, node, "", "a NUL character in a text");
    if (n->type == YAML_SEQUENCE_NODE)
        for (yaml_node_item_t *i = n->data.sequence.items.start;
             i < n->data.sequence.items.top && status == GT_OK; i++)
            status = survey(tree, *i, depth + 1, seen);
    if (n->type == YAML_MAPPING_NODE)
        for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
             p < n->data.mapping.pairs.top && status == GT_OK; p++) {
            status = survey(tree, p->key, depth + 1, seen);
            if (status == GT_OK && !gt__tree_word(tree, p->key))
                status = gt__tree_fail(tree, p->key, "",
                                       "a list or mapping stands where a key "
                                       "is expected");
            if (status == GT_OK)
                status = survey(tree, p->value, depth + 1, seen);
        }
    return status;
}

static gt_status survey_all(gt__tree *tree)
{
    size_t count = (size_t)(tree->doc.nodes.top - tree->doc.nodes.start);
    bool *seen = calloc(count + 1, sizeof *seen);
    if (!seen)
        return gt__tree_no_memory();
    gt_status status = survey(tree, 1, 0, seen);
    free(seen);
    return status;
}

gt_status gt__tree_parse(gt__tree *tree, const char *name, const char *text,
                         size_t size)
{
    tree->name = name;
    if (size > LARGEST)
        return gt_fail(GT_ERR_CONFIG,
                       "%s: %zu bytes; a configuration has at most %d", name,
                       size, LARGEST);
    gt_status status = load(&tree->doc, name, false, text, size);
    if (status != GT_OK)
        return status;
    tree->loaded = true;
    if (!gt__tree_node(tree, 1))
        return gt_fail(GT_ERR_CONFIG,
                       "%s: nothing in it; \"gentrain presets\" lists files to "
                       "start from",
                       name);
    if (gt__tree_node(tree, 1)->type != YAML_MAPPING_NODE)
        return gt__tree_fail(tree, 1, "",
                             "not a configuration: expected keys such as "
                             "\"task: gan\" at the top");
    return survey_all(tree);
}

/* Copy what is below `node` of `from` into `tree`. */
static gt_status graft(gt__tree *tree, gt__tree *from, int node,
                       yaml_mark_t mark, int *copy)
{
    yaml_node_t *n = gt__tree_node(from, node);
    gt_status status = GT_OK;
    if (n->type == YAML_SCALAR_NODE) {
        status = gt__tree_scalar(tree, gt__tree_word(from, node), 0, copy);
        if (status == GT_OK)
            gt__tree_node(tree, *copy)->data.scalar.style =
                n->data.scalar.style;
    } else if (n->type == YAML_SEQUENCE_NODE) {
        status = gt__tree_sequence(tree, 0, copy);
        for (yaml_node_item_t *i = n->data.sequence.items.start;
             i < n->data.sequence.items.top && status == GT_OK; i++) {
            int item;
            status = graft(tree, from, *i, mark, &item);
            if (status == GT_OK)
                status = gt__tree_append(tree, *copy, item);
        }
    } else {
        status = gt__tree_mapping(tree, 0, copy);
        for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
             p < n->data.mapping.pairs.top && status == GT_OK; p++) {
            int value;
            status = graft(tree, from, p->value, mark, &value);
            if (status == GT_OK)
                status = gt__tree_put(tree, *copy, gt__tree_word(from, p->key),
                                      value);
        }
    }
    if (status == GT_OK)
        gt__tree_node(tree, *copy)->start_mark = mark;
    return status;
}

gt_status gt__tree_value(gt__tree *tree, int set, const char *text, int *node)
{
    char place[256] = "";
    if (set >= 0)
        snprintf(place, sizeof place, "--set %.200s", tree->sets[set]);
    yaml_mark_t mark = gt__mark_of_set(set);
    gt__tree value = {.name = place};
    gt_status status = load(&value.doc, place, true, text, strlen(text));
    if (status != GT_OK)
        return status;
    value.loaded = true;
    for (yaml_node_t *n = value.doc.nodes.start; n < value.doc.nodes.top; n++)
        n->start_mark = gt__mark_of_set(-1);
    if (gt__tree_node(&value, 1)) {
        status = survey_all(&value);
        if (status == GT_OK)
            status = graft(tree, &value, 1, mark, node);
    } else {
        status = gt__tree_scalar(tree, "", 0, node);
        if (status == GT_OK) {
            gt__tree_node(tree, *node)->data.scalar.style =
                YAML_PLAIN_SCALAR_STYLE;
            gt__tree_node(tree, *node)->start_mark = mark;
        }
    }
    gt__tree_free(&value);
    return status;
}

/* --- writing --- */

typedef struct buffer {
    char *text;
    size_t size;
} buffer;

static int append(void *data, unsigned char *bytes, size_t size)
{
    buffer *b = data;
    char *grown = realloc(b->text, b->size + size + 1);
    if (!grown)
        return 0;
    b->text = grown;
    memcpy(b->text + b->size, bytes, size);
    b->size += size;
    b->text[b->size] = '\0';
    return 1;
}

static bool emit_node(yaml_emitter_t *emitter, gt__tree *tree, int node)
{
    yaml_event_t event;
    yaml_node_t *n = gt__tree_node(tree, node);
    if (n->type == YAML_SCALAR_NODE)
        return yaml_scalar_event_initialize(
                   &event, NULL, NULL, n->data.scalar.value,
                   (int)n->data.scalar.length, 1, 1, YAML_ANY_SCALAR_STYLE) &&
               yaml_emitter_emit(emitter, &event);
    if (n->type == YAML_SEQUENCE_NODE) {
        if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                                  n->data.sequence.style) ||
            !yaml_emitter_emit(emitter, &event))
            return false;
        for (yaml_node_item_t *i = n->data.sequence.items.start;
             i < n->data.sequence.items.top; i++)
            if (!emit_node(emitter, tree, *i))
                return false;
        return yaml_sequence_end_event_initialize(&event) &&
               yaml_emitter_emit(emitter, &event);
    }
    if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
                                             n->data.mapping.style) ||
        !yaml_emitter_emit(emitter, &event))
        return false;
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
         p < n->data.mapping.pairs.top; p++)
        if (!emit_node(emitter, tree, p->key) ||
            !emit_node(emitter, tree, p->value))
            return false;
    return yaml_mapping_end_event_initialize(&event) &&
           yaml_emitter_emit(emitter, &event);
}

gt_status gt__tree_emit(gt__tree *tree, char **text, size_t *size)
{
    yaml_emitter_t emitter;
    yaml_event_t event;
    buffer b = {0};
    if (!yaml_emitter_initialize(&emitter))
        return gt__tree_no_memory();
    yaml_emitter_set_output(&emitter, append, &b);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    bool done =
        yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) &&
        yaml_emitter_emit(&emitter, &event) &&
        yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) &&
        yaml_emitter_emit(&emitter, &event) && emit_node(&emitter, tree, 1) &&
        yaml_document_end_event_initialize(&event, 1) &&
        yaml_emitter_emit(&emitter, &event) &&
        yaml_stream_end_event_initialize(&event) &&
        yaml_emitter_emit(&emitter, &event);
    yaml_emitter_delete(&emitter);
    if (!done) {
        free(b.text);
        return gt__tree_no_memory();
    }
    *text = b.text;
    *size = b.size;
    return GT_OK;
}
