/* checkpoint_config.c: whoever takes up a model begins with what is stored
 * beside it, by the sections that this program has. */
#include "train/checkpoint_config.h"

#include "train/schema.h"

#include <string.h>

gt_status gt_checkpoint_config(gt_config **config, const gt_checkpoint *from,
                               const char *const *sets, int n_sets)
{
    return gt_config_parse(config, &gt_train_schema, from->path,
                           from->info.config, strlen(from->info.config), sets,
                           n_sets);
}
