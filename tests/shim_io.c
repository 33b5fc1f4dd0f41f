/* shim_io.c: a library to preload that makes one system call on files below a
 * folder go wrong: the k-th open, write, fsync, close, rename, unlink or mkdir
 * fails with a chosen error, or the process dies just before or after it.
 *
 * A death also loses what was not flushed: files are cut back to what fsync was
 * called for, as a power loss may do. Environment:
 *   SHIM_DIR   folder, as the program names it
 *   SHIM_AT    k, from 1
 *   SHIM_NAME  count only calls that name a path with this in it
 *   SHIM_KIND  count only calls of this kind, as SHIM_KINDS tells it
 *   SHIM_DO    number of an error, or before, or after; "torn": a write (any
 *              call else: before) is done in half, then the process dies;
 *              "pause": the process stops itself before it
 *   SHIM_LOG   file that gets a line when it happens
 * And these:
 *   SHIM_KINDS  file that gets the kind of each call, one a line: the call and
 *               the path below the folder, with # for numbers
 *   SHIM_FOLDERS  number of an error with which folders cannot be flushed
 *   SHIM_TRACE  file that gets a line for each open and each read of a file
 *               that SHIM_NAME is part of, however it is opened
 *   SHIM_LOCK  number of the error with which every lock on a file fails that
 *              SHIM_NAME is part of; SHIM_LOG gets a line for each
 *   SHIM_THREADS  any: threads of the program itself cannot be started
 *   SHIM_SIGNAL  number of a signal that the library handles from when it is
 *               loaded, as UCX does with SIGHUP */
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { FILES = 256, NAME = 64 };

