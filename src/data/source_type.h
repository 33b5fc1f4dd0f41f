/* source_type.h: what a source of samples is.
 *
 * To add a source, write one file with a gt_source_type, declare that in
 * sources.h and add one line to the table in sources.c. points.c is written as
 * a template. The parser of URIs, `gentrain help data` and the tests read the
 * table.
 */
#ifndef GT_DATA_SOURCE_TYPE_H
#define GT_DATA_SOURCE_TYPE_H

#include "base/region.h"
#include "core/tensor.h"
#include "data/config.h"
#include "data/holdout.h"
#include "data/range.h"

#include <stdint.h>

/* The samples for training, and those that training never sees. */
typedef enum gt_split { GT_SPLIT_TRAIN, GT_SPLIT_TEST } gt_split;

typedef struct gt_source gt_source;

/* A number that comes with each sample: how it was made, or measured. */
typedef struct gt_condition {
    const char *name;
    const char *help; /* one line: what it is, its unit, its range */
} gt_condition;

/* What a sample is made of. */
typedef enum gt_element {
    GT_ELEMENT_BYTES, /* uint8 */
    GT_ELEMENT_REALS, /* any other number */
} gt_element;

/* What a source is opened for. */
typedef struct gt_source_request {
    const char *path; /* NULL: the source is built in */
    gt_split split;
    const gt_data_config *config; /* with all that says how to read */
    /* For held-out samples: the training ones of the same path, open, for as
     * long as these are; NULL: they have to be looked at anew. */
    const struct gt_source *train;
    bool opened; /* another process of this machine has opened the same */
} gt_source_request;

/* What is to be seen of a path before anything of it is read. */
typedef struct gt_path_look {
    const char *path;
    bool there;  /* a file or folder has that whole name */
    bool folder; /* it is one */
    uint8_t head[512];
    size_t n; /* of the file: its first bytes, as they are */
} gt_path_look;

/* Where the samples of one read go; NULL: these are not asked for. */
typedef struct gt_source_rows {
    uint8_t *bytes;      /* [n x shape], of a source of bytes */
    gt_real *reals;      /* [n x shape], of a source of reals */
    int *labels;         /* [n], -1: the sample has none */
    gt_real *conditions; /* [n x source->n_conditions] */
} gt_source_rows;

/* The rows from `first` on, of samples of `size` elements. */
static inline gt_source_rows gt_source_rows_from(const gt_source_rows *rows,
                                                 size_t first, size_t size,
                                                 int n_conditions)
{
    size_t columns = (size_t)n_conditions;
    return (gt_source_rows){
        .bytes = rows->bytes ? rows->bytes + first * size : NULL,
        .reals = rows->reals ? rows->reals + first * size : NULL,
        .labels = rows->labels ? rows->labels + first : NULL,
        .conditions =
            rows->conditions ? rows->conditions + first * columns : NULL};
}

/* A built-in source makes each sample from its number, and so is endless; the
 * others read files. */
