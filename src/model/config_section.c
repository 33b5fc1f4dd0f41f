/* config_section.c: a section travels as YAML, so what takes it up checks it as
 * it checks all that people write. */
#include "model/config_section.h"

#include "model/config_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_among(const char *word, const char *const *words)
{
    while (*words && strcmp(word, *words) != 0)
        words++;
    return *words != NULL;
}

static void leave_out(gt__tree *tree, int mapping, const char *const *without)
{
    yaml_node_t *n = gt__tree_node(tree, mapping);
    yaml_node_pair_t *kept = n->data.mapping.pairs.start;
    for (yaml_node_pair_t *p = kept; p < n->data.mapping.pairs.top; p++)
        if (!is_among(gt__tree_word(tree, p->key), without))
            *kept++ = *p;
    n->data.mapping.pairs.top = kept;
}

/* "SECTION=" and the text of the mapping. */
static gt_status write(gt__tree *tree, int mapping, const char *section,
                       char **setting)
{
    char *text;
    gt_status status = gt__text_emit(tree, mapping, &text);
    if (status != GT_OK)
        return status;
    size_t size = strlen(section) + strlen(text) + 2;
    *setting = malloc(size);
    if (*setting)
        snprintf(*setting, size, "%s=%s", section, text);
    free(text);
    return *setting ? GT_OK : gt__tree_no_memory();
}

gt_status gt_config_section_setting(const gt_config *from, const char *section,
                                    const char *const *without, char **setting)
{
    gt__tree tree = {0};
    *setting = NULL;
    gt_status status = gt__text_parse(&tree, "the other configuration",
                                      from->text, strlen(from->text));
    int mapping = status == GT_OK ? gt__tree_find(&tree, 1, section) : 0;
    if (status == GT_OK && !mapping)
        status = gt_fail(GT_ERR_CONFIG, "there is no section \"%s\"", section);
    if (status == GT_OK) {
        leave_out(&tree, mapping, without);
        status = write(&tree, mapping, section, setting);
    }
    gt__tree_free(&tree);
    return status;
}
