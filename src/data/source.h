/* source.h: where samples come from; the table of all sources. Local.
 *
 * A source gives samples by number, in any order, from any thread, and never
 * fails once it is open: opening reads and checks everything, with
 * gt_collective_tick after each piece (base/collective_tick.h). Built-in
 * sources make a sample from its number and so are endless; a file has as many
 * as it has. To add a source, write one file with a gt_source_type and add one
 * line to the table in source.c.
 */
#ifndef GT_DATA_SOURCE_H
#define GT_DATA_SOURCE_H

#include "base/status.h"
#include "core/tensor.h"

#include <stdint.h>

typedef enum gt_split { GT_SPLIT_TRAIN, GT_SPLIT_TEST } gt_split;

typedef enum gt_range {
    GT_RANGE_SYMMETRIC, /* byte / 127.5 - 1: [-1, 1], for tanh */
    GT_RANGE_UNIT,      /* byte / 255: [0, 1], for sigmoid and Bernoulli */
} gt_range;

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

/* As `want`: the shape a file has, or a built-in source's natural one. */
#define GT_SHAPE_OF_SOURCE ((gt_shape){0, 0, 0})

/* Open a URI for one split. Forms: a path (file or folder, IDX or IDX.gz);
 * "idx:PATH"; "glyphs", "shapes", "ring", "grid", with parameters
 * "glyphs?count=60000&test_count=10000&seed=1" (test_count=0: no test split). A
 * name in the table comes before a path of that name, which "./NAME" reaches. A
 * folder holds the MNIST family's four files; a file is an images file whose
 * labels file is found beside it if it is there, and has no test split.
 * GT_SPLIT_TEST of something that has no held-out part succeeds with *out =
 * NULL. `want` is the shape the model works at: built-in sources make it, file
 * sources must match it (GT_ERR_MISMATCH; message shows both). Errors:
 * GT_ERR_IO, GT_ERR_FORMAT, GT_ERR_CONFIG (URI), GT_ERR_MISMATCH. */
gt_status gt_source_open(gt_source **out, const char *uri, gt_split split,
                         gt_shape want);
void gt_source_close(gt_source *source);

/* Sample `number` scaled to `range` (points are never scaled). */
void gt_source_read(const gt_source *source, uint64_t number, gt_range range,
                    gt_real *out);

extern const gt_source_type *const gt_source_types[];
extern const int gt_source_type_count;

#endif
