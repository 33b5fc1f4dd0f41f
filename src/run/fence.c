/* fence.c: a fence is looked up by opening our file, as network file systems
 * promise to ask the server then, and not when they tell a name's existence.
 *
 * Between a look and the rename that follows it there is a moment that no file
 * system closes. So whoever takes a directory next sweeps it of temporary files
 * (run.c): what has not got its name by then gets none. */
#include "run/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NAME = GT_PATH + 40, ATTEMPTS = 10 };

/* What the files are called, and were called by older versions. */
static const char *const kinds[] = {"fence", "generation"};
enum { NEW, OLD, KINDS };

static void print_path(const char *run, int kind, unsigned long long number,
                       char path[NAME])
{
    snprintf(path, NAME, "%s/%s.%llu", run, kinds[kind], number);
}

/* The kind of a file of that name, or KINDS. */
static int parse_name(const char *name, unsigned long long *number)
{
    for (int kind = 0; kind < KINDS; kind++) {
        char ours[40];
        size_t n = strlen(kinds[kind]);
        if (strncmp(name, kinds[kind], n) != 0 ||
            sscanf(name + n, ".%llu", number) != 1)
            continue;
        snprintf(ours, sizeof ours, "%s.%llu", kinds[kind], *number);
        if (!strcmp(ours, name))
            return kind;
    }
    return KINDS;
}

typedef struct search {
    const char *run;
    unsigned long long except, below, highest;
    bool old; /* there are files of older versions */
} search;

static gt_status consider(const char *name, void *context)
{
    search *s = context;
    unsigned long long number;
    int kind = parse_name(name, &number);
    if (kind == KINDS || number == s->except)
        return GT_OK;
    s->old = s->old || kind == OLD;
    s->highest = number > s->highest ? number : s->highest;
    char path[NAME];
    print_path(s->run, kind, number, path);
    if (number < s->below && unlink(path) != 0 && errno != ENOENT)
        return gt_fail(GT_ERR_IO, "cannot remove %s: %s", path,
                       strerror(errno));
    return GT_OK;
}

static gt_status taken_by_another(const char *run)
{
    return gt_fail(GT_ERR_IO,
                   "another gentrain has just started in the run directory "
                   "%s; only one can train there",
                   run);
}

