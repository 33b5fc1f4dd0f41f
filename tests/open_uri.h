/* open_uri.h: a source by its URI alone. */
#ifndef GT_TESTS_OPEN_URI_H
#define GT_TESTS_OPEN_URI_H

#include "data/source.h"

static inline gt_status open_uri(gt_source **out, const char *uri,
                                 gt_split split, gt_shape want)
{
    gt_data_config config = {.uri = (char *)uri, .image = want};
    return gt_source_open(out, &config, split);
}

static inline double memory_of(const char *uri)
{
    gt_data_config config = {.uri = (char *)uri};
    return gt_source_memory(&config);
}

#endif
