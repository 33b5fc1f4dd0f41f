/* option.h: a setting that a person may write in a configuration file.
 *
 * One table of gt_option describes the keys of a mapping: the configuration
 * parser fills a struct from it, error messages list what it allows, the
 * printed reference comes from it, and two structs are compared by it. So
 * parser, documentation and tests cannot drift apart. A table ends with an
 * entry whose key is NULL; a line leaves out the fields that are 0.
 */
#ifndef GT_BASE_OPTION_H
#define GT_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>

typedef enum gt_option_kind {
    GT_OPTION_INT,      /* int64_t */
    GT_OPTION_REAL,     /* double */
    GT_OPTION_BOOL,     /* bool */
    GT_OPTION_TEXT,     /* char *, owned by the configuration; "" if empty */
    GT_OPTION_CHOICE,   /* int: index into `choices` */
    GT_OPTION_SHAPE,    /* gt_shape: [height, width, channels], of a volume
                           [depth, height, width, channels]; a single n means
                           [1, 1, n] */
    GT_OPTION_PAIR,     /* int[2]: [vertical, horizontal]; a single n sets both
                         */
    GT_OPTION_QUAD,     /* int[4]: [top, bottom, left, right]; a single n sets
                           all; a word from `choices` sets all to -1 - index */
    GT_OPTION_WORDS,    /* gt_word_list: words; a single one is a list of one */
    GT_OPTION_VARIANTS, /* gt_variant_list: at least one of `variants` */
} gt_option_kind;

typedef struct gt_variants gt_variants;

typedef struct gt_option {
    const char *key;
    gt_option_kind kind;
    size_t offset;         /* of the field in the struct that is filled */
    const char *otherwise; /* the default as YAML text; NULL: required, or
                              optional */
    double min, max;       /* allowed numbers, both inclusive; min == max == 0:
                              any */
    const char *const *choices;  /* ends with NULL; CHOICE, QUAD; for INT one
                                    word (such as "auto") that stands for -1 */
    const char *help;            /* one line, with units */
    const gt_variants *variants; /* VARIANTS: what the list may hold */
    bool optional;  /* may be left out; then the field stays 0 and the resolved
                       text has no such key. For TEXT, WORDS and VARIANTS, of
                       which the list may also be empty */
    bool per_node;  /* ranks of a job may have other values, as what these
                       stand for is compared elsewhere */
    bool resumable; /* a run that is resumed with another value is still the
                       same training, or its checkpoints tell */
} gt_option;

/* One of the things that a list may hold, such as a type of layer. */
typedef struct gt_variant {
    const char *name; /* "dense" */
    const char *help; /* one line */
    const gt_option *options;
    size_t size; /* of the struct that they fill; 0: there are none */
} gt_variant;

/* What a list may hold: each item is a name, or a name with options. */
struct gt_variants {
    const char *noun, *plural;    /* "layer", "layers" */
    const char *example;          /* of an item: "dense: {units: 10}" */
    const char *help;             /* how items are written; sentences */
    gt_variant (*at)(int number); /* name NULL behind the last */
    /* What each item may have beside its own options, all optional, in a struct
     * of its own. */
    const gt_option *common;
    size_t common_size;
    bool in_order; /* an item's options may be given without their keys, in
                      their order: "NAME: VALUE", "NAME: [VALUE, VALUE]" */
};

/* The value of a WORDS option. */
typedef struct gt_word_list {
    char **words; /* owned by the configuration */
    int count;
} gt_word_list;

typedef struct gt_variant_item {
    int variant;   /* number in gt_variants */
    void *options; /* owned by the configuration; NULL if there are none */
    void *common;  /* likewise: what gt_variants.common describes */
} gt_variant_item;

/* The value of a VARIANTS option. */
typedef struct gt_variant_list {
    gt_variant_item *items; /* owned by the configuration */
    int count;
} gt_variant_list;

#endif
