/* reference.h: the keys of a configuration, printed for people. Local.
 *
 * One pass over the tables serves three styles. Plain text has at most 80
 * columns. Roff and Markdown are parts of a page, for a program that prints
 * what comes before: paragraphs, and below them one .SS or one "###" heading
 * for each section or layer.
 */
#ifndef GT_MODEL_REFERENCE_H
#define GT_MODEL_REFERENCE_H

#include "model/schema.h"

#include <stdio.h>

typedef enum gt_reference_style {
    GT_REFERENCE_PLAIN,
    GT_REFERENCE_ROFF,
    GT_REFERENCE_MARKDOWN,
} gt_reference_style;

/* All sections of a schema: each key with its default, its meaning and the
 * values it takes. */
void gt_config_print_reference(FILE *out, gt_reference_style style,
                               const gt_schema *schema);

/* The same of all variants that a list may hold, such as the layers. */
void gt_variants_print_reference(FILE *out, gt_reference_style style,
                                 const gt_variants *variants);

#endif
