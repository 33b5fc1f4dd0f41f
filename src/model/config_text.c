/* config_text.c: from text to tree and back. The tree is built from libyaml's
 * events rather than by its loader, so that what no configuration has ends the
 * reading where it stands: libyaml takes time that grows with the square of the
 * nesting, and aliases would let a small file unfold to any size. */
#include "model/config_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 16, LARGEST = 1 << 20, FILE_TEXT = -2 };

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

/* Building a tree from libyaml's events. */
typedef struct reader {
    gt__tree *tree;
    yaml_parser_t parser;
    const char *text;
    size_t size;
    int set;  /* number of the --set, or FILE_TEXT, or -1 for a default */
    int root; /* 0 until it is there */
    int documents, depth;
    struct {
        int node;
        int key; /* of a mapping: waits for its value; else 0 */
    } open[DEEPEST];
} reader;

/* libyaml's error as our message. */
static gt_status syntax_error(const reader *r)
{
    const yaml_parser_t *parser = &r->parser;
    char place[24] = "";
    if (parser->error == YAML_MEMORY_ERROR)
        return gt__tree_no_memory();
    if (parser->error == YAML_READER_ERROR) {
        size_t at = parser->problem_offset;
        gt_fail(GT_ERR_CONFIG, "not a text in UTF-8: %s (byte %zu is 0x%02x)",
                parser->problem, at,
                at < r->size ? (unsigned)(unsigned char)r->text[at] : 0);
        snprintf(place, sizeof place, ":%zu",
                 count_lines(r->text, at < r->size ? at : r->size) + 1);
    } else {
        size_t line = parser->problem_mark.line;
        size_t start = parser->context_mark.line;
        gt_fail(GT_ERR_CONFIG, "not YAML: %s%s%s", parser->problem,
                parser->context ? ", " : "",
                parser->context ? parser->context : "");
        if (parser->context && start != line)
            gt_fail(GT_ERR_CONFIG, "%s that starts in line %zu", gt_message(),
                    start + 1);
        if (tab_indents(r->text, r->size, line))
            gt_fail(GT_ERR_CONFIG, "%s; indent with spaces, not with tabs",
                    gt_message());
        snprintf(place, sizeof place, ":%zu:%zu", line + 1,
                 parser->problem_mark.column + 1);
    }
    if (r->set >= 0)
        return gt_fail_in(GT_ERR_CONFIG, "--set %.200s", r->tree->sets[r->set]);
    return gt_fail_in(GT_ERR_CONFIG, "%s%s", r->tree->name, place);
}

static gt_status fail_at(const reader *r, const yaml_event_t *event,
                         const char *what)
{
    gt_fail(GT_ERR_CONFIG, "%s", what);
    return gt__tree_place(r->tree, r->set == FILE_TEXT
                                       ? event->start_mark
                                       : gt__mark_of_set(r->set));
}

static int add_node(gt__tree *tree, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return yaml_document_add_scalar(
            &tree->doc, NULL, event->data.scalar.value,
            (int)event->data.scalar.length, event->data.scalar.style);
    case YAML_SEQUENCE_START_EVENT:
        return yaml_document_add_sequence(&tree->doc, NULL,
                                          YAML_FLOW_SEQUENCE_STYLE);
    default:
        return yaml_document_add_mapping(&tree->doc, NULL,
                                         YAML_BLOCK_MAPPING_STYLE);
    }
}

/* Put a new node where it belongs: below the innermost open one. */
static gt_status attach(reader *r, const yaml_event_t *event, int node)
{
    yaml_document_t *doc = &r->tree->doc;
    if (r->depth == 0) {
        r->root = node;
        return GT_OK;
    }
    int parent = r->open[r->depth - 1].node;
    int *key = &r->open[r->depth - 1].key;
    int done = 1;
    if (gt__tree_node(r->tree, parent)->type == YAML_SEQUENCE_NODE) {
        done = yaml_document_append_sequence_item(doc, parent, node);
    } else if (*key) {
        done = yaml_document_append_mapping_pair(doc, parent, *key, node);
        *key = 0;
    } else if (event->type == YAML_SCALAR_EVENT) {
        *key = node;
    } else {
        return fail_at(r, event,
                       "a list or mapping stands where a key is expected");
    }
    return done ? GT_OK : gt__tree_no_memory();
}