typedef struct gt_source_type {
    const char *name;       /* scheme of the URI: "idx", "glyphs" */
    const char *help;       /* one line: what it is, its URI and parameters */
    uint64_t default_count; /* built-in: samples of an epoch if the URI has no
                               parameter `count`; 0: the source reads files */
    gt_shape natural;       /* built-in: its shape for GT_SHAPE_OF_SOURCE */
    bool lists;             /* a path may be several, with commas between, or a
                               pattern */
    /* A mixture of Gaussians that all have the deviation `sigma`: the centre of
     * the one that samples of a label are drawn from. NULL: it is none. */
    void (*mode)(int label, double *centre);
    double sigma;
    /* What comes with every sample, in the order of columns, ended by a NULL
     * name; NULL: nothing, or `open` says it. */
    const gt_condition *conditions;

    /* Reads files: whether the path's content is of this kind. Types are asked
     * in the order of the table. */
    bool (*recognises)(const gt_path_look *look);

    /* Fill shape, element, classes and data, or refuse the shape that the model
     * works at. A source that reads files also sets count, and leaves it 0 if
     * the files lack the split; it sets conditions and n_conditions where the
     * files have any, chunk where samples are stored in chunks, form, low and
     * high where there are some, and digest: if it has `attach`, of all that it
     * holds, else of names, sizes and types, as the contents are added by
     * source.c. A built-in one finds count, endless, first, seed, digest and
     * conditions set. Errors: see gt_source_open. */
    gt_status (*open)(gt_source *source, const gt_source_request *request);

    /* For a source that holds all its samples in `region`: fill all that `open`
     * fills from there, where another process has opened the source. NULL: it
     * holds nothing that can be shared. */
    void (*attach)(gt_source *source);

    /* Bytes of memory that `open` will take for good, as far as that can be
     * told without reading everything; 0 where it will fail. NULL: few. */
    double (*memory)(const gt_source_request *request);

    /* Fill row i of what is asked for with sample numbers[i], 0 <= i < n. Any
     * thread may call it, several at the same time. It may fail: GT_ERR_IO,
     * GT_ERR_FORMAT, with a message that names the file; the rows are then
     * undefined. */
    gt_status (*read)(const gt_source *source, const uint64_t *numbers, int n,
                      const gt_source_rows *to);

    /* Free `data`, also after a failed open. NULL: there is nothing to free. */
    void (*close)(gt_source *source);
} gt_source_type;

struct gt_source {
    const gt_source_type *type;
    char *uri;
    gt_shape shape; /* before open: the shape that the model works at */
    gt_element element;
    double low, high; /* that values have by their kind, as 0 and 65535 of
                         pictures of 16 bits; equal: unknown. Of bytes 0, 255 */
    uint64_t count;   /* samples of an epoch */
    bool endless;     /* epoch e has the numbers e * count .. (e+1) * count - 1;
                         else each epoch has 0 .. count - 1 */
    uint64_t chunk;   /* samples that are best read one shortly after another,
                         in the windows of order.h; 0: it does not matter. From
                         `open`: samples that are stored together */
    uint64_t stored_chunk; /* after gt_source_open: what `open` said */
    bool packed;           /* reading unpacks, as of compressed chunks, or */
    bool costly;           /* each sample is unpacked by itself, as a picture */
    int classes;           /* labels are 0 .. classes - 1; 0: no labels */
    const char *const *class_names; /* [classes]; in `data`; NULL: none */
    int n_conditions;
    const gt_condition *conditions; /* [n_conditions]; borrowed from the type,
                                       or in `data` */
    uint64_t seed;     /* built-in: parameter `seed`, by default 1 */
    uint64_t digest;   /* of all samples and labels: equal for equal data; of
                          much data, of a part of them (source.c). Of a built-in
                          source, of what it makes them from. After
                          gt_source_open also of the chunk, if there is one, as
                          their order follows from it */
    uint64_t contents; /* the same without the chunk and the part */
    uint64_t first;    /* built-in: sample i has the random numbers of address
                          first + i, so those of the splits differ */
    gt_subset part;    /* of the samples that the type has (holdout.h) */
    struct gt_cache *cache;  /* of samples that were read (cache.h), or NULL */
    bool finite;             /* NaN and infinities are refused (data.on_nan) */
    struct gt_source *inner; /* of whose samples those of this source are
                                made; owned; NULL: they are read */
    bool resized;            /* they are so by resized.h; else by stack.h */
    int fit;                 /* gt_fit of images that are resized */
    bool view;        /* all but `uri` and `part` belong to another source */
    const void *form; /* an HDF5 file in memory: the input's data sets without
                         samples; in `data`. NULL: the input is none */
    size_t form_size; /* bytes */
    const gt_real *figures; /* of the training data, once data.transform has
                               found what it needs; borrowed */
    size_t n_figures;
    gt_region region; /* of samples, where the type has `attach` */
    void *data;       /* private to the type */
};

/* What was opened, whether or not something else is made of it. */
static inline const gt_source *gt_source_stored(const gt_source *source)
{
    return source->inner ? source->inner : source;
}

#endif