static gt_status write_text(int fd, const char *path, const char *text)
{
    size_t size = strlen(text);
    bool written =
        write(fd, text, size) == (ssize_t)size && gt_file_flush(fd) == 0;
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

/* Make a file that must not be there yet. */
static gt_status make(const gt_fence *f, const char *run, int kind)
{
    char path[NAME];
    print_path(run, kind, f->number, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0 && errno == EEXIST)
        return taken_by_another(run);
    if (fd < 0)
        return gt_fail(GT_ERR_IO, "cannot write %s: %s", path, strerror(errno));
    return write_text(fd, path, f->text);
}

static void remove_file(const gt_fence *f, const char *run, int kind)
{
    char path[NAME];
    print_path(run, kind, f->number, path);
    unlink(path);
}

static void print_text(gt_fence *f)
{
    char host[64] = "";
    struct timespec now;
    gethostname(host, sizeof host - 1);
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(f->text, sizeof f->text, "process %ld on %s since %lld.%09ld\n",
             (long)getpid(), host, (long long)now.tv_sec, now.tv_nsec);
}

/* With the number that is ours in all kinds that are wanted, remove those
 * before it. */
static gt_status succeed(const gt_fence *f, const char *run)
{
    search s = {.run = run, .except = f->number, .below = f->number};
    gt_status status = gt_directory_list(run, consider, &s);
    /* A number that is free again may be taken by one who looked long ago. And
     * whoever lists a directory while others are at it may miss the highest
     * one; gt_fence_check looks again. */
    if (status == GT_OK && s.highest > f->number)
        status = taken_by_another(run);
    return status;
}

/* number 0: the one after the highest. */
static gt_status take(gt_fence *f, const char *run, unsigned long long number)
{
    search s = {.run = run};
    gt_status status = gt_directory_list(run, consider, &s);
    if (status != GT_OK)
        return status;
    f->number = number > 0 ? number : s.highest + 1;
    print_text(f);
    /* The old kind comes first: older versions make no other. */
    if (s.old)
        status = make(f, run, OLD);
    if (status != GT_OK)
        return status;
    status = make(f, run, NEW);
    if (status == GT_OK) {
        status = succeed(f, run);
        if (status != GT_OK)
            remove_file(f, run, NEW);
    }
    if (status == GT_OK)
        snprintf(f->run, sizeof f->run, "%s", run);
    else if (s.old)
        remove_file(f, run, OLD);
    return status;
}

gt_status gt_fence_take(gt_fence *f, const char *run, bool fresh)
{
    return take(f, run, fresh ? 1 : 0);
}

gt_status gt_fence_take_after(gt_fence *f, const char *run,
                              unsigned long long last)
{
    return take(f, run, last + 1);
}

bool gt_fence_is_name(const char *name)
{
    unsigned long long number;
    return parse_name(name, &number) != KINDS;
}

/* What the file says; 0 bytes where it cannot be read. */
static size_t read_text(const char *path, char *text, size_t room)
{
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, text, room - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

/* One that was killed has a number until its parent has heard of that. */
static bool lives(long process)
{
    char path[64], text[512] = "";
    if (kill((pid_t)process, 0) != 0 && errno != EPERM)
        return false;
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    if (!read_text(path, text, sizeof text))
        return true;
    const char *state = strrchr(text, ')');
    return !state ||
           (strncmp(state, ") Z", 3) != 0 && strncmp(state, ") X", 3) != 0);
}

/* The file is empty for the moment between its making and its writing. A number
 * of a process that is ours was another's, in another container for example. */
gt_fence_maker gt_fence_look(const char *run)
{
    gt_fence_maker maker = {.holder = GT_FENCE_NOBODY};
    char path[NAME], text[256], here[64] = "";
    search s = {.run = run};
    gt_status status = gt_directory_list(run, consider, &s);
    maker.number = s.highest;
    if (status != GT_OK || s.highest == 0)
        return maker;
    print_path(run, NEW, s.highest, path);
    for (int i = 0; i < ATTEMPTS && !read_text(path, text, sizeof text); i++)
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    if (sscanf(text, "process %ld on %63s", &maker.process, maker.host) != 2 ||
        maker.process <= 0)
        return maker;
    gethostname(here, sizeof here - 1);
    if (strcmp(maker.host, here) != 0)
        maker.holder = GT_FENCE_ELSEWHERE;
    else if (maker.process != (long)getpid() && lives(maker.process))
        maker.holder = GT_FENCE_LIVES;
    else
        maker.holder = GT_FENCE_ENDED;
    return maker;
}

bool gt_fence_is_held(const char *run, unsigned long long *last)
{
    gt_fence_maker maker = gt_fence_look(run);
    *last = maker.number;
    return maker.holder == GT_FENCE_LIVES;
}

/* Whether the file is there and says what we wrote into it; true as well when
 * that cannot be told. */
static bool is_ours(const gt_fence *f, const char *path)
{
    char text[sizeof f->text] = "";
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return errno != ENOENT && errno != ESTALE;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n <= 0 || !strcmp(text, f->text);
}

gt_status gt_fence_check(const gt_fence *f)
{
    char path[NAME];
    if (!f->run[0])
        return GT_OK;
    print_path(f->run, NEW, f->number, path);
    search s = {.run = f->run, .except = f->number};
    bool known = gt_directory_list(f->run, consider, &s) == GT_OK;
    if (is_ours(f, path)) {
        if (!known || s.highest < f->number)
            return GT_OK;
        unlink(path); /* see succeed() */
    }
    /* Without a successor the directory was moved or removed, which writing
     * into it will tell. */
    bool there = access(path, F_OK) == 0;
    if (!there && (!known || s.highest == 0))
        return GT_OK;
    return gt_fail(GT_ERR_IO,
                   "another gentrain has resumed the run in %s; this one stops "
                   "and writes nothing more",
                   f->run);
}
