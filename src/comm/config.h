/* config.h: the configuration's section "communication". */
#ifndef GT_COMM_CONFIG_H
#define GT_COMM_CONFIG_H

#include "base/section.h"

typedef struct gt_communication_config {
    int reduction;    /* gt_reduction */
    int compression;  /* gt_compression */
    double bucket_mb; /* of 2^20 bytes; 0: all at once */
} gt_communication_config;
extern const gt_section gt_communication_section;

static inline const gt_communication_config *
gt_communication_config_of(const gt_config *config)
{
    return gt_config_get(config, &gt_communication_section);
}

#endif
