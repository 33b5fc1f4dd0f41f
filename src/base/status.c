/* status.c: one table has the exit code of each error; one buffer per thread
 * holds the message. The buffer is static, so that the lack of memory can still
 * be reported. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[GT_MESSAGE];

static const int exit_codes[GT_STATUS_COUNT] = {
    [GT_OK] = 0,         [GT_ERR_USAGE] = 2,   [GT_ERR_CONFIG] = 3,
    [GT_ERR_IO] = 4,     [GT_ERR_FORMAT] = 5,  [GT_ERR_MISMATCH] = 6,
    [GT_ERR_MEMORY] = 7, [GT_ERR_NUMERIC] = 8, [GT_ERR_COMM] = 9,
    [GT_ERR_STALE] = 4,
};

gt_status gt_fail(gt_status code, const char *format, ...)
{
    /* Formatted in a second buffer: an argument may be the old message. */
    char text[GT_MESSAGE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(message, text, sizeof message);
    return code;
}

gt_status gt_fail_in(gt_status code, const char *format, ...)
{
    char context[GT_MESSAGE];
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

void gt_failure_keep(gt_failure *f, gt_status status)
{
    if (status == GT_OK || f->status != GT_OK)
        return;
    f->status = status;
    memcpy(f->message, message, sizeof f->message);
}

gt_status gt_failure_tell(const gt_failure *f)
{
    return f->status == GT_OK ? GT_OK : gt_fail(f->status, "%s", f->message);
}

int gt_exit_code(gt_status status)
{
    return exit_codes[status];
}
