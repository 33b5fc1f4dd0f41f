/* layer_options.h: fill a layer's option struct from text for tests, by the
 * table that also feeds the configuration parser: defaults first, then
 * overrides such as "filters=3 kernel=3x2 padding=same". Numbers of a value are
 * separated by x or a comma. */
#ifndef GT_TESTS_LAYER_OPTIONS_H
#define GT_TESTS_LAYER_OPTIONS_H

#include "nn/layers.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYER_OPTION_VALUE = 64 };

static int layer_option_word(const gt_option *option, const char *value)
{
    for (int i = 0; option->choices && option->choices[i]; i++)
        if (!strcmp(option->choices[i], value))
            return i;
    return -1;
}

/* Up to `most` whole numbers of value; returns how many. */
static int layer_option_numbers(const char *value, int *numbers, int most)
{
    int n = 0;
    for (const char *p = value; *p && n < most;) {
        char *end;
        long number = strtol(p, &end, 10);
        if (end == p) {
            p++;
            continue;
        }
        numbers[n++] = (int)number;
        p = end;
    }
    return n;
}

/* false: the value makes no sense for the option. */
static bool layer_option_set(const gt_option *option, const char *value,
                             void *field)
{
    int numbers[4] = {0}, word = layer_option_word(option, value);
    int n = layer_option_numbers(value, numbers, 4);
    switch (option->kind) {
    case GT_OPTION_INT:
        *(int64_t *)field = word >= 0 ? -1 : numbers[0];
        return word >= 0 || n == 1;
    case GT_OPTION_REAL:
        *(double *)field = strtod(value, NULL);
        return n > 0;
    case GT_OPTION_BOOL:
        *(bool *)field = !strcmp(value, "true");
        return *(bool *)field || !strcmp(value, "false");
    case GT_OPTION_VARIANTS: /* no layer has layers */
        return false;
    case GT_OPTION_CHOICE:
        *(int *)field = word;
        return word >= 0;
    case GT_OPTION_SHAPE:
        if (n == 1)
            memcpy(numbers, (int[]){1, 1, numbers[0]}, 3 * sizeof(int));
        *(gt_shape *)field =
            n == 4 ? (gt_shape){numbers[1], numbers[2], numbers[3], numbers[0]}
                   : (gt_shape){numbers[0], numbers[1], numbers[2]};
        return n == 1 || n == 3 || n == 4;
    case GT_OPTION_PAIR:
        numbers[1] = n == 1 ? numbers[0] : numbers[1];
        memcpy(field, numbers, 2 * sizeof(int));
        return n == 1 || n == 2;
    case GT_OPTION_QUAD:
        for (int i = 0; i < 4 && (word >= 0 || n == 1); i++)
            ((int *)field)[i] = word >= 0 ? -1 - word : numbers[0];
        if (n == 4)
            memcpy(field, numbers, sizeof numbers);
        return word >= 0 || n == 1 || n == 4;
    case GT_OPTION_TEXT:
    case GT_OPTION_WORDS:
        break;
    }
    return false;
}

/* Options of `type` in fresh memory (free() it); NULL, with a line on stderr,
 * if the text names an unknown key, gives nonsense or lacks what is required.
 */
static void *layer_options_new(const gt_layer_type *type, const char *text)
{
    char copy[256], *words[16];
    int n = 0, used = 0;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[n++] = word;

    char *options = calloc(1, type->options_size + 1);
    for (const gt_option *o = type->options; options && o->key; o++) {
        const char *value = o->otherwise;
        for (int i = 0; i < n; i++) {
            size_t length = strlen(o->key);
            if (strncmp(words[i], o->key, length) || words[i][length] != '=')
                continue;
            value = words[i] + length + 1;
            used++;
        }
        if (value && layer_option_set(o, value, options + o->offset))
            continue;
        fprintf(stderr, "%s: bad or missing %s in \"%s\"\n", type->name, o->key,
                text);
        free(options);
        return NULL;
    }
    if (used == n)
        return options;
    fprintf(stderr, "%s: unknown key in \"%s\"\n", type->name, text);
    free(options);
    return NULL;
}

#endif
