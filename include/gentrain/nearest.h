/* nearest.h: the name a person probably meant. Local.
 */
#ifndef GENTRAIN_NEAREST_H
#define GENTRAIN_NEAREST_H

/* Of names[0 .. n-1], the one with the smallest edit distance to `word`, if it
 * is near enough to be what was meant (a third of the letters may be wrong);
 * else NULL. */
const char *gt_nearest(const char *word, const char *const names[], int n);

#endif
