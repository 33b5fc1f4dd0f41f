/* h5copy.h: data sets that are like others, in another file and without their
 * numbers. Private to the store room.
 */
#ifndef GT_STORE_H5COPY_H
#define GT_STORE_H5COPY_H

#include "store/h5handle.h"

enum { GT__H5_COPY_RANK = 8 }; /* dimensions, at most */

/* Copy the attributes of an object that the other does not have, but for those
 * that refer to objects or are larger than 64 KB; without `all`, also but for
 * those that begin with "gentrain_". False: HDF5's errors say why. */
bool gt__h5_copy_attributes(hid_t from, hid_t to, bool all);

/* Make a data set like that of the same name in another file, with n rows, in
 * groups like those there: its type, the other dimensions, chunks, filters that
 * can be applied, fill value, attributes. */
bool gt__h5_copy_set(hid_t from, hid_t to, const char *name, hsize_t n,
                     bool all);

#endif
