/* packed.h: the samples of a split, packed into chunks. On the rank that
 * writes. Local.
 */
#ifndef GT_IMPORT_PACKED_H
#define GT_IMPORT_PACKED_H

#include "import/partial.h"
#include "import/portion.h"
#include "import/statistics.h"

typedef struct gt__packed {
    gt__geometry is;
    int number;  /* of the split */
    size_t rows; /* of a chunk */
    int level;   /* of gzip; 0: none */
    /* In whole chunks, which are in the file: */
    uint64_t next;    /* the sample of the source that comes next */
    uint64_t kept;    /* samples */
    uint64_t skipped; /* samples */
    uint64_t chunks;
    gt__statistics figures;
    int *labels;         /* [count]; owned, as all below */
    gt_real *conditions; /* [count x columns] */
    uint64_t *stored;    /* [chunks] bytes */
    gt__text reasons;    /* lines of gt__portion.skipped */
    /* The chunk that is being filled, whose labels, conditions and reasons lie
     * behind those above: */
    uint64_t seen; /* the sample of the source that comes next */
    size_t filled; /* samples */
    size_t said;   /* of `reasons`, bytes that are in the file */
    uint8_t *chunk, *packed;
} gt__packed;

/* Samples of a chunk, which is about a megabyte. */
size_t gt__packed_rows(const gt__geometry *geometry);

/* GT_ERR_MEMORY. */
gt_status gt__packed_new(gt__packed *packed, const gt__geometry *geometry,
                         int number, int level);
void gt__packed_free(gt__packed *packed);

/* Take over what an unfinished file has of both splits. GT_ERR_MEMORY. */
gt_status gt__packed_resume(gt__packed packed[2], gt__partial *partial);

/* Add the samples of a piece, which are from `first` .. first + n - 1;
 * `reasons` are the lines of those that are not there, and is moved behind
 * them. Chunks that are full go into the file. As gt__partial_add. */
gt_status gt__packed_add(gt__packed *packed, gt__partial *partial,
                         const gt__portion *piece, uint64_t first, int n,
                         const char **reasons);

/* All samples were added: the last chunk goes into the file. */
gt_status gt__packed_end(gt__packed *packed, gt__partial *partial);

#endif
