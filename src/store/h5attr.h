/* h5attr.h: attributes of an object ("/" is the file), and texts. Local. Texts
 * are UTF-8, of fixed length.
 */
#ifndef GT_STORE_H5ATTR_H
#define GT_STORE_H5ATTR_H

#include "base/status.h"
#include "store/h5types.h"

#include <stdint.h>

gt_status gt_h5_set_text(gt_h5 *file, const char *object, const char *key,
                         const char *text);
/* A list of n >= 1 texts. */
gt_status gt_h5_set_texts(gt_h5 *file, const char *object, const char *key,
                          char *const *texts, int n);
gt_status gt_h5_set_int(gt_h5 *file, const char *object, const char *key,
                        int64_t value);
/* A list of n >= 1 whole numbers. */
gt_status gt_h5_set_ints(gt_h5 *file, const char *object, const char *key,
                         const int64_t *values, int n);
gt_status gt_h5_set_real(gt_h5 *file, const char *object, const char *key,
                         double value);
/* *text is malloc'ed. GT_ERR_FORMAT when it is missing or of another type. */
gt_status gt_h5_get_text(gt_h5 *file, const char *object, const char *key,
                         char **text);
gt_status gt_h5_get_int(gt_h5 *file, const char *object, const char *key,
                        int64_t *value);
gt_status gt_h5_get_real(gt_h5 *file, const char *object, const char *key,
                         double *value);

/* A list as gt_h5_set_texts writes it, or of texts of variable length,
 * malloc'ed, for gt_h5_free_texts; NULL and 0: there is none. The second is for
 * the room: of an HDF5 object that is open, under the lock; a text is NULL
 * where memory ran out. */
char **gt_h5_get_texts(gt_h5 *file, const char *object, const char *key,
                       int *n);
char **gt__h5_texts_of(int64_t object, const char *key, int *n);
void gt_h5_free_texts(char **texts, int n);

/* Text too long for an attribute (over 64 KB), as a scalar string data set. */
gt_status gt_h5_write_text(gt_h5 *file, const char *name, const char *text);
gt_status gt_h5_read_text(gt_h5 *file, const char *name, char **text);

/* Mark a u8 data set [n x h x w x 1 or 3] with the attributes of the HDF5 Image
 * and Palette Specification 1.2, so that viewers show it. */
gt_status gt_h5_mark_images(gt_h5 *file, const char *name, int channels);

#endif
