/* splits.c: a source is asked for the shape first, as pictures and built-in
 * sources make it themselves, and knows best. */
#include "import/splits.h"

/* One file is read at one shape. */
static gt_status check(const gt_source *train, const gt_source *test)
{
    char text[GT_SHAPE_TEXT], other[GT_SHAPE_TEXT];
    if (gt_shape_equal(train->shape, test->shape) &&
        train->element == test->element)
        return GT_OK;
    return gt_fail(GT_ERR_MISMATCH,
                   "data '%s': training %s are %s of %s, held-out ones %s of "
                   "%s; give --size and --channels, or other data with --test",
                   train->uri, gt_shape_noun(train->shape),
                   gt_shape_text(train->shape, text),
                   train->element == GT_ELEMENT_BYTES ? "bytes" : "reals",
                   gt_shape_text(test->shape, other),
                   test->element == GT_ELEMENT_BYTES ? "bytes" : "reals");
}

static gt_status open_as(gt_source *split[2], gt_split which,
                         const gt_data_config *config)
{
    return which == GT_SPLIT_TEST
               ? gt_source_open_held_out(&split[which], config,
                                         split[GT_SPLIT_TRAIN])
               : gt_source_open(&split[which], config, which);
}

static gt_status open_split(gt_source *split[2], gt_split which,
                            const gt_data_config *config)
{
    gt_data_config natural = *config;
    gt_status status = open_as(split, which, config);
    if (status != GT_ERR_MISMATCH ||
        gt_shape_equal(config->image, GT_SHAPE_OF_SOURCE))
        return status;
    natural.image = GT_SHAPE_OF_SOURCE;
    status = open_as(split, which, &natural);
    if (status == GT_OK && split[which])
        status = gt_source_resize(&split[which], config);
    return status == GT_ERR_MISMATCH
               ? gt_fail(status, "%s; leave out --size and --channels",
                         gt_message())
               : status;
}

gt_status gt__splits_open(gt_source *split[2], const gt_data_config *config)
{
    gt_status status = open_split(split, GT_SPLIT_TRAIN, config);
    if (status == GT_OK && !split[GT_SPLIT_TRAIN])
        status = gt_fail(GT_ERR_FORMAT, "data '%s': there are no samples",
                         config->uri);
    if (status == GT_OK)
        status = open_split(split, GT_SPLIT_TEST, config);
    return status == GT_OK && split[GT_SPLIT_TEST]
               ? check(split[GT_SPLIT_TRAIN], split[GT_SPLIT_TEST])
               : status;
}
