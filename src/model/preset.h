/* preset.h: the recipes that come with the program. Local.
 *
 * A preset is a YAML file in src/model/presets/, compiled into the binary so
 * that it is there wherever the binary is, and installed beside it for people
 * to start their own from. */
#ifndef GT_MODEL_PRESET_H
#define GT_MODEL_PRESET_H

#include "base/status.h"

#include <stddef.h>

typedef struct gt_preset {
    const char *name;
    const char *summary; /* first comment line of the file */
    const char *text;    /* YAML, NUL-terminated */
    size_t size;
} gt_preset;
extern const gt_preset gt_presets[]; /* ends with name NULL */

/* The preset called `name`. GT_ERR_CONFIG when there is none; the message lists
 * all names and the nearest. */
gt_status gt_preset_find(const char *name, const gt_preset **out);

#endif
