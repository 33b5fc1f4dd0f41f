/* idx_file.h: one IDX array in a file. Private to src/data. */
#ifndef GT_DATA_IDX_IDX_FILE_H
#define GT_DATA_IDX_IDX_FILE_H

#include "base/region.h"
#include "core/number.h"

#include <stddef.h>
#include <stdint.h>

enum { GT__IDX_DIMS = 4 };

typedef struct gt__idx_array {
    gt_number number; /* of an element; big endian. Of labels a byte */
    int dims;
    uint32_t dim[GT__IDX_DIMS]; /* n, or n, h, w, or n, h, w, channels */
    size_t at;                  /* of its elements in the region */
} gt__idx_array;

/* Bytes of memory that reading the file will take, as its header and its size
 * say; 0 where they say nothing good. */
double gt__idx_memory(const char *path, int dims);

/* Read and check a whole file, and append its elements to a region; `dims` says
 * what is expected: 1 for labels, 3 for images (4 will do). After a failure the
 * region ends with some of them. Errors: GT_ERR_IO, GT_ERR_FORMAT;
 * GT_ERR_MEMORY, before the elements are read where a limit of memory is too
 * low for them. */
gt_status gt__idx_read(const char *path, int dims, gt_region *region,
                       gt__idx_array *a);

/* Fail with GT_ERR_MEMORY and a message that names the file. */
gt_status gt__idx_no_memory(const char *path);

/* Bytes of one image or label. */
size_t gt__idx_item_size(const gt__idx_array *a);

#endif
