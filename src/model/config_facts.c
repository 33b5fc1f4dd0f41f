/* config_facts.c: values are taken from the structs, not from the text: neither
 * how a value is written counts, nor comments or the order of keys. */
#include "model/config_facts.h"

#include "model/option_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH = 160 };

/* Texts and words are put whole, however long. */
static void put_text(FILE *out, const char *text)
{
    fputs(text ? text : "none", out);
}

static void put_words(FILE *out, const gt_word_list *list)
{
    for (int i = 0; i < list->count; i++)
        fprintf(out, "%s%s", i ? ", " : "", list->words[i]);
    put_text(out, list->count ? "" : NULL);
}

static void put_value(FILE *out, const char *path, const gt_option *option,
                      const void *values)
{
    char text[GT__VALUE_TEXT];
    const void *field = (const char *)values + option->offset;
    if (option->per_node)
        return;
    fprintf(out, "%s.%s\t", path, option->key);
    if (option->kind == GT_OPTION_TEXT)
        put_text(out, *(char *const *)field);
    else if (option->kind == GT_OPTION_WORDS)
        put_words(out, field);
    else
        put_text(out, gt__value_text(option, field, text));
    fputc('\n', out);
}

static void put_list(FILE *out, const char *path, const gt_option *option,
                     const void *values)
{
    const gt_variant_list *list =
        (const void *)((const char *)values + option->offset);
    for (int i = 0; i < list->count; i++) {
        char item[2 * PATH];
        const gt_variant_item *at = &list->items[i];
        gt_variant variant = option->variants->at(at->variant);
        fprintf(out, "%s.%s.%d\t%s\n", path, option->key, i, variant.name);
        snprintf(item, sizeof item, "%s.%s.%d.%s", path, option->key, i,
                 variant.name);
        for (const gt_option *o = variant.options; o && o->key; o++)
            put_value(out, item, o, at->options);
        for (const gt_option *o = option->variants->common; o && o->key; o++)
            put_value(out, item, o, at->common);
    }
}

gt_status gt_config_facts(const gt_config *config, char **text)
{
    size_t size;
    FILE *out = open_memstream(text, &size);
    if (!out)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a configuration");
    fprintf(out, "task\t%s\n", config->task_name);
    for (int i = 0; i < config->n_parts; i++) {
        const struct gt_config_part *part = &config->parts[i];
        const gt_section *section = part->section;
        for (const gt_option *o = section->options; o->key; o++)
            if (o->kind == GT_OPTION_VARIANTS)
                put_list(out, section->name, o, part->values);
            else
                put_value(out, section->name, o, part->values);
    }
    if (fclose(out) == 0)
        return GT_OK;
    free(*text);
    *text = NULL;
    return gt_fail(GT_ERR_MEMORY, "cannot allocate a configuration");
}