static struct {
    char in, writes, traced;
    off_t safe; /* bytes that fsync was called for */
    char name[NAME];
} file[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int calls;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_below(const char *path)
{
    const char *dir = getenv("SHIM_DIR");
    size_t n = dir ? strlen(dir) : 0;
    return n > 0 && !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

static int is_ours(int fd)
{
    return fd >= 0 && fd < FILES && file[fd].in;
}

static void say(const char *variable, const char *text)
{
    char line[128];
    const char *path = getenv(variable);
    int n = snprintf(line, sizeof line, "%s\n", text);
    int fd = path ? REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (fd >= 0 && REAL(write)(fd, line, (size_t)n) == n)
        REAL(close)(fd);
}

static void die(void)
{
    /* EBADF: another thread has just closed it. */
    for (int fd = 0; fd < FILES; fd++)
        if (file[fd].in && file[fd].writes &&
            ftruncate(fd, file[fd].safe) != 0 && errno != EBADF)
            abort();
    kill(getpid(), SIGKILL);
    pause();
}

/* The name by which a path is counted: below the folder, with # for numbers. */
static void name_of(const char *path, char name[NAME])
{
    int n = 0;
    for (path += strlen(getenv("SHIM_DIR")); *path && n < NAME - 1; path++)
        if (!isdigit((unsigned char)*path) || isalpha((unsigned char)path[-1]))
            name[n++] = *path;
        else if (n == 0 || name[n - 1] != '#')
            name[n++] = '#';
    snprintf(name + n, NAME - (size_t)n, "%s", n ? "" : "/");
}

/* Whether a call is one of those that are counted. */
static bool counts(const char *call, const char *path, const char *known)
{
    const char *part = getenv("SHIM_NAME"), *kind = getenv("SHIM_KIND");
    char name[NAME], line[2 * NAME];
    if (part && !(path && strstr(path, part)))
        return false;
    if (path)
        name_of(path, name);
    snprintf(line, sizeof line, "%s %s", call, path ? name : known);
    if (getenv("SHIM_KINDS"))
        say("SHIM_KINDS", line);
    return !kind || !strcmp(kind, line);
}

/* What the next call on our files shall do: 0: as always, -1: die after it, -2:
 * die in the middle of it, else fail so. It names a path, or a known name. */
static int verdict(const char *call, const char *path, const char *known)
{
    const char *at = getenv("SHIM_AT"), *what = getenv("SHIM_DO");
    if (!counts(call, path, known))
        return 0;
    pthread_mutex_lock(&lock);
    int hit = at && what && ++calls == atoi(at);
    pthread_mutex_unlock(&lock);
    if (!hit)
        return 0;
    say("SHIM_LOG", call);
    if (!strcmp(what, "after"))
        return -1;
    if (!strcmp(what, "torn") && !strcmp(call, "write"))
        return -2;
    if (!strcmp(what, "pause")) {
        kill(getpid(), SIGSTOP);
        return 0;
    }
    if (atoi(what) == 0)
        die();
    return atoi(what);
}

/* Fail as asked, or do the call and perhaps die after it. */
#define CALL(name, path, ...)                                                  \
    int what = verdict(#name, path, NULL);                                     \
    if (what > 0) {                                                            \
        errno = what;                                                          \
        return -1;                                                             \
    }                                                                          \
    int result = REAL(name)(__VA_ARGS__);                                      \
    if (what < 0)                                                              \
    die()

static int remember(int fd, int flags, const char *path)
{
    struct stat info;
    if (fd < 0 || fd >= FILES || fstat(fd, &info) != 0)
        return fd;
    file[fd].in = 1;
    file[fd].writes = (flags & O_ACCMODE) != O_RDONLY;
    file[fd].safe = info.st_size;
    name_of(path, file[fd].name);
    return fd;
}

static int trace_open(int fd, const char *path)
{
    const char *name = getenv("SHIM_NAME");
    if (fd < 0 || fd >= FILES || !getenv("SHIM_TRACE"))
        return fd;
    file[fd].traced = is_below(path) && name && strstr(path, name);
    if (file[fd].traced)
        say("SHIM_TRACE", "open");
    return fd;
}

static ssize_t trace_read(int fd, ssize_t n)
{
    char line[32];
    if (fd >= 0 && fd < FILES && file[fd].traced) {
        snprintf(line, sizeof line, "read %zd", n);
        say("SHIM_TRACE", line);
    }
    return n;
}

ssize_t read(int fd, void *data, size_t size)
{
    return trace_read(fd, REAL(read)(fd, data, size));
}

ssize_t pread(int fd, void *data, size_t size, off_t at)
{
    return trace_read(fd, REAL(pread)(fd, data, size, at));
}

ssize_t pread64(int fd, void *data, size_t size, off64_t at)
{
    return trace_read(fd, REAL(pread64)(fd, data, size, at));
}

FILE *fopen(const char *path, const char *mode)
{
    FILE *stream = REAL(fopen)(path, mode);
    trace_open(stream ? fileno(stream) : -1, path);
    return stream;
}

FILE *fopen64(const char *path, const char *mode)
{
    FILE *stream = REAL(fopen64)(path, mode);
    trace_open(stream ? fileno(stream) : -1, path);
    return stream;
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    return trace_open(REAL(open64)(path, flags, mode), path);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    if (!is_below(path))
        return REAL(open)(path, flags, mode);
    CALL(open, path, path, flags, mode);
    return remember(trace_open(result, path), flags, path);
}

ssize_t write(int fd, const void *data, size_t size)
{
    if (!is_ours(fd))
        return REAL(write)(fd, data, size);
    int what = verdict("write", NULL, file[fd].name);
    if (what > 0) {
        errno = what;
        return -1;
    }
    ssize_t done = REAL(write)(fd, data, what == -2 ? size / 2 : size);
    if (what == -2) /* the half of it reached the disk */
        file[fd].safe = lseek(fd, 0, SEEK_END);
    if (what < 0)
        die();
    return done;
}

int fsync(int fd)
{
    if (!is_ours(fd))
        return REAL(fsync)(fd);
    const char *folders = getenv("SHIM_FOLDERS");
    struct stat info;
    bool known = fstat(fd, &info) == 0;
    int what = verdict("fsync", NULL, file[fd].name);
    if (what <= 0 && folders && known && S_ISDIR(info.st_mode))
        what = atoi(folders);
    if (what > 0) {
        errno = what;
        return -1;
    }
    /* The disk of a test need not be waited for. */
    if (known)
        file[fd].safe = info.st_size;
    if (what < 0)
        die();
    return 0;
}

int close(int fd)
{
    if (!is_ours(fd))
        return REAL(close)(fd);
    int what = verdict("close", NULL, file[fd].name);
    /* The descriptor is gone also when close fails. */
    int result = REAL(close)(fd);
    file[fd].in = file[fd].traced = 0;
    if (what < 0)
        die();
    if (what > 0) {
        errno = what;
        return -1;
    }
    return result;
}

/* Whether a lock on this file shall fail. */
static int refuses_lock(int fd)
{
    char link[64], path[4096] = "";
    const char *error = getenv("SHIM_LOCK"), *name = getenv("SHIM_NAME");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (!error || !name || readlink(link, path, sizeof path - 1) < 0 ||
        !strstr(path, name))
        return 0;
    say("SHIM_LOG", "lock");
    errno = atoi(error);
    return 1;
}

int flock(int fd, int operation)
{
    return refuses_lock(fd) ? -1 : REAL(flock)(fd, operation);
}

int lockf(int fd, int command, off_t size)
{
    return refuses_lock(fd) ? -1 : REAL(lockf)(fd, command, size);
}

static int is_lock(int command)
{
    return command == F_SETLK || command == F_SETLKW || command == F_GETLK ||
           command == F_OFD_SETLK || command == F_OFD_SETLKW ||
           command == F_OFD_GETLK;
}

int fcntl(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    return is_lock(command) && refuses_lock(fd)
               ? -1
               : REAL(fcntl)(fd, command, argument);
}

int fcntl64(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    return is_lock(command) && refuses_lock(fd)
               ? -1
               : REAL(fcntl)(fd, command, argument);
}

int rename(const char *from, const char *to)
{
    if (!is_below(to))
        return REAL(rename)(from, to);
    CALL(rename, to, from, to);
    return result;
}

int unlink(const char *path)
{
    if (!is_below(path))
        return REAL(unlink)(path);
    CALL(unlink, path, path);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    if (!is_below(path))
        return REAL(mkdir)(path, mode);
    CALL(mkdir, path, path, mode);
    return result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*run)(void *), void *argument)
{
    Dl_info of_run, of_program;
    const void *entry = (const void *)getauxval(AT_ENTRY);
    if (getenv("SHIM_THREADS") && dladdr((void *)run, &of_run) &&
        dladdr(entry, &of_program) && of_run.dli_fbase == of_program.dli_fbase)
        return EAGAIN;
    return REAL(pthread_create)(thread, attributes, run, argument);
}

static void handle(int number)
{
    (void)number;
}

__attribute__((constructor)) static void take_signal(void)
{
    const char *number = getenv("SHIM_SIGNAL");
    if (number)
        signal(atoi(number), handle);
}
