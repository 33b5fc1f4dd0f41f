/* config_changes.c: two configurations compared option by option, by the tables
 * that filled them. So neither how a value is written counts, nor whether it
 * was said or is the default: a key that came later has its default in both. */
#include "model/config_changes.h"

#include "model/option_text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { PATH = 160 };

typedef struct report {
    char *out;
    size_t size, used;
} report;

__attribute__((format(printf, 2, 3))) static void add(report *r,
                                                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (r->used < r->size)
        r->used += (size_t)vsnprintf(r->out + r->used, r->size - r->used,
                                     format, args);
    va_end(args);
}

static void add_change(report *r, const char *path, const char *now,
                       const char *then)
{
    add(r, "%s%s %s (%s before)", r->used ? ", " : "", path, now, then);
}

static const void *field_of(const void *values, const gt_option *option)
{
    return (const char *)values + option->offset;
}

/* An optional text may be NULL. */
static const char *text_of(const void *field)
{
    const char *text = *(char *const *)field;
    return text ? text : "";
}

static bool same_words(const gt_word_list *a, const gt_word_list *b)
{
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++)
        same = !strcmp(a->words[i], b->words[i]);
    return same;
}

/* Not for VARIANTS. */
static bool same_value(const gt_option *option, const void *a, const void *b)
{
    switch (option->kind) {
    case GT_OPTION_INT:
        return *(const int64_t *)a == *(const int64_t *)b;
    case GT_OPTION_REAL:
        return *(const double *)a == *(const double *)b;
    case GT_OPTION_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case GT_OPTION_CHOICE:
        return *(const int *)a == *(const int *)b;
    case GT_OPTION_TEXT:
        return !strcmp(text_of(a), text_of(b));
    case GT_OPTION_WORDS:
        return same_words(a, b);
    default:
        return !memcmp(a, b,
                       (size_t)gt__option_length(option->kind) * sizeof(int));
    }
}

static void compare_value(report *r, const char *path, const gt_option *option,
                          const void *then, const void *now)
{
    char new[GT__VALUE_TEXT], old[GT__VALUE_TEXT];
    if (!same_value(option, then, now))
        add_change(r, path, gt__value_text(option, now, new),
                   gt__value_text(option, then, old));
}

static void compare_options(report *r, const char *path,
                            const gt_option *options, const void *then,
                            const void *now)
{
    char full[2 * PATH];
    for (const gt_option *o = options; o && o->key; o++) {
        snprintf(full, sizeof full, "%s.%s", path, o->key);
        compare_value(r, full, o, field_of(then, o), field_of(now, o));
    }
}

/* The items of two lists, in turn; they have no lists of their own. */
static void compare_lists(report *r, const char *path, const gt_option *option,
                          const gt_variant_list *then,
                          const gt_variant_list *now)
{
    char new[GT__VALUE_TEXT], old[GT__VALUE_TEXT], full[2 * PATH];
    if (then->count != now->count) {
        add_change(r, path, gt__value_text(option, now, new),
                   gt__value_text(option, then, old));
        return;
    }
    for (int i = 0; i < now->count; i++) {
        const gt_variant_item *a = &then->items[i], *b = &now->items[i];
        gt_variant before = option->variants->at(a->variant);
        gt_variant after = option->variants->at(b->variant);
        snprintf(full, sizeof full, "%s.%d", path, i);
        if (a->variant != b->variant) {
            add_change(r, full, after.name, before.name);
            continue;
        }
        snprintf(full, sizeof full, "%s.%d.%s", path, i, after.name);
        compare_options(r, full, after.options, a->options, b->options);
        compare_options(r, full, option->variants->common, a->common,
                        b->common);
    }
}

/* A value that is the base's on both sides has changed there. */
static bool follows_base(const gt_section *section, const gt_option *option,
                         const gt_config *config, const void *values)
{
    if (!section->inherits || option->kind == GT_OPTION_VARIANTS)
        return false;
    const void *base = gt_config_get(config, section->inherits);
    return same_value(option, field_of(base, option), field_of(values, option));
}

static void compare_parts(report *r, const gt_config *then,
                          const struct gt_config_part *before,
                          const gt_config *now,
                          const struct gt_config_part *after)
{
    const gt_section *section = after->section;
    for (const gt_option *o = section->options; o->key; o++) {
        char path[PATH];
        const void *a = field_of(before->values, o);
        const void *b = field_of(after->values, o);
        if (o->resumable || (follows_base(section, o, then, before->values) &&
                             follows_base(section, o, now, after->values)))
            continue;
        snprintf(path, sizeof path, "%s.%s", section->name, o->key);
        if (o->kind == GT_OPTION_VARIANTS)
            compare_lists(r, path, o, a, b);
        else
            compare_value(r, path, o, a, b);
    }
}

void gt_config_changes(const gt_config *then, const gt_config *now, char *out,
                       size_t size)
{
    report r = {.out = out, .size = size};
    *out = '\0';
    if (then->task != now->task) {
        add_change(&r, "task", now->task_name, then->task_name);
        return;
    }
    for (int i = 0; i < now->n_parts; i++)
        if (!now->parts[i].section->resumable)
            compare_parts(&r, then, &then->parts[i], now, &now->parts[i]);
}
