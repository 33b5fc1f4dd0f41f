/* h5trial.c: a fork has the bytes already, and nobody else's work is lost when
 * it dies. It calls no MPI and touches no file. But under MPI a process must
 * not be forked: networks write into memory that the two share. There the
 * program is started anew, which shares nothing, to inspect the file by its
 * name. */
#include "store/h5trial.h"

#include "base/collective_tick.h"
#include "store/foreign/h5disk.h"
#include "store/foreign/h5list.h"
#include "store/foreign/h5set.h"
#include "store/h5attr.h"
#include "store/h5driver.h"
#include "store/h5handle.h"
#include "store/h5lock.h"
#include "store/h5read.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SURVIVED = 'y' };

extern char **environ;
static const char *program; /* NULL: fork */

void gt_h5_try_with(const char *path)
{
    program = path;
}

/* --- The child. */

static int read_set(const gt_h5_info *info, void *context)
{
    gt_h5 *f = context;
    char *text = NULL;
    if (info->text)
        gt_h5_read_text(f, info->name, &text);
    else if (!info->flaw)
        gt_h5_verify(f, info->name);
    free(text);
    return 0;
}

static herr_t read_attribute(hid_t root, const char *key,
                             const H5A_info_t *info, void *context)
{
    char *text = NULL;
    int64_t number;
    double real;
    (void)root, (void)info;
    gt_h5_get_text(context, "/", key, &text);
    gt_h5_get_int(context, "/", key, &number);
    gt_h5_get_real(context, "/", key, &real);
    free(text);
    return 0;
}

static void read_all(const char *path, const char *bytes, size_t size)
{
    hsize_t first = 0;
    gt_h5 f = {.path = (char *)path};
    gt__h5_clear();
    f.file = gt__h5_open_bytes(path, bytes, size);
    if (f.file < 0)
        return;
    H5Aiterate2(f.file, H5_INDEX_NAME, H5_ITER_INC, &first, read_attribute, &f);
    if (H5Lexists(f.file, "/config", H5P_DEFAULT) > 0)
        H5Aexists_by_name(f.file, "/config", "digest", H5P_DEFAULT);
    gt_h5_each(&f, read_set, &f);
    H5Fclose(f.file);
}

/* The attributes of a foreign object may have any type. */
static herr_t read_foreign(hid_t object, const char *key,
                           const H5A_info_t *info, void *context)
{
    enum { LARGE = 1 << 20 };
    (void)info, (void)context;
    hid_t attribute = H5Aopen(object, key, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    size_t size = H5Tget_size(type);
    if (n > 0 && size > 0 && (size_t)n < LARGE / size) {
        void *value = calloc((size_t)n, size);
        if (value && H5Aread(attribute, type, value) >= 0)
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, value);
        free(value);
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return 0;
}

static int open_foreign(const gt_h5_about *about, void *context)
{
    gt_h5 *f = context;
    gt_h5_set *set = NULL;
    hsize_t first = 0;
    hid_t object = H5Oopen(f->file, about->name, H5P_DEFAULT);
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &first, read_foreign, NULL);
    H5Oclose(object);
    if (!*about->flaw && gt_h5_set_open(&set, f, about->name, NULL) == GT_OK)
        gt_h5_set_close(set);
    return 0;
}

static void list_all(const char *path, const char *bytes, size_t size)
{
    (void)bytes, (void)size;
    hsize_t first = 0;
    gt_h5 f = {.path = (char *)path};
    gt__h5_clear();
    f.file = gt__h5_open_path(path);
    if (f.file < 0)
        return;
    H5Aiterate2(f.file, H5_INDEX_NAME, H5_ITER_INC, &first, read_foreign, NULL);
    gt_h5_list(&f, open_foreign, &f);
    H5Fclose(f.file);
}

/* To die in silence of what the file does, and not to live for ever: a minute,
 * and one more for each 16 MB. */
static void expect_the_worst(size_t size)
{
    static const int signals[] = {SIGSEGV, SIGBUS,  SIGABRT, SIGFPE,
                                  SIGILL,  SIGALRM, SIGXCPU};
    const rlim_t seconds = 60 + 60 * (size >> 24);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds});
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
    alarm((unsigned)(seconds < 100000 ? 5 * seconds : 500000));
    int null = open("/dev/null", O_RDWR);
    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
}

