/* config_value.c: one value against its line in a table. Numbers are read here
 * only to be judged; libcyaml stores them. It takes "010" for eight and "5x"
 * for five, so what is let through is plain decimal. */
#include "model/config_check.h"

#include "base/nearest.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_number(char *text, size_t size, double v)
{
    snprintf(text, size, v == floor(v) && fabs(v) < 1e17 ? "%.0f" : "%.15g", v);
}

static void join(char *text, size_t size, const char *const words[])
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; words[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 i ? ", " : "", words[i]);
}

char *gt__allowed(const gt_option *option, char text[GT__ALLOWED])
{
    char low[32], high[32], words[40] = "";
    if (option->kind == GT_OPTION_CHOICE) {
        join(text, GT__ALLOWED, option->choices);
        return text;
    }
    if (option->choices)
        join(words, sizeof words, option->choices);
    print_number(low, sizeof low, option->min);
    print_number(high, sizeof high, option->max);
    if (option->kind == GT_OPTION_BOOL)
        snprintf(text, GT__ALLOWED, "true, false");
    else if (option->min == 0 && option->max == 0)
        snprintf(text, GT__ALLOWED, "any number%s%s", *words ? ", " : "",
                 words);
    else
        snprintf(text, GT__ALLOWED, "%s to %s%s%s", low, high,
                 *words ? ", or " : "", words);
    return text;
}

static int find_word(const char *const words[], const char *word)
{
    for (int i = 0; words && words[i]; i++)
        if (!strcmp(words[i], word))
            return i;
    return -1;
}

typedef struct value {
    gt__tree *tree;
    const gt_option *option;
    const char *path;
} value;

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
    const char *word = gt__tree_word(v->tree, node);
    int n = 0;
    while (words[n])
        n++;
    const char *near = gt_nearest(word, words, n);
    char what[80] = "is not known";
    if (near)
        snprintf(what, sizeof what, "is not known; did you mean \"%s\"?", near);
    return fail_allowed(v, node, what);
}

/* A decimal number; whole if the option is. Writes integers the plain way. */
static gt_status check_number(const value *v, int *node)
{
    bool whole = v->option->kind != GT_OPTION_REAL;
    const char *word = gt__tree_word(v->tree, *node);
    char plain[32], *end;
    size_t digits = strspn(word, whole ? "+-0123456789" : "+-.0123456789eE");
    errno = 0;
    double number = strtod(word, &end);
    if (!*word || word[digits] || *end || end == word)
        return fail_allowed(
            v, *node, whole ? "is not a whole number" : "is not a number");
    bool any = v->option->min == 0 && v->option->max == 0;
    double max = any ? HUGE_VAL : v->option->max;
    double min = any ? -HUGE_VAL : v->option->min;
    /* What libcyaml 1.3 can store of an int and an int64_t. */
    double most =
        v->option->kind == GT_OPTION_INT ? 9007199254740992.0 : (1 << 30) - 1;
    if (whole) {
        max = fmin(max, most);
        min = fmax(min, -most);
    }
    if (errno == ERANGE || !(number >= min && number <= max)) {
        char allowed[GT__ALLOWED], quoted[GT__QUOTED];
        gt__quote(word, quoted);
        quoted[strlen(quoted) - 1] = '\0';
        return gt__tree_fail(v->tree, *node, v->path,
                             "%s is out of range (allowed: %s)", quoted + 1,
                             gt__allowed(v->option, allowed));
    }
    if (!whole)
        return GT_OK;
    snprintf(plain, sizeof plain, "%.0f", number == 0 ? 0 : number);
    return strcmp(plain, word) ? gt__tree_scalar(v->tree, plain, *node, node)
                               : GT_OK;
}

/* A list of `count` numbers, or one number that stands for the last (a shape's
 * channels) or for all of them. */
