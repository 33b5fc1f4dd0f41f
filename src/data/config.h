/* config.h: the configuration's section "data". */
#ifndef GT_DATA_CONFIG_H
#define GT_DATA_CONFIG_H

#include "base/section.h"
#include "core/tensor.h"

#include <stdint.h>

/* Classes that a model may be told; each is a number of its one-hot input. */
enum { GT_DATA_MOST_CLASSES = 65536 };

/* What becomes of a sample that cannot be read. */
typedef enum gt_data_on_error {
    GT_DATA_STOP, /* the run ends */
    GT_DATA_SKIP, /* the next sample takes its place */
} gt_data_on_error;

/* What becomes of a sample with values that are NaN or infinite. */
typedef enum gt_data_on_nan {
    GT_DATA_NAN_STOP, /* the run ends */
    GT_DATA_NAN_SKIP, /* the next sample takes its place */
    GT_DATA_NAN_KEEP, /* nothing */
} gt_data_on_nan;

/* Which samples are kept in memory once they were read from files that stream.
 */
typedef enum gt_data_cache {
    GT_DATA_CACHE_AUTO, /* those that have to be unpacked, where all are few */
    GT_DATA_CACHE_NODE, /* what half of the free memory holds */
    GT_DATA_CACHE_NONE,
} gt_data_cache;

typedef struct gt_data_config {
    /* Steps of gt_transform_variants. */
    gt_variant_list transform;

    char *uri;
    char *test;              /* URI of what is held out; NULL: data.uri's */
    char *holdout;           /* "10%" of the training samples */
    gt_shape image;          /* of a sample, that the model works at */
    int64_t stack;           /* samples in one, as channels; 1: as they are */
    int range;               /* gt_range */
    int64_t classes;         /* labels that the model is told; 0: none */
    gt_word_list conditions; /* columns that it is told, in this order */
    gt_variant_list augment; /* of gt_augment_variants */
    char *labels;            /* where labels are; NULL: as found */
    int fit;                 /* gt_fit, of pictures */
    int layout;              /* gt_layout */
    int type;                /* of a raw file's numbers: number.h */
    int64_t skip_bytes;      /* before a raw file's samples */
    int cache;               /* gt_data_cache */
    int on_error;            /* gt_data_on_error */
    int on_nan;              /* gt_data_on_nan */
} gt_data_config;
extern const gt_section gt_data_section;

static inline const gt_data_config *gt_data_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_data_section);
}

/* The shape of the samples that are read: those of `image`, or, where they are
 * stacked, of one channel. Pure. */
gt_shape gt_data_single_image(const gt_data_config *data);

#endif
