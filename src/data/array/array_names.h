/* array_names.h: which array holds the labels of which samples, and which the
 * held-out ones, as their names say. For src/data. Local.
 */
#ifndef GT_DATA_ARRAY_ARRAY_NAMES_H
#define GT_DATA_ARRAY_ARRAY_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* The name under which held-out samples are, beside those of `name`: its last
 * word "train" (or "training") becomes "test", in the same case: "x_train.npy",
 * "x_test.npy". false: it has no such word, or `out` no room. */
bool gt__name_of_test(const char *name, char *out, size_t size);
/* And back. */
bool gt__name_of_train(const char *name, char *out, size_t size);

/* The i-th name that the labels of `name` may have: a word "x" becomes "y",
 * "images" "labels". false: there are no more. */
bool gt__name_of_labels(const char *name, int i, char *out, size_t size);

#endif
