/* utf8.h: names as people give them. They may hold any characters, but what
 * goes into a configuration, into JSON and into HDF5 must be UTF-8, and what
 * goes to a terminal must not control it. Local. */
#ifndef GT_BASE_UTF8_H
#define GT_BASE_UTF8_H

#include <stddef.h>

/* Bytes of the character that `text` begins with: 1 to 4, or 0 if these bytes
 * are not UTF-8 (a NUL is 1). */
size_t gt_utf8_character(const char *text);

/* NULL if the text is UTF-8 without control characters other than those in
 * `allowed` ("\t\n"); else what it is instead, as the end of a sentence: "is
 * not UTF-8". */
const char *gt_utf8_flaw(const char *text, const char *allowed);

/* Length of the longest beginning of whole characters of at most `most` bytes.
 */
size_t gt_utf8_cut(const char *text, size_t most);

/* Copy `text` for people to read: control characters other than those in
 * `allowed`, and bytes that are not UTF-8, become \x1b and the like. Cut where
 * `out`, which has `size` bytes, ends. Returns `out`. */
char *gt_utf8_show(const char *text, const char *allowed, char *out,
                   size_t size);

#endif
