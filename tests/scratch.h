/* scratch.h: what the tests of files share: a folder of their own for every
 * test, whole files in memory to be damaged, and checks of messages. */
#ifndef GT_TESTS_SCRATCH_H
#define GT_TESTS_SCRATCH_H

#include "base/status.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char scratch[64];

/* A path in the folder. Four are kept, so that several fit in one call. */
static inline const char *in_scratch(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static inline int make_scratch(void **state)
{
    (void)state;
    strcpy(scratch, "/tmp/gt_test_XXXXXX");
    return mkdtemp(scratch) ? 0 : -1;
}

static inline bool is_dots(const char *name)
{
    return !strcmp(name, ".") || !strcmp(name, "..");
}

static inline void remove_tree(const char *path)
{
    if (remove(path) == 0)
        return;
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        char part[512];
        if (!is_dots(e->d_name) && snprintf(part, sizeof part, "%s/%s", path,
                                            e->d_name) < (int)sizeof part)
            remove_tree(part);
    }
    if (dir)
        closedir(dir);
    remove(path);
}

static inline int remove_scratch(void **state)
{
    (void)state;
    remove_tree(scratch);
    return access(scratch, F_OK) ? 0 : -1;
}

#define each(test)                                                             \
    cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

/* How many names a folder of the scratch folder holds ("" is itself). */
static inline int names_in(const char *folder)
{
    DIR *dir = opendir(in_scratch(folder));
    assert_non_null(dir);
    int n = 0;
    for (struct dirent *e; (e = readdir(dir));)
        n += !is_dots(e->d_name);
    closedir(dir);
    return n;
}

static inline bool exists(const char *name)
{
    return access(in_scratch(name), F_OK) == 0;
}

/* The bytes of a file, malloc'ed, and a NUL after them. */
static inline uint8_t *load_bytes(const char *name, size_t *size)
{
    FILE *file = fopen(in_scratch(name), "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = calloc(*size + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static inline void store_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(in_scratch(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void store_text(const char *name, const char *text)
{
    store_bytes(name, text, strlen(text));
}

static inline void assert_text(const char *name, const char *text)
{
    size_t size;
    uint8_t *bytes = load_bytes(name, &size);
    assert_string_equal((char *)bytes, text);
    assert_int_equal(size, strlen(text));
    free(bytes);
}

#define assert_ok(call)                                                        \
    do {                                                                       \
        if ((call) != GT_OK)                                                   \
            fail_msg("%s: %s", #call, gt_message());                           \
    } while (0)

/* Plays a full disk, for root too: no file may grow over `bytes` from here on;
 * -1: as it was before. */
static inline void limit_files(long bytes)
{
    static struct rlimit before;
    if (bytes < 0) {
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        return;
    }
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = before;
    small.rlim_cur = (rlim_t)bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
}

/* The last message says `part`. */
static inline void assert_says(const char *part)
{
    if (!strstr(gt_message(), part))
        fail_msg("the message '%s' lacks '%s'", gt_message(), part);
}

/* The call fails so, and its message says `part`. */
#define assert_fails(call, status, part)                                       \
    do {                                                                       \
        assert_int_equal(call, status);                                        \
        assert_says(part);                                                     \
    } while (0)

#endif
