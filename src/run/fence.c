/* fence.c: a fence is looked up by opening our file, as network file systems
 * promise to ask the server then, and not when they tell a name's existence.
 *
 * Between a look and the rename that follows it there is a moment that no file
 * system closes. So whoever claims a directory next sweeps it of temporary
 * files (opening.c): what has not got its name by then gets none. */
#include "run/fence.h"

#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NAME = GT_PATH + 40 };

static void print_path(const char *run, unsigned long long number,
                       char path[NAME])
{
    snprintf(path, NAME, "%s/generation.%llu", run, number);
}

static bool parse_name(const char *name, unsigned long long *number)
{
    char ours[40];
    if (sscanf(name, "generation.%llu", number) != 1)
        return false;
    snprintf(ours, sizeof ours, "generation.%llu", *number);
    return !strcmp(ours, name);
}

typedef struct search {
    const char *run;
    unsigned long long except, below, highest;
} search;

static gt_status consider(const char *name, void *context)
{
    search *s = context;
    unsigned long long number;
    if (!parse_name(name, &number) || number == s->except)
        return GT_OK;
    s->highest = number > s->highest ? number : s->highest;
    char path[NAME];
    print_path(s->run, number, path);
    if (number < s->below && unlink(path) != 0 && errno != ENOENT)
        return gt_fail(GT_ERR_IO, "cannot remove %s: %s", path,
                       strerror(errno));
    return GT_OK;
}

/* The highest number other than `except`; 0: none. Removes the numbers below
 * `below`. */
static gt_status look(const char *run, unsigned long long except,
                      unsigned long long below, unsigned long long *highest)
{
    search s = {.run = run, .except = except, .below = below};
    gt_status status = gt_directory_list(run, consider, &s);
    *highest = s.highest;
    return status;
}

static gt_status write_text(int fd, const char *path, const char *text)
{
    size_t size = strlen(text);
    bool written = write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    if (written)
        return GT_OK;
    unlink(path);
    return gt_fail(GT_ERR_IO, "cannot write %s: %s", path, strerror(error));
}

gt_status gt_fence_take(gt_fence *c, const char *run, bool fresh)
{
    unsigned long long highest;
    gt_status status = look(run, 0, 0, &highest);
    if (status != GT_OK)
        return status;
    c->number = fresh ? 1 : highest + 1;
    char path[NAME], host[64] = "";
    struct timespec now;
    print_path(run, c->number, path);
    gethostname(host, sizeof host - 1);
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(c->text, sizeof c->text, "process %ld on %s since %lld.%09ld\n",
             (long)getpid(), host, (long long)now.tv_sec, now.tv_nsec);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0 && errno == EEXIST)
        return gt_fail(GT_ERR_IO,
                       "another gentrain has just started in the run directory "
                       "%s; only one can train there",
                       run);
    if (fd < 0)
        return gt_fail(GT_ERR_IO, "cannot write %s: %s", path, strerror(errno));
    status = write_text(fd, path, c->text);
    if (status == GT_OK)
        status = look(run, c->number, c->number, &highest);
    /* A number that is free again may be taken by one who looked long ago. And
     * whoever lists a directory while others are at it may miss the highest
     * one; gt_fence_check looks again. */
    if (status == GT_OK && highest > c->number)
        status = gt_fail(GT_ERR_IO,
                         "another gentrain has just started in the run "
                         "directory %s; only one can train there",
                         run);
    if (status == GT_OK)
        snprintf(c->run, sizeof c->run, "%s", run);
    else
        unlink(path);
    return status;
}

/* Whether the file is there and says what we wrote into it; true as well when
 * that cannot be told. */
static bool is_ours(const gt_fence *c, const char *path)
{
    char text[sizeof c->text] = "";
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return errno != ENOENT && errno != ESTALE;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n <= 0 || !strcmp(text, c->text);
}

gt_status gt_fence_check(const gt_fence *c)
{
    char path[NAME];
    unsigned long long other;
    if (!c->run[0])
        return GT_OK;
    print_path(c->run, c->number, path);
    bool known = look(c->run, c->number, 0, &other) == GT_OK;
    if (is_ours(c, path)) {
        if (!known || other < c->number)
            return GT_OK;
        unlink(path); /* see gt_fence_take */
    }
    /* Without a successor the directory was moved or removed, which writing
     * into it will tell. */
    bool there = access(path, F_OK) == 0;
    if (!there && (!known || other == 0))
        return GT_OK;
    return gt_fail(GT_ERR_IO,
                   "another gentrain has gone on with the run in %s; this one "
                   "stops and writes nothing more",
                   c->run);
}
