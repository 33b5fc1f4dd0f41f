/* source_type.h: what a source of samples is.
 *
 * To add a source, write one file with a gt_source_type, declare that in
 * sources.h and add one line to the table in sources.c. points.c is written as
 * a template.
 */
#ifndef GT_DATA_SOURCE_TYPE_H
#define GT_DATA_SOURCE_TYPE_H

#include "base/status.h"
#include "core/tensor.h"
#include "data/range.h"

#include <stdint.h>

typedef enum gt_split { GT_SPLIT_TRAIN, GT_SPLIT_TEST } gt_split;

typedef struct gt_source gt_source;

typedef struct gt_source_type {
    const char *name; /* scheme of the URI: "idx", "glyphs" */
    const char *help; /* one line: what it is, its URI and parameters */
    uint64_t made;    /* built-in: samples of an epoch unless the parameter
                         `count` says otherwise; 0: the source reads files */
    gt_shape natural; /* built-in: what GT_SHAPE_OF_SOURCE stands for */
    /* Fill shape, classes and data, or refuse the shape that is asked for.
     * Files also set count, and leave it 0 if they lack the split; a built-in
     * source finds count, endless, first and seed set, and `path` NULL. */
    gt_status (*open)(gt_source *source, const char *path, gt_split split);
    /* Image sources: the bytes of one sample, shape.h x w x c. */
    void (*bytes)(const gt_source *source, uint64_t number, uint8_t *out);
    /* Point sources: its numbers. Exactly one of the two is set. */
    void (*reals)(const gt_source *source, uint64_t number, gt_real *out);
    int (*label)(const gt_source *source, uint64_t number); /* -1: none */
    void (*close)(gt_source *source);
} gt_source_type;

struct gt_source {
    const gt_source_type *type;
    char *uri;
    gt_shape shape; /* before open: what the model works at */
    uint64_t count; /* samples of an epoch */
    bool endless;   /* epoch e has the numbers e * count .. (e+1) * count - 1;
                       else each epoch has 0 .. count - 1 */
    int classes;    /* labels are 0 .. classes - 1; 0: no labels */
    uint64_t seed;  /* of built-in data: parameter `seed`, default 1 */
    uint64_t first; /* built-in: random numbers of sample i are those of
                       address first + i, which keeps the splits apart */
    void *data;     /* private to the type */
};

#endif
