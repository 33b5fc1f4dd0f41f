/* section.h: the sections of a configuration, and the container that holds
 * them. Local.
 *
 * A section of the file, such as "train", belongs to the module that reads it:
 * beside its code stand a struct, a table of gt_option and a gt_section, and in
 * its header an inline accessor of the form
 *
 *   static inline const gt_train_config *gt_train_config_of(const gt_config *c)
 *   {
 *       return gt_config_get(c, &gt_train_section);
 *   }
 *
 * Several gt_sections may have one name: they are parts of one section of the
 * file, with keys in the order of the parts. So a task adds keys of its own to
 * "model" or "train". Which sections there are, and which tasks have them, is
 * said by a gt_schema (model/schema.h).
 */
#ifndef GT_BASE_SECTION_H
#define GT_BASE_SECTION_H

#include "base/option.h"
#include "base/status.h"

typedef struct gt_config gt_config;
typedef struct gt_section gt_section;

/* Where in a configuration something is wrong. */
typedef struct gt_config_place {
    const gt_section *section;
    const char *key; /* NULL: the whole section */
} gt_config_place;

struct gt_section {
    const char *name; /* "train" */
    const char *help; /* one line; that of a section's first part counts */
    const gt_option *options;
    size_t size;                /* of the struct that the options fill */
    const gt_section *inherits; /* of the same options: gives the values that
                                   are not said here; NULL: the defaults do */
    bool resumable;             /* all its options are */
    /* Do the values go together, with each other and with other sections?
     * Called when all sections are filled, with *at this section. If not: say
     * where in *at and return gt_fail(GT_ERR_CONFIG, ...); the message needs
     * neither place nor key. NULL: nothing to check. */
    gt_status (*check)(const gt_config *config, gt_config_place *at);
};

struct gt_config_part {
    const gt_section *section;
    void *values; /* owned */
};

/* What a person asked for: the sections of one task, filled. */
struct gt_config {
    int task;              /* number in the schema */
    const char *task_name; /* borrowed from the schema */
    int n_parts;
    struct gt_config_part *parts; /* owned */
    char *text;                   /* owned: the resolved YAML */
};

/* The struct of a section. A section that the configuration's task does not
 * have must not be asked for. */
const void *gt_config_get(const gt_config *config, const gt_section *section);

#endif
