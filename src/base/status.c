/* status.c: one table gives an error's exit code and name; one buffer per
 * thread holds its message. The buffer is fixed so that an out-of-memory error
 * can still be reported. */
#include "gentrain/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 2048 };

static _Thread_local char message[MESSAGE_SIZE];

static const struct {
    int exit_code;
    const char *name;
} table[GT_STATUS_COUNT] = {
    [GT_OK] = {0, "success"},
    [GT_ERR_USAGE] = {2, "usage error"},
    [GT_ERR_CONFIG] = {3, "configuration error"},
    [GT_ERR_IO] = {4, "I/O error"},
    [GT_ERR_FORMAT] = {5, "bad file contents"},
    [GT_ERR_MISMATCH] = {6, "mismatch"},
    [GT_ERR_MEMORY] = {7, "out of memory"},
    [GT_ERR_NUMERIC] = {8, "numerical breakdown"},
    [GT_ERR_COMM] = {9, "communication error"},
    [GT_ERR_STALE] = {4, "files changed meanwhile"},
};

gt_status gt_fail(gt_status code, const char *format, ...)
{
    /* Formatted aside first: an argument may be the old message itself. */
    char text[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(message, text, sizeof message);
    return code;
}

gt_status gt_fail_in(gt_status code, const char *format, ...)
{
    char context[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    size_t used = strnlen(context, sizeof context);
    snprintf(context + used, sizeof context - used, ": %s", message);
    memcpy(message, context, sizeof message);
    return code;
}

const char *gt_message(void)
{
    return message;
}

int gt_exit_code(gt_status status)
{
    return table[status].exit_code;
}

const char *gt_status_name(gt_status status)
{
    return table[status].name;
}
