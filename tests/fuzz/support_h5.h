/* support_h5.h: HDF5 files that are built as an input says. HDF5's own bytes
 * are changed only where a file has no digest: one that matches its digest is
 * trusted, and the library does not survive much damage.
 */
#ifndef GT_TESTS_FUZZ_SUPPORT_H5_H
#define GT_TESTS_FUZZ_SUPPORT_H5_H

#include "support.h"

#include "store/h5handle.h"
#include "tasks/state.h"

/* A file as it should be: `begin` writes it into `f`. Then the input's
 * operations remove, replace and add attributes, data sets, groups and links.
 * The file is called `name` in the folder; its digest is right. */
void build_file(const char *name, input *in, void (*begin)(gt_h5 *f));

/* Take the user block with the digest away, and change the bytes that the rest
 * of the input says: pairs of a place and a byte. */
void damage_file(const char *name, input *in);

/* What was opened is closed: HDF5 itself would keep it without a leak. */
void check_closed(void);

/* A small model of all that checkpoints hold, and its configuration. */
extern const char model_config[];
extern gt_span *model_spans;
extern int model_count;
void make_model(void);

#endif
