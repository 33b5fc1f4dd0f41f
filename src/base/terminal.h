/* terminal.h: what messages on stderr are seen on. Local.
 *
 * Ranks that a launcher started write into its pipe, wherever that leads: for
 * them there is no terminal.
 */
#ifndef GT_BASE_TERMINAL_H
#define GT_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether stderr is a terminal that obeys control codes: not one that TERM
 * calls "dumb", or does not name. */
bool gt_terminal(void);

/* Whether it shows colours, and nobody asked for none (NO_COLOR). */
bool gt_terminal_has_colour(void);

/* Columns of a line that fits. Where there is no terminal, or it does not tell,
 * COLUMNS counts, and else 80. */
int gt_terminal_columns(void);

/* Break the lines of `text` between words so that they fit into `columns`; what
 * follows within a line is indented by two. A longer word, such as a path,
 * stays whole. Cut to `size` bytes. Pure. Returns `out`. */
char *gt_terminal_wrap(const char *text, int columns, char *out, size_t size);

#endif
