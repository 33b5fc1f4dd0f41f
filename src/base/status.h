/* status.h: how a function says that it failed, and why. Local.
 *
 * Everything that can fail returns a gt_status. The function that finds the
 * fault also leaves one message for a person: what is wrong, where, and what to
 * do about it. Callers pass the status up unchanged; the command line prints
 * the message once, from one rank.
 */
#ifndef GT_BASE_STATUS_H
#define GT_BASE_STATUS_H

typedef enum gt_status {
    GT_OK = 0,
    GT_ERR_USAGE,    /* the command line */
    GT_ERR_CONFIG,   /* a configuration: key, type, range, layer shapes */
    GT_ERR_IO,       /* the system: missing, unreadable, disk full */
    GT_ERR_FORMAT,   /* a file's contents: truncated, corrupt, foreign */
    GT_ERR_MISMATCH, /* two things that should fit: data and model, ... */
    GT_ERR_MEMORY,   /* an allocation */
    GT_ERR_NUMERIC,  /* NaN or infinity during training */
    GT_ERR_COMM,     /* MPI */
    GT_ERR_STALE,    /* files changed since they were read: read them again */
    GT_ERR_BUSY,     /* a file that cannot be read now, such as a locked one;
                        nothing says that it is damaged */
    GT_STATUS_COUNT
} gt_status;

/* Record a message (printf format) and return `code`, so that a failing
 * function can end with `return gt_fail(...)`. Each thread has one message; a
 * new one replaces it. Messages over 2047 bytes are cut. */
gt_status gt_fail(gt_status code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Put context in front of the recorded message ("run/config.yaml: ...") and
 * return `code`. */
gt_status gt_fail_in(gt_status code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The message of this thread's last failure, "" if there was none. */
const char *gt_message(void);

/* A failure that is reported later, or by another thread. {0}: none. */
enum { GT_MESSAGE = 2048 };
typedef struct gt_failure {
    gt_status status;
    char message[GT_MESSAGE];
} gt_failure;

/* Keep the failure `status` of this thread, with its message, if it is the
 * first one. GT_OK changes nothing. */
void gt_failure_keep(gt_failure *failure, gt_status status);
/* Fail with the kept status and message; GT_OK if there is none. */
gt_status gt_failure_tell(const gt_failure *failure);

/* Exit code of the process for a status; 0 for GT_OK. */
int gt_exit_code(gt_status status);

/* What that exit code means, for help and man pages; NULL where the code is
 * another status's. */
const char *gt_exit_meaning(gt_status status);

#endif
