/* h5file.h: the one door to HDF5: whole files with named data sets. Local, one
 * thread at a time (the library is not thread-safe).
 *
 * A file is written under a temporary name and appears under its own name only
 * when it is complete and on the disk. Names are absolute
 * ("/generator/weight"); missing groups are made. Every data set is chunked and
 * carries fletcher32 checksums, so a damaged file fails to read instead of
 * giving wrong numbers. The same contents make the same bytes.
 *
 * Functions that read or write numbers, and gt_h5_commit, call
 * gt_collective_tick, so they are part of a collective where that is
 * (base/collective_tick.h).
 */
#ifndef GT_STORE_H5FILE_H
#define GT_STORE_H5FILE_H

#include "base/status.h"
#include "core/tensor.h"

#include <stdint.h>

enum { GT_H5_MAX_RANK = 4 };

typedef enum gt_h5_type {
    GT_H5_REAL, /* gt_real in memory, 32-bit float in the file */
    GT_H5_U8,
    GT_H5_I32,
} gt_h5_type;

typedef struct gt_h5 gt_h5;

typedef struct gt_h5_info {
    char name[256];   /* absolute */
    const char *flaw; /* why its numbers cannot be read ("is not of numbers"),
                         or NULL; without one: */
    gt_h5_type type;
    int rank;
    size_t dim[GT_H5_MAX_RANK];
    size_t count; /* of all numbers, whose bytes are less than SIZE_MAX */
    bool text;    /* a single text, which is not of numbers either */
} gt_h5_info;

/* Bytes of a number in memory, and number `i` of those at `data`. */
size_t gt_h5_width(gt_h5_type type);
double gt_h5_value(gt_h5_type type, const void *data, size_t i);

bool gt_h5_has_shape(const gt_h5_info *info, int rank, const size_t dim[]);

/* Start the library, which its first call does otherwise. Call it on the thread
 * that calls MPI before another thread uses files: the MPI build of HDF5 talks
 * to MPI when it starts. */
gt_status gt_h5_start(void);

/* How the process reports errors of HDF5, which is silenced here whenever a
 * file is used: what it is, and to make it that again, for a caller to whom
 * HDF5 is not ours alone. */
typedef struct gt_h5_reports {
    int (*report)(int64_t stack, void *context);
    void *context;
} gt_h5_reports;
gt_h5_reports gt_h5_get_reports(void);
void gt_h5_set_reports(gt_h5_reports reports);

/* Begin a new file that will be `path`; it takes shape in memory until it is
 * committed. GT_ERR_IO when it could not be written there. */
gt_status gt_h5_create(gt_h5 **out, const char *path);

/* Finish a created file: write it under a temporary name, flush it to disk,
 * rename it, flush the directory. Frees `file` in any case; on failure the
 * temporary file is removed and an older file at `path` is untouched. */
gt_status gt_h5_commit(gt_h5 *file);

/* Give an object of a created file an attribute "digest", which holds a digest
 * of all other bytes of the file once that is committed: data sets have
 * checksums of their own, but attributes, texts and the library's tables have
 * none. Call it last. */
gt_status gt_h5_add_digest(gt_h5 *file, const char *object);

/* Compare a file on the disk with its digest before HDF5 looks into it, which
 * may crash on damaged tables. GT_ERR_FORMAT where they differ; a file that was
 * not sealed passes. */
gt_status gt_h5_check_digest(const char *path, const char *object);

/* Give up a created file, leaving nothing behind. NULL is allowed. */
void gt_h5_discard(gt_h5 *file);

/* Open for reading. GT_ERR_IO when it is missing or unreadable, GT_ERR_FORMAT
 * when it is not HDF5 or is truncated. */
gt_status gt_h5_open(gt_h5 **out, const char *path);
void gt_h5_close(gt_h5 *file);

/* Make a data set and write all of it; data == NULL makes it only, for
 * gt_h5_write_rows. Large data is not copied: it must stay as it is until the
 * file is committed or discarded. */
gt_status gt_h5_write(gt_h5 *file, const char *name, gt_h5_type type, int rank,
                      const size_t dim[], const void *data);
/* Write rows [first, first + count) along the first dimension; they are
 * copied. */
gt_status gt_h5_write_rows(gt_h5 *file, const char *name, size_t first,
                           size_t count, const void *data);

/* What a data set is. GT_ERR_FORMAT if there is none of that name, or if it has
 * a flaw: its numbers are of a type that is not one of ours exactly, or too
 * many, or not all in the file. */
gt_status gt_h5_describe(gt_h5 *file, const char *name, gt_h5_info *info);
bool gt_h5_has(gt_h5 *file, const char *name);
/* Read all of a data set, which must have this type and shape (GT_ERR_MISMATCH
 * otherwise, with both; GT_ERR_FORMAT when a checksum does not match). */
gt_status gt_h5_read(gt_h5 *file, const char *name, gt_h5_type type, int rank,
                     const size_t dim[], void *data);

/* Read all of a data set for its checksums, without room for more than a small
 * part of it. GT_ERR_FORMAT when one does not match. */
gt_status gt_h5_verify(gt_h5 *file, const char *name);

/* Attributes of an object ("/" is the file). Text is UTF-8, fixed length. */
gt_status gt_h5_set_text(gt_h5 *file, const char *object, const char *key,
                         const char *text);
gt_status gt_h5_set_int(gt_h5 *file, const char *object, const char *key,
                        int64_t value);
gt_status gt_h5_set_real(gt_h5 *file, const char *object, const char *key,
                         double value);
/* *text is malloc'ed. GT_ERR_FORMAT when it is missing or of another type. */
gt_status gt_h5_get_text(gt_h5 *file, const char *object, const char *key,
                         char **text);
gt_status gt_h5_get_int(gt_h5 *file, const char *object, const char *key,
                        int64_t *value);
gt_status gt_h5_get_real(gt_h5 *file, const char *object, const char *key,
                         double *value);

/* Text too long for an attribute (over 64 KB), as a scalar string data set. */
gt_status gt_h5_write_text(gt_h5 *file, const char *name, const char *text);
gt_status gt_h5_read_text(gt_h5 *file, const char *name, char **text);

/* Mark a u8 data set [n x h x w x 1 or 3] with the attributes of the HDF5 Image
 * and Palette Specification 1.2, so that viewers show it. */
gt_status gt_h5_mark_images(gt_h5 *file, const char *name, int channels);

/* Call visit for every data set, in name order, until it returns non-zero; also
 * for those with flaws. */
gt_status gt_h5_each(gt_h5 *file,
                     int (*visit)(const gt_h5_info *info, void *context),
                     void *context);

#endif
