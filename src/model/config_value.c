/* config_value.c: one value against its line of a table. A number in a text may
 * be written in many ways, of which plain decimal is let through: "010" is not
 * eight, and "5x" is not five. */
#include "model/config_value.h"

#include "base/nearest.h"
#include "base/utf8.h"
#include "core/tensor.h"
#include "model/option_text.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LARGEST_INT = 9007199254740992.0; /* 2^53 */

enum {
    SHAPE_LENGTH = 3,     /* of an image, whose field has no depth */
    SHAPE_MOST = 1 << 30, /* values; products of them fit a size_t */
};
_Static_assert(sizeof(gt_shape) == 4 * sizeof(int), "what a SHAPE fills");

typedef struct value {
    gt__tree *tree;
    const gt_option *option;
    const char *path;
    void *field;
} value;

/* --- Words. */

static int find_word(const char *const words[], const char *word)
{
    for (int i = 0; words && words[i]; i++)
        if (!strcmp(words[i], word))
            return i;
    return -1;
}

/* Did somebody try a word here? */
static bool looks_like_word(const char *text)
{
    return (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
}

static gt_status fail_allowed(const value *v, int node, const char *what)
{
    char quoted[GT__QUOTED], allowed[GT__ALLOWED];
    const char *word = gt__tree_word(v->tree, node);
    return gt__tree_fail(v->tree, node, v->path, "%s %s (allowed: %s)",
                         gt__quote(word, quoted), what,
                         gt__allowed(v->option, allowed));
}

static gt_status fail_word(const value *v, int node)
{
    const char *const *words = v->option->choices;
    char what[GT_SUGGESTION + 16], suggestion[GT_SUGGESTION];
    int n = 0;
    while (words[n])
        n++;
    snprintf(what, sizeof what, "is not known%s",
             gt_suggestion(gt__tree_word(v->tree, node), words, n, suggestion));
    return fail_allowed(v, node, what);
}

/* --- Numbers. */

static gt_status check_range(const value *v, int node, double number)
{
    bool any = v->option->min == 0 && v->option->max == 0;
    double max = any ? HUGE_VAL : v->option->max;
    double min = any ? -HUGE_VAL : v->option->min;
    if (v->option->kind != GT_OPTION_REAL) {
        double most = v->option->kind == GT_OPTION_INT ? LARGEST_INT : INT_MAX;
        max = fmin(max, most);
        min = fmax(min, -most);
    }
    if (errno != ERANGE && number >= min && number <= max)
        return GT_OK;
    char allowed[GT__ALLOWED], quoted[GT__QUOTED];
    gt__quote(gt__tree_word(v->tree, node), quoted);
    quoted[strlen(quoted) - 1] = '\0';
    return gt__tree_fail(v->tree, node, v->path,
                         "%s is out of range (allowed: %s)", quoted + 1,
                         gt__allowed(v->option, allowed));
}

/* A decimal number; whole if the option is. Whole ones are rewritten in
 * plain decimal, others stay as they were written. */
static gt_status take_number(const value *v, int *node, double *number)
{
    bool whole = v->option->kind != GT_OPTION_REAL;
    const char *word = gt__tree_word(v->tree, *node);
    char plain[32], *end;
    size_t digits = strspn(word, whole ? "+-0123456789" : "+-.0123456789eE");
    errno = 0;
    *number = strtod(word, &end);
    if (!*word || word[digits] || *end || end == word)
        return fail_allowed(
            v, *node, whole ? "is not a whole number" : "is not a number");
    gt_status status = check_range(v, *node, *number);
    if (status != GT_OK || !whole)
        return status;
    snprintf(plain, sizeof plain, "%.0f", *number == 0 ? 0 : *number);
    return strcmp(plain, word) ? gt__tree_scalar(v->tree, plain, *node, node)
                               : GT_OK;
}

/* --- Lists of numbers. */

/* "30,90,1", "(30 90 1)" and "30x90x1" as "[30, 90, 1]"; false where that is no
 * list. An x divides numbers only. */
static bool write_list(const char *word, char *text, size_t size)
{
    static const char blank[] = ", \t()[]{};";
    size_t used = (size_t)snprintf(text, size, "[");
    int items = 0;
    bool numbers = word[strspn(word, "0123456789xX*")] == '\0';
    for (word += strspn(word, blank); *word && used < size; items++) {
        size_t n = strcspn(word, numbers ? "xX*" : blank);
        used += (size_t)snprintf(text + used, size - used, "%s%.*s",
                                 items ? ", " : "", (int)n, word);
        word += n;
        word += strspn(word, numbers ? "xX*" : blank);
    }
    if (used < size)
        used += (size_t)snprintf(text + used, size - used, "]");
    return items > 1 && used < size;
}

gt_status gt__value_check_list(gt__tree *tree, int node, const char *path)
{
    char list[160], quoted[GT__QUOTED];
    const char *word = gt__tree_word(tree, node);
    if (!word || !write_list(word, list, sizeof list))
        return GT_OK;
    bool set = gt__tree_is_set(tree, node);
    gt__quote(word, quoted);
    return set ? gt__tree_fail(tree, node, path,
                               "%s is not a list; write --set '%s=%s'", quoted,
                               path, list)
               : gt__tree_fail(tree, node, path, "%s is not a list; write %s",
                               quoted, list);
}

/* One number stands for all of the list, or for a shape's channels. */
static gt_status take_one_for_all(const value *v, int count, int *node)
{
    count = v->option->kind == GT_OPTION_SHAPE ? SHAPE_LENGTH : count;
    gt__tree *tree = v->tree;
    int *numbers = v->field;
    int list, first = *node, item;
    double number;
    gt_status status = take_number(v, &first, &number);
    if (status == GT_OK)
        status = gt__tree_sequence(tree, *node, &list);
    for (int i = 0; i < count && status == GT_OK; i++) {
        bool one = v->option->kind == GT_OPTION_SHAPE && i < count - 1;
        numbers[i] = one ? 1 : (int)number;
        status = gt__tree_scalar(tree, one ? "1" : gt__tree_word(tree, first),
                                 *node, &item);
        if (status == GT_OK)
            status = gt__tree_append(tree, list, item);
    }
    if (status == GT_OK)
        *node = list;
    return status;
}

static gt_status fail_length(const value *v, int node, long found, int count)
{
    static const char *const wanted[] = {
        [GT_OPTION_SHAPE] =
            ("[height, width, channels], 4 numbers [depth, height, width, "
             "channels] or one number are expected"),
        [GT_OPTION_PAIR] = "[vertical, horizontal] or one number are expected",
        [GT_OPTION_QUAD] =
            "[top, bottom, left, right], one number or a word are expected",
    };
    return gt__tree_fail(v->tree, node, v->path,
                         "a list of %ld where %d numbers %s", found, count,
                         wanted[v->option->kind]);
}

/* The field has the depth last, the list first. */
static int place_of(const value *v, int i, int found)
{
    bool volume = v->option->kind == GT_OPTION_SHAPE && found > SHAPE_LENGTH;
    return volume ? (i + found - 1) % found : i;
}

static gt_status check_size(const value *v, int node)
{
    gt_shape shape;
    char text[GT_SHAPE_TEXT];
    if (v->option->kind != GT_OPTION_SHAPE)
        return GT_OK;
    memcpy(&shape, v->field, sizeof shape);
    double depth = gt_shape_is_volume(shape) ? shape.d : 1;
    double size = depth * shape.h * shape.w * shape.c;
    if (size <= SHAPE_MOST)
        return GT_OK;
    return gt__tree_fail(v->tree, node, v->path,
                         "%s has %.0f values; the most is %d",
                         gt_shape_text(shape, text), size, SHAPE_MOST);
}

static gt_status take_list(const value *v, int count, int *node)
{
    gt__tree *tree = v->tree;
    int *numbers = v->field;
    if (gt__tree_word(tree, *node))
        return take_one_for_all(v, count, node);
    yaml_node_t *n = gt__tree_node(tree, *node);
    yaml_node_item_t *items = n->data.sequence.items.start;
    n->data.sequence.style = YAML_FLOW_SEQUENCE_STYLE;
    long found = (long)(n->data.sequence.items.top - items);
    bool image = v->option->kind == GT_OPTION_SHAPE && found == SHAPE_LENGTH;
    if (found != count && !image)
        return fail_length(v, *node, found,
                           v->option->kind == GT_OPTION_SHAPE ? SHAPE_LENGTH
                                                              : count);
    for (int i = 0; i < count; i++)
        numbers[i] = 0;
    for (int i = 0; i < found; i++) {
        int item = items[i];
        double number;
        if (!gt__tree_word(tree, item))
            return gt__tree_fail(tree, item, v->path,
                                 "a list or mapping where a number is "
                                 "expected");
        gt_status status = take_number(v, &item, &number);
        if (status != GT_OK)
            return status;
        numbers[place_of(v, i, (int)found)] = (int)number;
        items[i] = item; /* the list did not move: only nodes were added */
    }
    return check_size(v, *node);
}

/* A word for all numbers of a QUAD. */
static gt_status take_word_for_all(const value *v, int count, int node)
{
    int *numbers = v->field;
    int index = find_word(v->option->choices, gt__tree_word(v->tree, node));
    if (index < 0)
        return fail_word(v, node);
    for (int i = 0; i < count; i++)
        numbers[i] = -1 - index;
    return GT_OK;
}

/* --- Single values. */

static gt_status take_int(const value *v, int *node)
{
    const char *word = gt__tree_word(v->tree, *node);
    int64_t *to = v->field;
    double number;
    int index = find_word(v->option->choices, word);
    if (index >= 0) {
        *to = -1 - index;
        return GT_OK;
    }
    if (v->option->choices && looks_like_word(word))
        return fail_word(v, *node);
    gt_status status = take_number(v, node, &number);
    if (status == GT_OK)
        *to = (int64_t)number;
    return status;
}

static gt_status take_bool(const value *v, int node)
{
    const char *word = gt__tree_word(v->tree, node);
    bool *to = v->field;
    *to = !strcmp(word, "true");
    return *to || !strcmp(word, "false")
               ? GT_OK
               : fail_allowed(v, node, "is neither true nor false");
}

static gt_status take_choice(const value *v, int node)
{
    int *to = v->field;
    *to = find_word(v->option->choices, gt__tree_word(v->tree, node));
    return *to < 0 ? fail_word(v, node) : GT_OK;
}

static gt_status take_text(const value *v, int node)
{
    char **to = v->field;
    const char *word = gt__tree_word(v->tree, node);
    const char *flaw = gt_utf8_flaw(word, "");
    char shown[GT__QUOTED];
    if (flaw)
        return gt__tree_fail(v->tree, node, v->path, "\"%s\" %s",
                             gt_utf8_show(word, "", shown, sizeof shown), flaw);
    free(*to);
    *to = strdup(word);
    return *to ? GT_OK : gt__tree_no_memory();
}

/* --- Words of a list. */

static gt_status take_word(const value *v, int node)
{
    gt_word_list *list = v->field;
    char **grown =
        realloc(list->words, ((size_t)list->count + 1) * sizeof *grown);
    if (!grown)
        return gt__tree_no_memory();
    list->words = grown;
    list->words[list->count] = NULL;
    value one = *v;
    one.field = &list->words[list->count++];
    return take_text(&one, node);
}

/* In its resolved form it is a list in any case. */
static gt_status take_words(const value *v, int *node)
{
    gt__tree *tree = v->tree;
    gt_status status = GT_OK;
    if (gt__tree_word(tree, *node)) {
        int list;
        status = gt__tree_sequence(tree, *node, &list);
        if (status == GT_OK)
            status = gt__tree_append(tree, list, *node);
        if (status != GT_OK)
            return status;
        *node = list;
    }
    yaml_node_t *n = gt__tree_node(tree, *node);
    n->data.sequence.style = YAML_FLOW_SEQUENCE_STYLE;
    yaml_node_item_t *item = n->data.sequence.items.start;
    yaml_node_item_t *end = n->data.sequence.items.top;
    if (item == end)
        return gt__tree_fail(tree, *node, v->path, "an empty list; %s",
                             v->option->help);
    for (; item < end && status == GT_OK; item++)
        status = gt__tree_word(tree, *item)
                     ? take_word(v, *item)
                     : gt__tree_fail(tree, *item, v->path,
                                     "a list or mapping where a word is "
                                     "expected");
    return status;
}

static gt_status take_single(const value *v, int *node)
{
    switch (v->option->kind) {
    case GT_OPTION_INT:
        return take_int(v, node);
    case GT_OPTION_REAL:
        return take_number(v, node, v->field);
    case GT_OPTION_BOOL:
        return take_bool(v, *node);
    case GT_OPTION_CHOICE:
        return take_choice(v, *node);
    default:
        return take_text(v, *node);
    }
}

gt_status gt__value_take(gt__tree *tree, const gt_option *option,
                         const char *path, int *node, void *field)
{
    assert(option->kind != GT_OPTION_VARIANTS);
    value v = {tree, option, path, field};
    const char *word = gt__tree_word(tree, *node);
    int length = gt__option_length(option->kind);
    if (gt__tree_empty(tree, *node))
        return gt__tree_fail(tree, *node, path, "no value; %s", option->help);
    bool list = gt__tree_node(tree, *node)->type == YAML_SEQUENCE_NODE;
    bool words = option->kind == GT_OPTION_WORDS;
    if (words && (word || list))
        return take_words(&v, node);
    if (!word && !(list && length))
        return gt__tree_fail(tree, *node, path, "a %s where %s is expected; %s",
                             list ? "list" : "mapping",
                             length || words ? "a list" : "a single value",
                             option->help);
    if (!length)
        return take_single(&v, node);
    if (word && option->choices && looks_like_word(word))
        return take_word_for_all(&v, length, *node);
    gt_status status = gt__value_check_list(tree, *node, path);
    if (status != GT_OK)
        return status;
    return take_list(&v, length, node);
}
