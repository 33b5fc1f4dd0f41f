/* source_type.h: what a source of samples is.
 *
 * To add a source, write one file with a gt_source_type, declare that in
 * sources.h and add one line to the table in sources.c. points.c is written as
 * a template. The parser of URIs, `gentrain help data` and the tests read the
 * table.
 */
#ifndef GT_DATA_SOURCE_TYPE_H
#define GT_DATA_SOURCE_TYPE_H

#include "base/status.h"
#include "core/tensor.h"
#include "data/range.h"

#include <stdint.h>

/* The samples for training, and those that training never sees. */
typedef enum gt_split { GT_SPLIT_TRAIN, GT_SPLIT_TEST } gt_split;

typedef struct gt_source gt_source;

/* A built-in source makes each sample from its number, and so is endless; the
 * others read files. */
typedef struct gt_source_type {
    const char *name;       /* scheme of the URI: "idx", "glyphs" */
    const char *help;       /* one line: what it is, its URI and parameters */
    uint64_t default_count; /* built-in: samples of an epoch if the URI has no
                               parameter `count`; 0: the source reads files */
    gt_shape natural;       /* built-in: its shape for GT_SHAPE_OF_SOURCE */

    /* Fill shape, classes and data, or refuse the shape that the model works
     * at. A source that reads files also sets count and digest, and leaves
     * count 0 if the files lack the split. A built-in one finds count, endless,
     * first, seed and digest set, and `path` NULL. Errors: see gt_source_open.
     */
    gt_status (*open)(gt_source *source, const char *path, gt_split split);

    /* Bytes of memory that `open` will take for good, as far as that can be
     * told without reading everything; 0 where it will fail. NULL: few. */
    double (*memory)(const char *path, gt_split split);

    /* Exactly one of these two is set. They cannot fail, and any thread may
     * call them. Images: the bytes [shape.h x w x c] of one sample. Points: its
     * numbers. */
    void (*bytes)(const gt_source *source, uint64_t number, uint8_t *out);
    void (*reals)(const gt_source *source, uint64_t number, gt_real *out);

    /* The label of a sample; -1: it has none. */
    int (*label)(const gt_source *source, uint64_t number);

    /* Free `data`, also after a failed open. NULL: there is nothing to free. */
    void (*close)(gt_source *source);
} gt_source_type;

struct gt_source {
    const gt_source_type *type;
    char *uri;
    gt_shape shape;  /* before open: the shape that the model works at */
    uint64_t count;  /* samples of an epoch */
    bool endless;    /* epoch e has the numbers e * count .. (e+1) * count - 1;
                        else each epoch has 0 .. count - 1 */
    int classes;     /* labels are 0 .. classes - 1; 0: no labels */
    uint64_t seed;   /* built-in: parameter `seed`, by default 1 */
    uint64_t digest; /* of all samples and labels: equal for equal data. Of a
                        built-in source, of what it makes them from */
    uint64_t first;  /* built-in: sample i has the random numbers of address
                        first + i, so those of the splits differ */
    void *data;      /* private to the type */
};

#endif