typedef struct trial {
    const char *path, *bytes; /* NULL: they stay on the disk */
    size_t size;
    void (*read)(const char *path, const char *bytes, size_t size);
} trial;

static pid_t fork_reader(const trial *t, int out)
{
    GT__H5_LOCKED; /* so that nobody is inside the library now */
    const char survived = SURVIVED;
    pid_t child = fork();
    if (child != 0)
        return child;
    gt_collective_tick_set(NULL, NULL);
    expect_the_worst(t->size);
    t->read(t->path, t->bytes, t->size);
    _exit(write(out, &survived, 1) == 1 ? 0 : 1);
}

/* It tries the file itself, by a fork. */
static pid_t start_program(const trial *t, int out)
{
    pid_t child = -1;
    char *argv[] = {(char *)"gentrain", (char *)"inspect", (char *)"--",
                    (char *)t->path, NULL};
    char *in_place[] = {(char *)"gentrain", (char *)"inspect", (char *)"--tree",
                        (char *)"--",       (char *)t->path,   NULL};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    errno = posix_spawn(&child, program, &files, NULL,
                        t->bytes ? argv : in_place, environ);
    posix_spawn_file_actions_destroy(&files);
    return child;
}

/* --- The parent. */

/* What the child writes, as a text, until it ends. */
static void listen_to(int in, char *text, size_t room)
{
    size_t used = 0;
    char more[256];
    for (;;) {
        struct pollfd wait = {.fd = in, .events = POLLIN};
        int ready = poll(&wait, 1, 500);
        gt_collective_tick();
        if (ready <= 0)
            continue;
        ssize_t n = read(in, more, sizeof more);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        for (ssize_t i = 0; i < n && used + 1 < room; i++)
            text[used++] = more[i];
    }
    text[used] = '\0';
}

/* The program's last words are ours: it has found the fault before us. */
static gt_status pass_on(const char *path, int code, char *text)
{
    static const char start[] = "gentrain: error: ";
    char *words = strstr(text, start);
    gt_status status = GT_ERR_FORMAT;
    for (int s = 0; s < GT_STATUS_COUNT; s++)
        if (gt_exit_code((gt_status)s) == code)
            status = (gt_status)s;
    text[strcspn(text, "\n")] = '\0';
    return words ? gt_fail(status, "%s", words + sizeof start - 1)
                 : gt_fail(GT_ERR_IO,
                           "%s has no digest, and gentrain inspect, which is "
                           "started to try it, ends with code %d: %s",
                           path, code, text);
}

static gt_status judge(const char *path, pid_t child, char *text)
{
    int state = 0;
    bool known;
    while (!(known = waitpid(child, &state, 0) == child) && errno == EINTR) {
    }
    if (program && known && WIFEXITED(state))
        return WEXITSTATUS(state) == 0
                   ? GT_OK
                   : pass_on(path, WEXITSTATUS(state), text);
    if (!program && text[0] == SURVIVED)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "%s is damaged, so that the HDF5 library does not survive "
                   "reading it; use an older file",
                   path);
}

static gt_status try_file(const trial *t)
{
    int ends[2];
    char text[GT_MESSAGE];
    pid_t child = -1;
    if (pipe(ends) == 0) {
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
        child = program ? start_program(t, ends[1]) : fork_reader(t, ends[1]);
        int error = errno;
        close(ends[1]);
        if (child > 0)
            listen_to(ends[0], text, sizeof text);
        close(ends[0]);
        errno = error;
    }
    if (child > 0)
        return judge(t->path, child, text);
    return gt_fail(errno == ENOMEM ? GT_ERR_MEMORY : GT_ERR_IO,
                   "%s has no digest, so a process of its own is to try it "
                   "first, which cannot be started: %s",
                   t->path, strerror(errno));
}

gt_status gt__h5_trial(const char *path, const char *bytes, size_t size)
{
    return try_file(&(trial){path, bytes, size, read_all});
}

gt_status gt__h5_trial_in_place(const char *path)
{
    struct stat info;
    size_t size = stat(path, &info) ? 0 : (size_t)info.st_size;
    return try_file(&(trial){path, NULL, size, list_all});
}
