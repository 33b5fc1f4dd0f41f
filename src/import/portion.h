/* portion.h: some neighbouring samples of a source, as they come from it.
 * Local.
 */
#ifndef GT_IMPORT_PORTION_H
#define GT_IMPORT_PORTION_H

#include "data/source.h"
#include "import/text.h"

/* What is known of a split before it is read: the same on all ranks. */
typedef struct gt__geometry {
    uint64_t count; /* samples; 0: there is no such split */
    gt_shape shape;
    gt_element element;
    int classes, columns;
    double low, high; /* as in gt_source */
} gt__geometry;

/* {0}: there is no such source. */
gt__geometry gt__geometry_of(const gt_source *source);

/* Bytes of a sample, and of it with what comes with it. */
size_t gt__geometry_sample(const gt__geometry *geometry);
size_t gt__geometry_row(const gt__geometry *geometry);

/* Samples that were asked for and could be read, in their order. All arrays lie
 * in `block`, so that a piece travels as `size` bytes. */
typedef struct gt__portion {
    int most;         /* samples that fit */
    size_t size;      /* of `block` */
    void *block;      /* owned */
    int64_t *kept;    /* how many there are */
    int *places;      /* [most] which of those that were asked for */
    int *labels;      /* [most]; also without labels */
    gt_real *columns; /* [most x columns] */
    void *samples;    /* [most x sample], bytes or reals */
    gt__text skipped; /* a line "NUMBER: REASON" for each of the others */
} gt__portion;

/* Bytes of a piece of so many samples. */
size_t gt__portion_size(const gt__geometry *geometry, int most);

/* GT_ERR_MEMORY. */
gt_status gt__portion_new(gt__portion *piece, const gt__geometry *geometry,
                          int most);
void gt__portion_free(gt__portion *piece);

/* Where the arrays are of a piece that came as bytes, which are borrowed. */
void gt__portion_view(gt__portion *piece, const gt__geometry *geometry,
                      int most, void *block);

/* Read samples first .. first + n - 1. One that cannot be read is left out, or
 * without `skip` fails as gt_source_read does, with its number in front;
 * GT_ERR_MEMORY is never left out. */
gt_status gt__portion_read(gt__portion *piece, const gt_source *source,
                           uint64_t first, int n, bool skip);

#endif
