/* derived.c: a view of what another source holds, or a source around it. */
#include "data/derived.h"

#include "data/resized.h"
#include "data/stack.h"

#include <stdlib.h>
#include <string.h>

bool gt_source_holds_out_part(const gt_data_config *config)
{
    int permille;
    return config->holdout &&
           gt_holdout_parse(config->holdout, &permille) == GT_OK &&
           permille > 0;
}

static gt_status hold_out(gt_source **out, const gt_source *train)
{
    gt_source *source = calloc(1, sizeof *source);
    *out = NULL;
    if (source) {
        *source = *train;
        source->uri = strdup(train->uri);
    }
    if (!source || !source->uri) {
        free(source);
        return gt_fail(GT_ERR_MEMORY, "no memory to open data '%s'",
                       train->uri);
    }
    source->view = true;
    source->part.held_out = true;
    source->count = gt_subset_size(&source->part);
    source->chunk = 0;
    if (source->count) {
        *out = source;
    } else {
        free(source->uri);
        free(source);
    }
    return GT_OK;
}

gt_status gt_source_hold_out(gt_source **out, const gt_source *train)
{
    gt_status status = hold_out(out, gt_source_stored(train));
    if (status != GT_OK || !*out || !train->inner)
        return status;
    return train->resized
               ? gt__resized_new(out, train->shape, (gt_fit)train->fit)
               : gt__stack_new(out, (int)train->shape.c);
}

gt_status gt_source_resize(gt_source **source, const gt_data_config *config)
{
    return gt_shape_equal((*source)->shape, config->image)
               ? GT_OK
               : gt__resized_new(source, config->image, (gt_fit)config->fit);
}
