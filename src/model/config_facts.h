/* config_facts.h: a configuration as a list of facts, to be compared over the
 * ranks of a job. Local. */
#ifndef GT_MODEL_CONFIG_FACTS_H
#define GT_MODEL_CONFIG_FACTS_H

#include "base/section.h"
#include "base/status.h"

/* Every key and value in the order of the resolved text, "KEY\tVALUE\n" each
 * ("train.batch\t24", "model.encoder.1\tdense", "model.encoder.1.dense.units
 * \t32"); equal facts, equal configurations. Keys that are per_node are left
 * out. *text is malloc'ed; GT_ERR_MEMORY. */
gt_status gt_config_facts(const gt_config *config, char **text);

#endif
