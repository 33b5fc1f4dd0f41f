/* section.c: a configuration has about ten sections, and they are looked up a
 * few times a step, so a search from the first to the last will do. */
#include "base/section.h"

#include <assert.h>

const void *gt_config_get(const gt_config *config, const gt_section *section)
{
    int i = 0;
    while (i < config->n_parts && config->parts[i].section != section)
        i++;
    assert(i < config->n_parts);
    return i < config->n_parts ? config->parts[i].values : NULL;
}
