/* log.h: what a run says to people, on stderr, from one rank.
 *
 * Only the rank that was made the speaker prints; all others stay silent, so
 * code that runs on every rank may call these freely. Results that a program
 * may want to read go to stdout and do not pass through here.
 */
#ifndef GT_BASE_LOG_H
#define GT_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

typedef enum gt_log_level { GT_LOG_QUIET, GT_LOG_NORMAL } gt_log_level;

/* Choose whether this process speaks and how much; the default is to speak.
 * GT_LOG_QUIET drops gt_info but keeps warnings and errors. Local. */
void gt_log_setup(bool speaker, gt_log_level level);

/* One line of information; a newline is added. Local. */
void gt_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line that starts with "gentrain: warning: ". Local. */
void gt_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line that starts with "gentrain: error: ". Local. */
void gt_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From here on, append this thread's warnings to `text`, which holds a string
 * in `size` bytes, instead of printing them: a line each, cut where there is no
 * room, without what printed warnings start with. NULL: print them again.
 * Local. */
void gt_log_capture(char *text, size_t size);

/* Called before any line is printed while a progress line stands on
 * the terminal, so that the line can be cleared first. NULL: none. Local. */
void gt_log_set_clear(void (*clear)(void));

#endif
