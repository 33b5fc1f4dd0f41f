/* metrics_log.c: after a failed flush the system may have dropped what it could
 * not write and call the next flush a success. So the file is then written
 * anew, from what it says through our own descriptor, which works also for a
 * file that somebody has removed. */
#include "run/metrics_log.h"

#include "base/log.h"
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Length of the leading lines that are whole and of rising steps up to `step`.
 */
static size_t kept_length(const char *text, uint64_t step)
{
    static const char start[] = "{\"step\": ";
    size_t kept = 0;
    unsigned long long number, before = 0;
    for (const char *line = text; *line; before = number) {
        const char *end = strchr(line, '\n');
        if (!end || strncmp(line, start, strlen(start)) != 0)
            break;
        number = strtoull(line + strlen(start), NULL, 10);
        if (number > step || number <= before)
            break;
        line = end + 1;
        kept = (size_t)(line - text);
    }
    return kept;
}

gt_status gt_metrics_log_trim(const char *run, uint64_t begin, uint64_t step)
{
    char path[GT_PATH + 16];
    snprintf(path, sizeof path, "%s/metrics.jsonl", run);
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        if (step > begin)
            gt_warn("%s is missing; a new one begins after step %llu", path,
                    (unsigned long long)step);
        return gt_file_replace(path, "", 0);
    }
    char *text = NULL;
    size_t size;
    gt_status status = gt_file_read(path, &text, &size);
    if (status == GT_OK)
        status = gt_file_replace(path, text, kept_length(text, step));
    free(text);
    return status;
}

static gt_status refuse(const gt_metrics_log *log)
{
    return gt_fail(GT_ERR_IO, "cannot write %s: %s", log->path,
                   strerror(errno));
}

static gt_status reopen(gt_metrics_log *log)
{
    int fd = open(log->path, O_RDWR | O_APPEND);
    if (fd < 0)
        return refuse(log);
    if (log->fd >= 0)
        close(log->fd);
    log->fd = fd;
    return GT_OK;
}

gt_status gt_metrics_log_open(gt_metrics_log *log, const char *run,
                              uint64_t begin, uint64_t step)
{
    *log = (gt_metrics_log){.fd = -1};
    snprintf(log->path, sizeof log->path, "%s/metrics.jsonl", run);
    gt_status status = gt_metrics_log_trim(run, begin, step);
    return status == GT_OK ? reopen(log) : status;
}

/* A line that is written in part stays torn only until the next attempt. */
static gt_status write_pending(gt_metrics_log *log)
{
    while (log->used > 0) {
        ssize_t n = write(log->fd, log->pending, log->used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return refuse(log);
        log->used -= (size_t)n;
        memmove(log->pending, log->pending + n, log->used);
    }
    return GT_OK;
}

static gt_status keep(gt_metrics_log *log, const char *text, size_t size)
{
    if (log->used + size > log->capacity) {
        size_t capacity = 2 * (log->used + size);
        char *larger = realloc(log->pending, capacity);
        if (!larger)
            return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate a line",
                           log->path);
        log->pending = larger;
        log->capacity = capacity;
    }
    memcpy(log->pending + log->used, text, size);
    log->used += size;
    return GT_OK;
}

gt_status gt_metrics_log_add(gt_metrics_log *log, uint64_t step, double epoch,
                             const gt_metrics *metrics)
{
    if (log->fd < 0)
        return GT_OK;
    char *text = NULL;
    size_t size = 0;
    FILE *line = open_memstream(&text, &size);
    gt_status status = GT_OK;
    if (line) {
        gt_metrics_print(line, step, epoch, metrics);
        fclose(line);
    }
    if (!text || size == 0)
        status =
            gt_fail(GT_ERR_MEMORY, "%s: cannot allocate a line", log->path);
    if (status == GT_OK)
        status = keep(log, text, size);
    free(text);
    log->gaps = log->gaps || status != GT_OK;
    return status == GT_OK ? write_pending(log) : status;
}

/* What the file holds, through our descriptor, into a new one. */
static gt_status write_anew(gt_metrics_log *log, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu bytes",
                       log->path, size);
    gt_status status = GT_OK;
    for (size_t done = 0; done < size && status == GT_OK;) {
        ssize_t n = pread(log->fd, text + done, size - done, (off_t)done);
        if (n <= 0)
            status = refuse(log);
        else
            done += (size_t)n;
    }
    if (status == GT_OK)
        status = gt_file_replace(log->path, text, size);
    free(text);
    if (status == GT_OK)
        status = reopen(log);
    if (status == GT_OK)
        log->unsafe = false;
    return status;
}

gt_status gt_metrics_log_flush(gt_metrics_log *log)
{
    struct stat info;
    if (log->fd < 0)
        return GT_OK;
    if (fstat(log->fd, &info) != 0)
        return refuse(log);
    if (S_ISREG(info.st_mode) && (log->unsafe || info.st_nlink == 0)) {
        gt_status status = write_anew(log, (size_t)info.st_size);
        if (status != GT_OK)
            return status;
    }
    return write_pending(log);
}

gt_status gt_metrics_log_sync(gt_metrics_log *log)
{
    if (log->fd < 0 || gt_file_flush(log->fd) == 0)
        return GT_OK;
    log->unsafe = true;
    return refuse(log);
}

void gt_metrics_log_close(gt_metrics_log *log)
{
    if (log->path[0] && log->fd >= 0)
        close(log->fd);
    free(log->pending);
    *log = (gt_metrics_log){.fd = -1};
}
