/* plural.h: "1 step", "2 steps". Local. */
#ifndef GT_BASE_PLURAL_H
#define GT_BASE_PLURAL_H

/* What follows the word for things of which there are n. */
static inline const char *gt_plural(unsigned long long n)
{
    return n == 1 ? "" : "s";
}

#endif
