/* h5around.h: the tables of an HDF5 file whose numbers are on the disk already.
 * Local, one thread at a time.
 *
 *     0              GT_H5_AROUND                         end
 *     | user block,  | chunks, one after the other, as    | tables, attributes,
 *     | superblock   | their owner has written them       | small data sets
 *
 * So who makes a large file appends chunks as they come, of any number and
 * packed as they like, and has HDF5 describe them at the end. A file that is
 * cut off before that loses nothing that HDF5 would have to know. Chunks are
 * said first; attributes and other data sets follow by h5attr.h and h5write.h.
 */
#ifndef GT_STORE_H5AROUND_H
#define GT_STORE_H5AROUND_H

#include "base/status.h"
#include "store/h5types.h"

#include <stdint.h>

/* Bytes before the first chunk. */
enum { GT_H5_AROUND = 4096 };

typedef struct gt_h5_around gt_h5_around;

/* Chunks of a data set, all of which have the same number of rows; in the last
 * one what is behind the last row does not count. */
typedef struct gt_h5_chunks {
    gt_h5_type type;
    int rank;
    size_t dim[GT_H5_MAX_RANK];
    size_t rows;            /* of a chunk; of plain ones, all are there */
    int level;              /* of gzip; 0: the numbers are stored plainly */
    bool shuffle;           /* before gzip */
    const uint64_t *stored; /* [of chunks] bytes of each */
} gt_h5_chunks;

/* Begin the tables of the file `path`, in whose bytes from GT_H5_AROUND to
 * `end` there are chunks. GT_ERR_MEMORY. */
gt_status gt_h5_around_begin(gt_h5_around **out, const char *path,
                             uint64_t end);

/* The file, for attributes and small data sets. Borrowed. */
gt_h5 *gt_h5_around_file(gt_h5_around *around);

/* Make the data set of the next chunks. All come before any other data set. */
gt_status gt_h5_around_place(gt_h5_around *around, const char *name,
                             const gt_h5_chunks *chunks);

/* Write all but the chunks into the open file. `line` begins the user block;
 * its first 80 bytes count. GT_ERR_IO, GT_ERR_MEMORY. */
gt_status gt_h5_around_write(gt_h5_around *around, int fd, const char *line);

void gt_h5_around_free(gt_h5_around *around); /* NULL is allowed */

/* Whether a file begins with that line. Does not read more of it. */
bool gt_h5_around_is(const char *path, const char *line);

#endif
