/* nearest.h: what somebody meant who misspelt a name. Local.
 */
#ifndef GT_BASE_NEAREST_H
#define GT_BASE_NEAREST_H

/* The one of names[n] that `word` most likely stands for: fewest letters added,
 * dropped, changed or swapped (optimal string alignment distance, case and "-"
 * for "_" not counted), or begun but not finished. NULL when none is near; the
 * first of equally near ones. Names that are NULL are passed over. */
const char *gt_nearest(const char *word, const char *const names[], int n);

/* The same as the end of a message: `; did you mean "NAME"?` in `text`, or ""
 * when none is near. Returns `text`. */
enum { GT_SUGGESTION = 96 };
char *gt_suggestion(const char *word, const char *const names[], int n,
                    char text[GT_SUGGESTION]);

#endif
