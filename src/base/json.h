/* json.h: prints strings and numbers as JSON. Local. */
#ifndef GT_BASE_JSON_H
#define GT_BASE_JSON_H

#include <stdio.h>

/* `text` in quotes; quotes, backslashes and control characters escaped. UTF-8
 * passes through; a byte that is not UTF-8, which JSON cannot hold, becomes the
 * replacement character U+FFFD. */
void gt_json_string(FILE *out, const char *text);

/* The shortest of 6, 9 or 17 digits that reads back as the same float or
 * double; null for NaN and infinity, which JSON lacks. */
void gt_json_number(FILE *out, double value);

#endif
