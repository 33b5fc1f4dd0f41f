/* h5decode.h: a chunk as it is stored, made into numbers again without HDF5:
 * deflate (gzip), shuffle, fletcher32, and LZF, which only h5py has. Any
 * thread. Local.
 */
#ifndef GT_STORE_FOREIGN_H5DECODE_H
#define GT_STORE_FOREIGN_H5DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* HDF5's numbers of these filters. */
typedef enum gt__h5_filter {
    GT__H5_DEFLATE = 1,
    GT__H5_SHUFFLE = 2,
    GT__H5_FLETCHER32 = 3,
    GT__H5_LZF = 32000,
} gt__h5_filter;

/* The filters of a data set, in the order in which they were applied. */
enum { GT__H5_FILTERS = 8 };
typedef struct gt__h5_pipeline {
    int n;
    gt__h5_filter filter[GT__H5_FILTERS];
    size_t element; /* bytes, of shuffle */
} gt__h5_pipeline;

/* Deflate makes nothing smaller than that, nor does LZF. */
enum { GT__H5_MOST_COMPRESSION = 1032 };

/* The most bytes that `stored` ones can become. */
uint64_t gt__h5_decoded_most(const gt__h5_pipeline *pipeline, uint64_t stored);

/* Fill out[size] with what the n stored bytes stand for. Filter i was left out
 * where bit i of `mask` is set. `stored` is changed. NULL, or what is wrong:
 * "does not unpack". */
const char *gt__h5_decode(const gt__h5_pipeline *pipeline, uint32_t mask,
                          uint8_t *stored, size_t n, uint8_t *out, size_t size);

#endif