static gt_status check_list(const value *v, int count, int *node)
{
    gt__tree *tree = v->tree;
    gt_status status;
    if (gt__tree_word(tree, *node)) {
        int list, first = *node, one;
        status = check_number(v, &first);
        if (status == GT_OK)
            status = gt__tree_sequence(tree, *node, &list);
        for (int i = 0; i < count && status == GT_OK; i++) {
            bool fill = v->option->kind == GT_OPTION_SHAPE && i < count - 1;
            status = gt__tree_scalar(
                tree, fill ? "1" : gt__tree_word(tree, first), *node, &one);
            if (status == GT_OK)
                status = gt__tree_append(tree, list, one);
        }
        if (status == GT_OK)
            *node = list;
        return status;
    }
    yaml_node_t *n = gt__tree_node(tree, *node);
    yaml_node_item_t *items = n->data.sequence.items.start;
    n->data.sequence.style = YAML_FLOW_SEQUENCE_STYLE;
    long found = (long)(n->data.sequence.items.top - items);
    if (found != count)
        return gt__tree_fail(
            tree, *node, v->path, "a list of %ld where %d numbers %s", found,
            count,
            v->option->kind == GT_OPTION_SHAPE  ? "[height, width, channels] "
                                                  "or one number are expected"
            : v->option->kind == GT_OPTION_PAIR ? "[vertical, horizontal] or "
                                                  "one number are expected"
                                                : "[top, bottom, left, right], "
                                                  "one number or a word are "
                                                  "expected");
    for (int i = 0; i < count; i++) {
        int item = items[i];
        if (!gt__tree_word(tree, item))
            return gt__tree_fail(tree, item, v->path,
                                 "a list or mapping where a number is "
                                 "expected");
        status = check_number(v, &item);
        if (status != GT_OK)
            return status;
        items[i] = item; /* the list did not move: only nodes were added */
    }
    return GT_OK;
}

/* Did somebody try a word here? */
static bool is_word(const char *text)
{
    return (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
}

static gt_status check_scalar(const value *v, int *node)
{
    const char *word = gt__tree_word(v->tree, *node);
    switch (v->option->kind) {
    case GT_OPTION_BOOL:
        if (!strcmp(word, "true") || !strcmp(word, "false"))
            return GT_OK;
        return fail_allowed(v, *node, "is neither true nor false");
    case GT_OPTION_CHOICE:
        return find_word(v->option->choices, word) < 0 ? fail_word(v, *node)
                                                       : GT_OK;
    case GT_OPTION_INT:
        if (find_word(v->option->choices, word) >= 0)
            return GT_OK;
        return v->option->choices && is_word(word) ? fail_word(v, *node)
                                                   : check_number(v, node);
    case GT_OPTION_REAL:
        return check_number(v, node);
    default:
        return GT_OK;
    }
}

static int list_length(gt_option_kind kind)
{
    switch (kind) {
    case GT_OPTION_SHAPE:
        return 3;
    case GT_OPTION_PAIR:
        return 2;
    case GT_OPTION_QUAD:
        return 4;
    default:
        return 0;
    }
}

gt_status gt__value_check(gt__tree *tree, const gt_option *option,
                          const char *path, int *node)
{
    value v = {tree, option, path};
    const char *word = gt__tree_word(tree, *node);
    int length = list_length(option->kind);
    if (gt__tree_empty(tree, *node))
        return gt__tree_fail(tree, *node, path, "no value; %s", option->help);
    bool list = gt__tree_node(tree, *node)->type == YAML_SEQUENCE_NODE;
    if (!word && !(list && length))
        return gt__tree_fail(tree, *node, path, "a %s where %s is expected; %s",
                             list ? "list" : "mapping",
                             length ? "a list" : "a single value",
                             option->help);
    if (!length)
        return check_scalar(&v, node);
    if (word && option->choices && is_word(word))
        return find_word(option->choices, word) < 0 ? fail_word(&v, *node)
                                                    : GT_OK;
    return check_list(&v, length, node);
}
