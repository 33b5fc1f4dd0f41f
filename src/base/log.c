/* log.c: a line is put together first and written with one call, so that the
 * lines of different processes do not mix. Names in it control no terminal. */
#include "base/log.h"

#include "base/terminal.h"
#include "base/utf8.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_SIZE = 4096,
    LINE_MOST = 3 * LINE_SIZE,
    MOMENT = 100 /* milliseconds */
};

static bool speaks = true;
static gt_log_level threshold = GT_LOG_NORMAL;
static void (*clear_progress)(void);
static atomic_bool lost; /* a line */
static atomic_bool hurry;

static _Thread_local char *captured; /* NULL: lines are printed */
static _Thread_local size_t capture_size;

void gt_log_setup(bool speaker, gt_log_level level)
{
    speaks = speaker;
    threshold = level;
}

void gt_log_set_clear(void (*clear)(void))
{
    clear_progress = clear;
}

void gt_log_capture(char *text, size_t size)
{
    captured = text;
    capture_size = size;
}

/* A pipe that can be written to has room for PIPE_BUF bytes. */
bool gt_log_ready(int fd)
{
    struct pollfd output = {.fd = fd, .events = POLLOUT};
    for (;;) {
        bool again = atomic_load(&hurry) && atomic_load(&lost);
        int n = poll(&output, 1, again ? 0 : MOMENT);
        if (n > 0 || (n < 0 && errno != EINTR))
            return true;
        if (n == 0 && atomic_load(&hurry))
            break;
    }
    atomic_store(&lost, true);
    return false;
}

void gt_log_hurry(void)
{
    atomic_store(&hurry, true);
}

/* What a line begins with. */
typedef struct beginning {
    const char *text, *colour;
} beginning;

/* On a terminal, in its width and with colour; elsewhere one line is one
 * message, for whoever searches a log. */
static int print_line(const beginning *begin, const char *text,
                      char line[LINE_MOST])
{
    char whole[LINE_SIZE + 64], wrapped[LINE_MOST - 64];
    snprintf(whole, sizeof whole, "%s%s", begin->text, text);
    if (!gt_terminal())
        return snprintf(line, LINE_MOST, "%s\n", whole);
    gt_terminal_wrap(whole, gt_terminal_columns(), wrapped, sizeof wrapped);
    bool colour = *begin->colour && gt_terminal_has_colour();
    size_t n = strlen(begin->text);
    return snprintf(line, LINE_MOST, "%s%.*s%s%s\n",
                    colour ? begin->colour : "", (int)n, wrapped,
                    colour ? "\033[0m" : "", wrapped + n);
}

static void put_line(beginning begin, const char *format, va_list args)
{
    char text[LINE_SIZE], shown[LINE_SIZE], line[LINE_MOST];
    vsnprintf(text, sizeof text, format, args);
    gt_utf8_show(text, "\t\n", shown, sizeof shown);
    int n = print_line(&begin, shown, line);
    if (!gt_log_ready(STDERR_FILENO))
        return;
    if (clear_progress)
        clear_progress();
    bool written = fwrite(line, 1, (size_t)n, stderr) == (size_t)n;
    /* EAGAIN: somebody else has opened the terminal so that it is slow. */
    if ((fflush(stderr) != 0 || !written) && errno != EAGAIN)
        atomic_store(&lost, true);
}

bool gt_log_lost(void)
{
    return atomic_load(&lost);
}

void gt_info(const char *format, ...)
{
    if (captured || !speaks || threshold < GT_LOG_NORMAL)
        return;
    va_list args;
    va_start(args, format);
    put_line((beginning){"", ""}, format, args);
    va_end(args);
}

static void capture(const char *format, va_list args)
{
    size_t used = strlen(captured);
    if (used > 0 && used + 1 < capture_size) {
        captured[used++] = '\n';
        captured[used] = '\0';
    }
    vsnprintf(captured + used, capture_size - used, format, args);
}

void gt_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (captured)
        capture(format, args);
    else if (speaks)
        put_line((beginning){"gentrain: warning: ", "\033[33m"}, format, args);
    va_end(args);
}

void gt_error(const char *format, ...)
{
    if (!speaks)
        return;
    va_list args;
    va_start(args, format);
    put_line((beginning){"gentrain: error: ", "\033[31m"}, format, args);
    va_end(args);
}
