/* log.h: messages for people, on stderr, from one rank. Local.
 *
 * Only the rank that was made the speaker prints, so code that runs on every
 * rank may call these functions freely. Results that a program may read go to
 * stdout, without this module.
 */
#ifndef GT_BASE_LOG_H
#define GT_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

typedef enum gt_log_level { GT_LOG_QUIET, GT_LOG_NORMAL } gt_log_level;

/* Choose whether this process prints, and how much; by default it prints all.
 * GT_LOG_QUIET leaves out gt_info. */
void gt_log_setup(bool speaker, gt_log_level level);

/* Print one line of information; a newline is added. */
void gt_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print one line that starts with "gentrain: warning: ". */
void gt_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print one line that starts with "gentrain: error: ". */
void gt_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From here on, append this thread's warnings to `text`, which holds a string
 * in `size` bytes, instead of printing them: a line each, cut where there is no
 * room, without what printed warnings start with, and leave out its
 * information. NULL: print them again. Local. */
void gt_log_capture(char *text, size_t size);

/* Whether `fd` takes a line now; waits for a reader that is slow, but no longer
 * once gt_log_hurry was called: launchers stop to read when they end a job, and
 * who waits for them saves nothing. False: drop the line. */
bool gt_log_ready(int fd);

/* There is little time from here on. May be called by a signal handler. */
void gt_log_hurry(void);

/* Whether a line could not be written, as nobody reads it any more or the disk
 * is full. Lines that are lost end nothing. */
bool gt_log_lost(void);

/* Have `clear` called before each line, to clear a progress line from the
 * terminal. NULL: there is none. */
void gt_log_set_clear(void (*clear)(void));

#endif
