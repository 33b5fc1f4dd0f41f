/* option.h: a setting that a person may write in a configuration file.
 *
 * One table of gt_option describes the keys of a mapping: the configuration
 * parser fills a struct from it, error messages list what it allows, and
 * `gentrain help config` prints it. So parser, documentation and tests cannot
 * drift apart. Tables end with an entry whose key is NULL.
 */
#ifndef GT_BASE_OPTION_H
#define GT_BASE_OPTION_H

#include <stddef.h>

typedef enum gt_option_kind {
    GT_OPTION_INT,    /* int64_t */
    GT_OPTION_REAL,   /* double */
    GT_OPTION_BOOL,   /* bool */
    GT_OPTION_TEXT,   /* char *, owned by the configuration; "" if empty */
    GT_OPTION_CHOICE, /* int: index into `choices` */
    GT_OPTION_SHAPE,  /* int[3]: [h, w, c]; a single n means [1, 1, n] */
    GT_OPTION_PAIR,   /* int[2]: [vertical, horizontal]; a single n sets both */
    GT_OPTION_QUAD,   /* int[4]: [top, bottom, left, right]; a single n sets
                         all; a word from `choices` sets all to -1 - index */
} gt_option_kind;

typedef struct gt_option {
    const char *key;
    gt_option_kind kind;
    size_t offset;         /* of the field in the struct that is filled */
    const char *otherwise; /* the default as YAML text; NULL: required */
    double min, max;       /* allowed numbers, both inclusive; min == max == 0:
                              any */
    const char *const *choices; /* ends with NULL; CHOICE, QUAD; for INT one
                              word (such as "auto") that stands for -1 */
    const char *help;           /* one line, with units */
} gt_option;

#endif
