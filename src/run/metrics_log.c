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

gt_status gt_metrics_log_trim(const char *run, uint64_t step)
{
    char path[GT_PATH + 16];
    snprintf(path, sizeof path, "%s/metrics.jsonl", run);
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        if (step > 0)
            gt_warn("%s is missing: it will begin after step %llu", path,
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

static gt_status refuse(const gt_metrics_log *j)
{
    return gt_fail(GT_ERR_IO, "cannot write %s: %s", j->path, strerror(errno));
}

static gt_status reopen(gt_metrics_log *j)
{
    int fd = open(j->path, O_RDWR | O_APPEND);
    if (fd < 0)
        return refuse(j);
    if (j->fd >= 0)
        close(j->fd);
    j->fd = fd;
    return GT_OK;
}

gt_status gt_metrics_log_open(gt_metrics_log *j, const char *run, uint64_t step)
{
    *j = (gt_metrics_log){.fd = -1};
    snprintf(j->path, sizeof j->path, "%s/metrics.jsonl", run);
    gt_status status = gt_metrics_log_trim(run, step);
    return status == GT_OK ? reopen(j) : status;
}

/* A line that is written in part stays torn only until the next attempt. */
static gt_status write_pending(gt_metrics_log *j)
{
    while (j->used > 0) {
        ssize_t n = write(j->fd, j->pending, j->used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return refuse(j);
        j->used -= (size_t)n;
        memmove(j->pending, j->pending + n, j->used);
    }
    return GT_OK;
}

static gt_status keep(gt_metrics_log *j, const char *text, size_t size)
{
    if (j->used + size > j->room) {
        size_t room = 2 * (j->used + size);
        char *larger = realloc(j->pending, room);
        if (!larger)
            return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate a line",
                           j->path);
        j->pending = larger;
        j->room = room;
    }
    memcpy(j->pending + j->used, text, size);
    j->used += size;
    return GT_OK;
}

gt_status gt_metrics_log_add(gt_metrics_log *j, uint64_t step, double epoch,
                             const gt_metrics *metrics)
{
    if (j->fd < 0)
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
        status = gt_fail(GT_ERR_MEMORY, "%s: cannot allocate a line", j->path);
    if (status == GT_OK)
        status = keep(j, text, size);
    free(text);
    j->gaps = j->gaps || status != GT_OK;
    return status == GT_OK ? write_pending(j) : status;
}

/* What the file holds, through our descriptor, into a new one. */
static gt_status write_anew(gt_metrics_log *j, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu bytes", j->path,
                       size);
    gt_status status = GT_OK;
    for (size_t done = 0; done < size && status == GT_OK;) {
        ssize_t n = pread(j->fd, text + done, size - done, (off_t)done);
        if (n <= 0)
            status = refuse(j);
        else
            done += (size_t)n;
    }
    if (status == GT_OK)
        status = gt_file_replace(j->path, text, size);
    free(text);
    if (status == GT_OK)
        status = reopen(j);
    if (status == GT_OK)
        j->unsafe = false;
    return status;
}

gt_status gt_metrics_log_flush(gt_metrics_log *j)
{
    struct stat info;
    if (j->fd < 0)
        return GT_OK;
    if (fstat(j->fd, &info) != 0)
        return refuse(j);
    if (S_ISREG(info.st_mode) && (j->unsafe || info.st_nlink == 0)) {
        gt_status status = write_anew(j, (size_t)info.st_size);
        if (status != GT_OK)
            return status;
    }
    return write_pending(j);
}

gt_status gt_metrics_log_sync(gt_metrics_log *j)
{
    if (j->fd < 0 || gt_file_flush(j->fd) == 0)
        return GT_OK;
    j->unsafe = true;
    return refuse(j);
}

void gt_metrics_log_close(gt_metrics_log *j)
{
    if (j->path[0] && j->fd >= 0)
        close(j->fd);
    free(j->pending);
    *j = (gt_metrics_log){.fd = -1};
}
