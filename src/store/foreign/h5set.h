/* h5set.h: a data set of a file that somebody else made, and its numbers, row
 * by row. A row is all that has one index of the first dimension: a sample.
 *
 * The file stays on the disk (gt_h5_open_in_place). Numbers that are stored
 * plainly, or packed with gzip, shuffle and fletcher32 alone, are read without
 * HDF5, by any number of threads at once; all others by HDF5, one thread at a
 * time.
 */
#ifndef GT_STORE_FOREIGN_H5SET_H
#define GT_STORE_FOREIGN_H5SET_H

#include "base/status.h"
#include "store/foreign/h5about.h"
#include "store/foreign/h5cache.h"
#include "store/h5types.h"

#include <stdbool.h>
#include <stdint.h>

/* A data set whose numbers are to be read. */
typedef struct gt_h5_set gt_h5_set;

/* Open the data set of this absolute name. Chunks stay in `cache`, which must
 * live longer. Local. GT_ERR_FORMAT: there is none, or it has a flaw, or not
 * all of it is in the file, which is then truncated or damaged; GT_ERR_MEMORY.
 */
gt_status gt_h5_set_open(gt_h5_set **out, gt_h5 *file, const char *name,
                         gt_h5_cache *cache);
void gt_h5_set_close(gt_h5_set *set); /* NULL is allowed */

const gt_h5_about *gt_h5_set_about(const gt_h5_set *set);

/* Rows that come into memory together: those of a chunk, or where there are no
 * chunks a run of about 1 MiB. */
uint64_t gt_h5_set_chunk_rows(const gt_h5_set *set);
/* Whether more than a row has to be read, or unpacked, to get at a row. */
bool gt_h5_set_is_chunked(const gt_h5_set *set);
/* Bytes of a chunk in memory. */
uint64_t gt_h5_set_chunk_bytes(const gt_h5_set *set);
uint64_t gt_h5_set_row_bytes(const gt_h5_set *set); /* in memory, stored type */

/* The numbers of rows side by side, in the order in which they are stored. */
gt_h5_target gt_h5_target_plain(const gt_h5_set *set, gt_h5_as as, void *data);

/* Read n rows, in any order. `nearby`: rows are asked for again and again from
 * the same few chunks, or runs where there are no chunks, so that these are
 * kept. Any thread. GT_ERR_IO, GT_ERR_FORMAT (damage), GT_ERR_MISMATCH (the
 * file has been changed), GT_ERR_MEMORY. */
gt_status gt_h5_set_read(gt_h5_set *set, const uint64_t *rows, int n,
                         bool nearby, const gt_h5_target *to);

/* Whether the file is still as it was when it was opened: GT_ERR_MISMATCH. */
gt_status gt_h5_set_check(const gt_h5_set *set);

#endif
