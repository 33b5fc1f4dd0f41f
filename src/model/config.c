/* config.c: from text to configuration in one pass: text, tree, the tree
 * changed by --set, the tree checked and its values taken. What is written is
 * the tree once more. */
#include "model/config.h"

#include "model/config_blocks.h"
#include "model/config_check.h"
#include "model/config_set.h"
#include "model/config_text.h"

#include <stdlib.h>

gt_status gt_config_parse(gt_config **out, const gt_schema *schema,
                          const char *name, const char *text, size_t size,
                          const char *const *sets, int n_sets)
{
    gt__tree tree = {.sets = sets};
    gt_config *config = calloc(1, sizeof *config);
    *out = NULL;
    if (!config)
        return gt__tree_no_memory();
    gt_status status = gt__text_parse(&tree, name, text, size);
    if (status == GT_OK)
        status = gt__config_check_root(&tree, schema);
    for (int i = 0; i < n_sets && status == GT_OK; i++)
        status = gt__set_apply(&tree, i);
    if (status == GT_OK)
        status = gt__blocks_expand(&tree, schema);
    if (status == GT_OK)
        status = gt__config_fill(&tree, schema, config);
    if (status == GT_OK)
        status = gt__config_check(&tree, config);
    if (status == GT_OK)
        status = gt__text_emit(&tree, 1, &config->text);
    if (status == GT_OK) {
        *out = config;
        config = NULL;
    }
    gt_config_free(config);
    gt__tree_free(&tree);
    return status;
}

static void free_words(gt_word_list *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->words[i]);
    free(list->words);
}

static void free_values(const gt_option *options, void *values);

static void free_variants(const gt_variants *variants, gt_variant_list *list)
{
    for (int i = 0; i < list->count; i++) {
        gt_variant_item *item = &list->items[i];
        if (item->options)
            free_values(variants->at(item->variant).options, item->options);
        if (item->common)
            free_values(variants->common, item->common);
    }
    free(list->items);
}

static void free_values(const gt_option *options, void *values)
{
    for (; options->key; options++) {
        void *field = (char *)values + options->offset;
        if (options->kind == GT_OPTION_TEXT)
            free(*(char **)field);
        else if (options->kind == GT_OPTION_WORDS)
            free_words(field);
        else if (options->kind == GT_OPTION_VARIANTS)
            free_variants(options->variants, field);
    }
    free(values);
}

void gt_config_free(gt_config *config)
{
    if (!config)
        return;
    for (int i = 0; i < config->n_parts; i++)
        free_values(config->parts[i].section->options, config->parts[i].values);
    free(config->parts);
    free(config->text);
    free(config);
}
