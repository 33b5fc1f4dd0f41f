/* support.c: files go to memory (/dev/shm) where there is such a folder, as
 * thousands are made in a second. */
#include "support.h"

#include "base/log.h"
#include "base/status.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

FILE *sink;
static char folder[64];
static pid_t owner;

/* Inputs may ask for any amount of memory. What is too much comes back as NULL,
 * as the program must live with that. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=32";
}

uint8_t take(input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

const uint8_t *take_bytes(input *in, size_t n, size_t *size)
{
    const uint8_t *bytes = in->at;
    *size = n < in->left ? n : in->left;
    in->at += *size;
    in->left -= *size;
    return bytes;
}

char *take_text(input *in, size_t n)
{
    size_t size;
    const uint8_t *bytes = take_bytes(in, n, &size);
    char *text = malloc(size + 1);
    must(text);
    if (size > 0)
        memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}

static void remove_folder(void)
{
    DIR *dir = getpid() == owner ? opendir(folder) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir));)
        unlinkat(dirfd(dir), e->d_name, 0);
    if (dir)
        closedir(dir);
    rmdir(folder);
}

void begin_fuzzing(void)
{
    strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/gt_fuzz_XXXXXX"
                                                 : "/tmp/gt_fuzz_XXXXXX");
    must(mkdtemp(folder));
    owner = getpid();
    atexit(remove_folder);
    sink = fopen("/dev/null", "w");
    must(sink);
    gt_log_setup(false, GT_LOG_QUIET);
}

const char *in_folder(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void store(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(in_folder(name), "wb");
    must(file);
    must(size == 0 || fwrite(bytes, 1, size, file) == size);
    must(fclose(file) == 0);
}

void drop(const char *name)
{
    unlink(in_folder(name));
}

_Noreturn void broken(const char *fact, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s; the last message is: %s\n", file,
            line, fact, gt_message());
    abort();
}
