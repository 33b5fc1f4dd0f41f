/* option_text.c: what a person reads of an option, for messages and for the
 * printed reference alike. */
#include "model/option_text.h"

#include "core/tensor.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int gt__option_length(gt_option_kind kind)
{
    switch (kind) {
    case GT_OPTION_PAIR:
        return 2;
    case GT_OPTION_SHAPE:
    case GT_OPTION_QUAD:
        return 4;
    default:
        return 0;
    }
}

static void print_limit(char *text, size_t size, double v)
{
    snprintf(text, size, v == floor(v) && fabs(v) < 1e17 ? "%.0f" : "%.15g", v);
}

static void join(char *text, size_t size, const char *const words[])
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; words && words[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 i ? ", " : "", words[i]);
}

char *gt__allowed(const gt_option *option, char text[GT__ALLOWED])
{
    char low[32], high[32], words[40];
    switch (option->kind) {
    case GT_OPTION_TEXT:
        text[0] = '\0';
        return text;
    case GT_OPTION_WORDS:
        snprintf(text, GT__ALLOWED, "list of words");
        return text;
    case GT_OPTION_CHOICE:
        join(text, GT__ALLOWED, option->choices);
        return text;
    case GT_OPTION_BOOL:
        snprintf(text, GT__ALLOWED, "true, false");
        return text;
    case GT_OPTION_VARIANTS:
        snprintf(text, GT__ALLOWED, "list of %s", option->variants->plural);
        return text;
    default:
        break;
    }
    join(words, sizeof words, option->choices);
    print_limit(low, sizeof low, option->min);
    print_limit(high, sizeof high, option->max);
    if (option->min == 0 && option->max == 0)
        snprintf(text, GT__ALLOWED, "any number%s%s", *words ? ", " : "",
                 words);
    else
        snprintf(text, GT__ALLOWED, "%s to %s%s%s", low, high,
                 *words ? ", or " : "", words);
    return text;
}

/* In as few digits as read back as the same number. */
static void print_real(char text[GT__VALUE_TEXT], double v)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, GT__VALUE_TEXT, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            return;
    }
}

/* Words stand for -1, -2, ... */
static void print_numbers(const gt_option *option, const int *v, int n,
                          char text[GT__VALUE_TEXT])
{
    if (v[0] < 0 && option->choices) {
        snprintf(text, GT__VALUE_TEXT, "%s", option->choices[-1 - v[0]]);
        return;
    }
    int used = 0;
    for (int i = 0; i < n; i++)
        used += snprintf(text + used, (size_t)(GT__VALUE_TEXT - used), "%s%d",
                         i ? ", " : "[", v[i]);
    snprintf(text + used, (size_t)(GT__VALUE_TEXT - used), "]");
}

static void print_words(const gt_word_list *list, char text[GT__VALUE_TEXT])
{
    size_t used = 0;
    for (int i = 0; i < list->count && used < GT__VALUE_TEXT - 1; i++)
        used += (size_t)snprintf(text + used, GT__VALUE_TEXT - used, "%s%s",
                                 i ? ", " : "[", list->words[i]);
    if (used < GT__VALUE_TEXT)
        snprintf(text + used, GT__VALUE_TEXT - used, "%s",
                 list->count ? "]" : "none");
}

char *gt__value_text(const gt_option *option, const void *field,
                     char text[GT__VALUE_TEXT])
{
    switch (option->kind) {
    case GT_OPTION_INT: {
        int64_t v = *(const int64_t *)field;
        if (v == -1 && option->choices)
            snprintf(text, GT__VALUE_TEXT, "%s", option->choices[0]);
        else
            snprintf(text, GT__VALUE_TEXT, "%lld", (long long)v);
        break;
    }
    case GT_OPTION_REAL:
        print_real(text, *(const double *)field);
        break;
    case GT_OPTION_BOOL:
        snprintf(text, GT__VALUE_TEXT, "%s",
                 *(const bool *)field ? "true" : "false");
        break;
    case GT_OPTION_TEXT: {
        const char *value = *(char *const *)field;
        snprintf(text, GT__VALUE_TEXT, "%s", value ? value : "none");
        break;
    }
    case GT_OPTION_WORDS:
        print_words(field, text);
        break;
    case GT_OPTION_CHOICE:
        snprintf(text, GT__VALUE_TEXT, "%s",
                 option->choices[*(const int *)field]);
        break;
    case GT_OPTION_VARIANTS: {
        const gt_variant_list *list = field;
        snprintf(text, GT__VALUE_TEXT, "%d %s", list->count,
                 list->count == 1 ? option->variants->noun
                                  : option->variants->plural);
        break;
    }
    case GT_OPTION_SHAPE:
        gt_shape_list(*(const gt_shape *)field, text);
        break;
    default:
        print_numbers(option, field, gt__option_length(option->kind), text);
    }
    return text;
}
