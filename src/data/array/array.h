/* array.h: an array of numbers in a file, or in memory, of which any part may
 * be read. For src/data. Local.
 *
 * What is in a file is read where it lies, by pread, so any thread may read and
 * no array is ever whole in memory.
 */
#ifndef GT_DATA_ARRAY_ARRAY_H
#define GT_DATA_ARRAY_ARRAY_H

#include "base/region.h"
#include "data/array/npy_header.h"
#include "data/layout.h"
#include "data/source_type.h"

enum { GT__ARRAY_NAME = 512 };

/* Fields may be read. */
typedef struct gt__array {
    char name[GT__ARRAY_NAME]; /* for messages: "FILE" or "FILE:MEMBER" */
    gt_number number;
    bool fortran;
    int n_dims;
    uint64_t dims[GT__NPY_DIMS];
    uint64_t count; /* of numbers */
    int file;       /* owned; -1: in a region, which the caller has, or
                       packed */
    uint64_t at;    /* where numbers begin in it */
} gt__array;

/* Gives the next n bytes of something. */
typedef gt_status (*gt__array_next)(void *context, void *to, size_t n);

/* Open a NumPy array that begins `begin` bytes into a file and is `room` bytes
 * long. It takes the file over, also when it fails; the caller closes the array
 * then, too. GT_ERR_IO; GT_ERR_FORMAT: damaged, or cut off. */
gt_status gt__array_open_npy(gt__array *array, const char *name, int file,
                             uint64_t begin, uint64_t room);

/* The same of an array that has to be unpacked: its header is read from `next`,
 * and its numbers are nowhere yet. */
gt_status gt__array_open_packed(gt__array *array, const char *name,
                                gt__array_next next, void *context,
                                uint64_t room);
void gt__array_close(gt__array *array);

/* Of what does not fit, the end is kept. */
void gt__array_set_name(gt__array *array, const char *name);

/* Open a file for reading. *size is that of a regular file. GT_ERR_IO. */
gt_status gt__array_open_file(const char *path, int *file, uint64_t *size);

/* Read bytes of a file; fewer are GT_ERR_FORMAT. */
gt_status gt__array_pread(const char *name, int file, uint64_t at, void *to,
                          size_t n);

/* Put the array into a region, behind its first *end bytes, numbers in C order,
 * and close its file: it is in memory from then on. The second takes the
 * numbers from `next`. A region that another process has filled has them there
 * already. GT_ERR_MEMORY, GT_ERR_IO, GT_ERR_FORMAT. */
gt_status gt__array_hold(gt__array *array, gt_region *region, size_t *end);
gt_status gt__array_hold_packed(gt__array *array, gt_region *region,
                                size_t *end, gt__array_next next,
                                void *context);

/* Read n numbers, from number `first` on, as reals. `memory`: the region's. */
gt_status gt__array_read(const gt__array *array, const void *memory,
                         uint64_t first, size_t n, gt_real *to);

/* Read n samples, from sample `first` on, of an array that is in C order; to
 * bytes where its numbers are such, else to reals. */
gt_status gt__array_read_samples(const gt__array *array, const void *memory,
                                 gt_layout layout, gt_shape shape,
                                 uint64_t first, size_t n,
                                 const gt_source_rows *to);

/* Labels of n samples. GT_ERR_FORMAT: a number is no label, 0 to
 * GT_DATA_MOST_CLASSES - 1. */
gt_status gt__array_read_labels(const gt__array *array, const void *memory,
                                uint64_t first, size_t n, int *labels);

/* Whether it has one number for each of its rows: [n] or [n, 1]. */
bool gt__array_is_column(const gt__array *array);

#endif
