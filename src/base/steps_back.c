/* steps_back.c: where blocks are unfolded and where networks are planned, these
 * names have to mean the same. */
#include "base/steps_back.h"

#include <stdlib.h>
#include <string.h>

int gt_steps_back(const char *name)
{
    static const char previous[] = "previous";
    size_t n = sizeof previous - 1;
    if (strncmp(name, previous, n) != 0)
        return 0;
    if (!name[n])
        return 1;
    long steps = name[n] == '-' ? strtol(name + n + 1, NULL, 10) : 0;
    if (steps > GT_MOST_STEPS_BACK)
        return GT_MOST_STEPS_BACK;
    return steps > 0 ? (int)steps : 0;
}
