/* sampleset.h: files of generated samples. Local.
 *
 * Layout, version 1 (attributes of "/": format "gentrain samples",
 * format_version, gentrain_version, plus what the writer adds): /images, uint8
 * [n x h x w x c] with HDF5 Image attributes; of volumes /volumes, uint8
 * [n x d x h x w x c]; of vectors /vectors, uint8 [n x values]; of points
 * /points, [n x 2]. Where samples are reals, points among them, these are
 * floats. /latents, float [n x ...], if they are stored. Of a model that takes
 * labels, /labels, int32 [n], with the attribute classes; of one that takes
 * conditions, /conditions, float [n x conditions], with the attribute names.
 *
 * With a form of the data, the data sets are those of the form instead, with
 * its names, types and attributes, and there are no latents; the attributes of
 * "/" stand beside those of the form.
 */
#ifndef GT_RUN_SAMPLESET_H
#define GT_RUN_SAMPLESET_H

#include "base/option.h"
#include "base/status.h"
#include "data/range.h"
#include "data/samples.h"
#include "data/transform.h"

#include <stdint.h>

typedef struct gt_sampleset gt_sampleset;

typedef struct gt_sampleset_info {
    gt_shape shape;                /* of a sample */
    bool reals;                    /* numbers, not bytes */
    gt_range range;                /* of the values that are appended, */
    const gt_transform *transform; /* or what they went through, which is
                                      undone; borrowed. NULL: the range alone,
                                      and reals are as they are */
    const void *form;              /* of the data, borrowed; NULL: none */
    size_t form_size;
    size_t count;
    gt_shape latent; /* of the latents; size 0: not stored */
    int classes;     /* labels are below; 0: samples have none */
    gt_word_list
        conditions;     /* their names, borrowed; none: samples have none */
    const char *source; /* what made them, e.g. the checkpoint's path */
    uint64_t step;
    uint64_t seed;            /* of the latents, */
    const char *latents_from; /* or where they were read; NULL: the seed's */
} gt_sampleset_info;

/* Whether a file of that name may be replaced by a set; see files.h. */
gt_status gt_sampleset_check_path(const char *path);

gt_status gt_sampleset_create(gt_sampleset **out, const char *path,
                              const gt_sampleset_info *info);
/* Add samples, with the labels and conditions that they were made with, and
 * their latents (or NULL), after those added before. */
gt_status gt_sampleset_append(gt_sampleset *set, const gt_samples *samples,
                              const gt_real *latents);
/* Bytes that a sample takes in the data sets of a form, before compression; 0
 * of a form that is damaged. */
double gt_sampleset_form_bytes(const void *form, size_t form_size);

/* Complete the file and free `set`; see gt_h5_commit. */
gt_status gt_sampleset_commit(gt_sampleset *set);
void gt_sampleset_discard(gt_sampleset *set);

#endif
