/* Files without a digest are tried by a child process, so that whatever their
 * damage does to HDF5, it is not done to us. */
#include "scratch.h"

#include "base/sanitizers.h"
#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5read.h"
#include "store/h5trial.h"
#include "store/h5write.h"

/* The library forgets some memory of its own when it meets damage. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

/* Sanitizers make a process slow to start. */
#ifdef GT_ADDRESS_SANITIZER
enum { SLOW = 1 };
#else
enum { SLOW = 0 };
#endif

enum { ROWS = 3, COLUMNS = 5 };

/* A file without a digest. Returns its bytes, malloc'ed. */
static uint8_t *make_bare(const char *name, size_t *size)
{
    static const gt_real reals[ROWS * COLUMNS] = {1, 2, 3};
    static const size_t shape[2] = {ROWS, COLUMNS};
    gt_h5 *f;
    assert_ok(gt_h5_create(&f, in_scratch(name)));
    assert_ok(gt_h5_write(f, "/group/reals", GT_H5_REAL, 2, shape, reals));
    assert_ok(gt_h5_write_text(f, "/text", "a text"));
    assert_ok(gt_h5_set_text(f, "/", "text", "a text"));
    assert_ok(gt_h5_set_int(f, "/", "int", 3));
    assert_ok(gt_h5_commit(f));
    uint8_t *bytes = load_bytes(name, size);
    memmove(bytes, bytes + 512, *size -= 512);
    store_bytes(name, bytes, *size);
    return bytes;
}

static int read_set(const gt_h5_info *info, void *context)
{
    char *text = NULL;
    if (info->text)
        gt_h5_read_text(context, info->name, &text);
    else
        gt_h5_verify(context, info->name);
    free(text);
    return 0;
}

static gt_status read_all(const char *name)
{
    gt_h5 *f;
    char *text = NULL;
    int64_t number;
    gt_status status = gt_h5_open(&f, in_scratch(name));
    if (status != GT_OK)
        return status;
    gt_h5_get_text(f, "/", "text", &text);
    gt_h5_get_int(f, "/", "int", &number);
    gt_h5_each(f, read_set, f);
    free(text);
    gt_h5_close(f);
    return GT_OK;
}

/* Tables of the library lie everywhere in the file. HDF5 1.10 dies of some of
 * these changes; which they are depends on its version. */
static void no_damage_ends_the_process(void **state)
{
    (void)state;
    static const uint8_t others[] = {0xff, 0x80, 0x01};
    size_t size, opened = 0;
    uint8_t *bytes = make_bare("whole.h5", &size);
    assert_ok(read_all("whole.h5"));
    for (size_t at = 0; at < size; at++) {
        if (bytes[at] == 0 && at % 7 != 0)
            continue;
        if (SLOW && at % 3 != 0)
            continue;
        bytes[at] ^= others[at % 3];
        store_bytes("bad.h5", bytes, size);
        gt_status status = read_all("bad.h5");
        if (status == GT_OK)
            opened++;
        else
            assert_fails(status, GT_ERR_FORMAT, in_scratch("bad.h5"));
        bytes[at] ^= others[at % 3];
    }
    assert_true(opened > 0 && opened < size);
    free(bytes);
}

/* A script in the place of the program. */
static gt_status try_with(const char *words)
{
    char text[512];
    snprintf(text, sizeof text, "#!/bin/sh\n%s\n", words);
    store_text("program", text);
    assert_int_equal(chmod(in_scratch("program"), 0700), 0);
    gt_h5_try_with(in_scratch("program"));
    gt_status status = read_all("whole.h5");
    gt_h5_try_with(NULL);
    return status;
}

static void what_the_program_finds_is_passed_on(void **state)
{
    (void)state;
    size_t size;
    free(make_bare("whole.h5", &size));
    assert_ok(try_with("test \"$1 $2\" = 'inspect --' && test -f \"$3\""));
    assert_fails(try_with("echo 'gentrain: error: some words' >&2; exit 5"),
                 GT_ERR_FORMAT, "some words");
    assert_fails(try_with("echo 'gentrain: error: no room' >&2; exit 7"),
                 GT_ERR_MEMORY, "no room");
    assert_fails(try_with("kill -SEGV $$"), GT_ERR_FORMAT, "does not survive");
    assert_says(in_scratch("whole.h5"));
    assert_fails(try_with("echo cannot load >&2; exit 127"), GT_ERR_IO,
                 "127: cannot load");
    gt_h5_try_with(in_scratch("none"));
    assert_fails(read_all("whole.h5"), GT_ERR_IO, "cannot be started");
    gt_h5_try_with(NULL);
}

static void a_file_with_a_digest_is_not_tried(void **state)
{
    (void)state;
    gt_h5 *f;
    assert_ok(gt_h5_create(&f, in_scratch("whole.h5")));
    assert_ok(gt_h5_commit(f));
    assert_ok(try_with("kill -SEGV $$"));
}

/* Who ignores the end of children cannot wait for one. */
static void children_may_be_ignored(void **state)
{
    (void)state;
    size_t size;
    free(make_bare("whole.h5", &size));
    signal(SIGCHLD, SIG_IGN);
    gt_status status = read_all("whole.h5");
    signal(SIGCHLD, SIG_DFL);
    assert_int_equal(status, GT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(no_damage_ends_the_process),
        each(what_the_program_finds_is_passed_on),
        each(a_file_with_a_digest_is_not_tried),
        each(children_may_be_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