static gt_status take_node(reader *r, const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT &&
        memchr(event->data.scalar.value, 0, event->data.scalar.length))
        return fail_at(r, event, "a NUL character in a text");
    int node = add_node(r->tree, event);
    if (!node)
        return gt__tree_no_memory();
    gt__tree_node(r->tree, node)->start_mark =
        r->set == FILE_TEXT ? event->start_mark : gt__mark_of_set(r->set);
    gt_status status = attach(r, event, node);
    if (status != GT_OK || event->type == YAML_SCALAR_EVENT)
        return status;
    if (r->depth == DEEPEST)
        return fail_at(r, event, "nested too deeply");
    r->open[r->depth].node = node;
    r->open[r->depth++].key = 0;
    return GT_OK;
}

static gt_status take(reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (r->documents++)
            return fail_at(r, event,
                           "a second document starts here (---); "
                           "give one");
        return GT_OK;
    case YAML_ALIAS_EVENT:
        return fail_at(r, event,
                       "an alias (*name); write the value out "
                       "instead");
    case YAML_SCALAR_EVENT:
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return take_node(r, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return GT_OK;
    default:
        return GT_OK;
    }
}

static gt_status read_text(reader *r)
{
    if (!yaml_parser_initialize(&r->parser))
        return gt__tree_no_memory();
    if (r->size >= 3 && !memcmp(r->text, "\xEF\xBB\xBF", 3)) {
        r->text += 3; /* a byte order mark */
        r->size -= 3;
    }
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text,
                                 r->size);
    gt_status status = GT_OK;
    bool more = true;
    while (status == GT_OK && more) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) {
            status = syntax_error(r);
        } else {
            status = take(r, &event);
            more = event.type != YAML_STREAM_END_EVENT;
            yaml_event_delete(&event);
        }
    }
    yaml_parser_delete(&r->parser);
    return status;
}

gt_status gt__text_parse(gt__tree *tree, const char *name, const char *text,
                         size_t size)
{
    tree->name = name;
    if (size > LARGEST)
        return gt_fail(GT_ERR_CONFIG,
                       "%s: %zu bytes; a configuration has at most %d", name,
                       size, LARGEST);
    if (!yaml_document_initialize(&tree->doc, NULL, NULL, NULL, 1, 1))
        return gt__tree_no_memory();
    tree->loaded = true;
    reader r = {.tree = tree, .text = text, .size = size, .set = FILE_TEXT};
    gt_status status = read_text(&r);
    if (status != GT_OK)
        return status;
    if (!r.root)
        return gt_fail(GT_ERR_CONFIG,
                       "%s: nothing in it; \"gentrain presets\" lists files to "
                       "start from",
                       name);
    return GT_OK;
}

gt_status gt__text_value(gt__tree *tree, int set, const char *text, int *node)
{
    reader r = {.tree = tree, .text = text, .size = strlen(text), .set = set};
    gt_status status = read_text(&r);
    *node = r.root;
    if (status != GT_OK || r.root)
        return status;
    *node = yaml_document_add_scalar(&tree->doc, NULL, (const yaml_char_t *)"",
                                     0, YAML_PLAIN_SCALAR_STYLE);
    if (!*node)
        return gt__tree_no_memory();
    gt__tree_node(tree, *node)->start_mark = gt__mark_of_set(set);
    return GT_OK;
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

gt_status gt__text_emit(gt__tree *tree, int node, char **text)
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
        yaml_emitter_emit(&emitter, &event) &&
        emit_node(&emitter, tree, node) &&
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
    return GT_OK;
}
