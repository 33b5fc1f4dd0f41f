/* preset.c: finding a preset; the table itself is made by the build. */
#include "model/preset.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 64 };

gt_status gt_preset_find(const char *name, const gt_preset **out)
{
    const char *names[MOST];
    char list[800] = "";
    size_t used = 0;
    int n = 0;
    for (const gt_preset *p = gt_presets; p->name; p++) {
        if (!strcmp(p->name, name)) {
            *out = p;
            return GT_OK;
        }
        if (n < MOST)
            names[n++] = p->name;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                     p == gt_presets ? "" : ", ", p->name);
    }
    char suggestion[GT_SUGGESTION];
    return gt_fail(GT_ERR_CONFIG, "no preset \"%.80s\"%s (presets: %s)", name,
                   gt_suggestion(name, names, n, suggestion), list);
}
