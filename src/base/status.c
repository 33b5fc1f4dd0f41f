/* status.c: one table has the exit code of each error and what it means; one
 * buffer per thread holds the message. The buffer is static, so that the lack
 * of memory can still be reported. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef gt_fail
#undef gt_fail_in

static _Thread_local char message[GT_MESSAGE];

static const struct {
    int code;            /* of the process */
    const char *meaning; /* NULL: that of another status with this code */
} exits[GT_STATUS_COUNT] = {
    [GT_OK] = {0, "success, also when a signal ended the training early; the "
                  "run directory then holds a file INTERRUPTED"},
    [GT_ERR_USAGE] = {2, "usage: the command line"},
    [GT_ERR_CONFIG] = {3, "configuration: a key, a value, the shapes of "
                          "layers"},
    [GT_ERR_IO] = {4, "input or output: a file is missing, cannot be read or "
                      "could not be written, or nobody took what was printed"},
    [GT_ERR_FORMAT] = {5, "a file's contents: truncated, damaged, or of "
                          "another kind"},
    [GT_ERR_MISMATCH] = {6, "data, checkpoint and model do not fit each other; "
                            "gentrain diff: A and B differ"},
    [GT_ERR_MEMORY] = {7, "memory: more is needed than there is"},
    [GT_ERR_NUMERIC] = {8, "NaN or infinity in training or in the data"},
    [GT_ERR_COMM] = {9, "MPI, or a rank that hangs"},
    [GT_ERR_STALE] = {4, NULL},
    [GT_ERR_BUSY] = {4, NULL},
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
    return exits[status].code;
}

const char *gt_exit_meaning(gt_status status)
{
    return exits[status].meaning;
}
