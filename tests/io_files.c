/* Files are complete or absent, and a failure leaves the older file alone. */
#include "scratch.h"

#include "base/heartbeat.h"
#include "store/directory.h"
#include "store/files.h"
#include "store/h5file.h"
#include "store/h5read.h"
#include "store/h5write.h"

#include <errno.h>

/* Which directory was flushed last; the disk need not be waited for. */
static ino_t flushed;

int fsync(int fd)
{
    struct stat info;
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode))
        flushed = info.st_ino;
    return 0;
}

/* Whether the directory "" (the scratch folder) or below was flushed last. */
static bool was_flushed(const char *name)
{
    struct stat info;
    assert_int_equal(stat(in_scratch(name), &info), 0);
    bool was = flushed == info.st_ino;
    flushed = 0;
    return was;
}

/* Begin a file that holds one number. */
static gt_h5 *begin(const char *name, int32_t value)
{
    gt_h5 *f;
    assert_ok(gt_h5_create(&f, in_scratch(name)));
    assert_ok(gt_h5_write(f, "/value", GT_H5_I32, 1, (size_t[]){1}, &value));
    return f;
}

static void assert_holds(const char *name, int32_t expected)
{
    gt_h5 *f;
    int32_t value = 0;
    assert_ok(gt_h5_open(&f, in_scratch(name)));
    assert_ok(gt_h5_read(f, "/value", GT_H5_I32, 1, (size_t[]){1}, &value));
    gt_h5_close(f);
    assert_int_equal(value, expected);
}

static void a_replaced_file_has_the_new_bytes_and_no_neighbours(void **state)
{
    (void)state;
    assert_ok(gt_file_replace(in_scratch("a.txt"), "long and old", 12));
    assert_text("a.txt", "long and old");
    assert_ok(gt_file_replace(in_scratch("a.txt"), "new", 3));
    assert_text("a.txt", "new");
    assert_ok(gt_file_replace(in_scratch("a.txt"), NULL, 0));
    assert_text("a.txt", "");
    assert_int_equal(names_in(""), 1);
}

/* Beyond the size after which it is flushed, too. */
static void a_large_file_is_written_and_read_with_heartbeats(void **state)
{
    (void)state;
    enum { MB = 1 << 20, SIZE = 65 * MB + 1 };
    uint8_t *bytes = calloc(SIZE, 1);
    assert_non_null(bytes);
    bytes[SIZE - 1] = 1;
    uint64_t before = gt_heartbeat_count();
    assert_ok(gt_file_replace(in_scratch("a"), bytes, SIZE));
    assert_in_range(gt_heartbeat_count() - before, SIZE / MB, SIZE / MB + 2);
    char *data;
    size_t size;
    before = gt_heartbeat_count();
    assert_ok(gt_file_read(in_scratch("a"), &data, &size));
    assert_int_equal(size, SIZE);
    assert_memory_equal(data, bytes, SIZE);
    assert_true(gt_heartbeat_count() - before >= SIZE / MB);
    free(data);
    free(bytes);
}

/* Around the size below which pieces are written together. */
static void pieces_of_any_size_make_one_file(void **state)
{
    (void)state;
    static const size_t sizes[] = {1,     0,     65535, 65536, 65537,  3,
                                   65533, 40000, 40000, 0,     200000, 1};
    enum { PIECES = sizeof sizes / sizeof *sizes };
    static char text[600000 + 1];
    gt_piece pieces[PIECES];
    size_t used = 0;
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = (char)('a' + i * i % 23);
    for (size_t i = 0; i < PIECES; used += sizes[i++])
        pieces[i] = (gt_piece){sizes[i] ? text + used : NULL, sizes[i]};
    text[used] = '\0';
    assert_ok(gt_file_replace_pieces(in_scratch("a.txt"), pieces, PIECES));
    assert_text("a.txt", text);
    assert_ok(gt_file_replace_pieces(in_scratch("a.txt"), NULL, 0));
    assert_text("a.txt", "");
    assert_int_equal(names_in(""), 1);
}

static void a_full_disk_leaves_the_older_file(void **state)
{
    (void)state;
    static char much[10000];
    assert_ok(gt_file_replace(in_scratch("a.txt"), "old", 3));
    limit_files(4096);
    gt_status status = gt_file_replace(in_scratch("a.txt"), much, sizeof much);
    limit_files(-1);
    assert_fails(status, GT_ERR_IO, in_scratch("a.txt"));
    assert_says(strerror(EFBIG));
    assert_text("a.txt", "old");
    assert_int_equal(names_in(""), 1);
}

static void a_name_that_is_taken_by_a_folder_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_scratch("a"), 0777), 0);
    assert_fails(gt_file_replace(in_scratch("a"), "new", 3), GT_ERR_IO,
                 strerror(EISDIR));
    assert_int_equal(names_in(""), 1);
    assert_fails(gt_file_replace(in_scratch("no/a"), "new", 3), GT_ERR_IO,
                 in_scratch("no/a"));
}

static void a_place_is_tried_without_a_trace(void **state)
{
    (void)state;
    assert_ok(gt_file_check(in_scratch("new")));
    assert_int_equal(names_in(""), 0);
    store_text("old", "stays");
    assert_ok(gt_file_check(in_scratch("old")));
    assert_text("old", "stays");
    assert_int_equal(names_in(""), 1);
    assert_fails(gt_file_check(in_scratch("")), GT_ERR_IO, "regular");
    assert_fails(gt_file_check(in_scratch("no/folder")), GT_ERR_IO,
                 "No such file");
    assert_fails(gt_file_check(in_scratch("old/file")), GT_ERR_IO,
                 "Not a directory");
    assert_fails(gt_file_check("/dev/null"), GT_ERR_IO, "regular");
    assert_fails(gt_file_check(""), GT_ERR_IO, "regular");
}

static void a_file_is_read_whole_whatever_its_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 65534, 65535, 65536, 131071, 300001};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t *bytes = malloc(sizes[i] + 1);
        assert_non_null(bytes);
        for (size_t j = 0; j < sizes[i]; j++)
            bytes[j] = (uint8_t)(j * 7 % 251);
        store_bytes("a", bytes, sizes[i]);
        char *data;
        size_t size;
        assert_ok(gt_file_read(in_scratch("a"), &data, &size));
        assert_int_equal(size, sizes[i]);
        assert_memory_equal(data, bytes, size);
        assert_int_equal(data[size], '\0');
        free(data);
        free(bytes);
    }
}

/* What has no size beforehand. */
static void a_pipe_is_read_to_its_end(void **state)
{
    (void)state;
    enum { SIZE = 50000 };
    int ends[2];
    char path[32], text[SIZE], *data;
    size_t size;
    for (int i = 0; i < SIZE; i++)
        text[i] = (char)('a' + i % 26);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, SIZE), SIZE);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_ok(gt_file_read(path, &data, &size));
    assert_int_equal(size, SIZE);
    assert_memory_equal(data, text, SIZE);
    free(data);
    close(ends[0]);
}

static void reading_a_missing_file_or_a_folder_says_why(void **state)
{
    (void)state;
    char *data;
    size_t size;
    assert_fails(gt_file_read(in_scratch("none"), &data, &size), GT_ERR_IO,
                 in_scratch("none"));
    assert_says(strerror(ENOENT));
    assert_fails(gt_file_read(scratch, &data, &size), GT_ERR_IO,
                 strerror(EISDIR));
}

static void directories_are_made_with_those_above_them(void **state)
{
    (void)state;
    struct stat info;
    assert_ok(gt_directory_make(in_scratch("a/b/c")));
    assert_int_equal(stat(in_scratch("a/b/c"), &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_ok(gt_directory_make(in_scratch("a/b/c")));
    assert_ok(gt_directory_make(in_scratch("a//d/")));
    assert_true(exists("a/d"));
    store_text("a/file", "");
    assert_fails(gt_directory_make(in_scratch("a/file")), GT_ERR_IO,
                 "a file of that name exists");
    assert_fails(gt_directory_make(in_scratch("a/file/x")), GT_ERR_IO,
                 in_scratch("a/file"));
}

static void a_file_shows_only_when_it_is_committed(void **state)
{
    (void)state;
    gt_h5 *f = begin("a.h5", 1);
    assert_false(exists("a.h5"));
    assert_ok(gt_h5_commit(f));
    assert_holds("a.h5", 1);
    f = begin("a.h5", 2);
    assert_holds("a.h5", 1);
    assert_ok(gt_h5_commit(f));
    assert_holds("a.h5", 2);
    assert_int_equal(names_in(""), 1);
}

static void an_abandoned_file_leaves_nothing(void **state)
{
    (void)state;
    gt_h5_discard(begin("a.h5", 1));
    assert_int_equal(names_in(""), 0);
    assert_ok(gt_h5_commit(begin("a.h5", 2)));
    gt_h5_discard(begin("a.h5", 3));
    assert_holds("a.h5", 2);
    assert_int_equal(names_in(""), 1);
    gt_h5_discard(NULL);
}

static void a_commit_to_a_full_disk_leaves_the_older_file(void **state)
{
    (void)state;
    assert_ok(gt_h5_commit(begin("a.h5", 1)));
    for (long limit = 0; limit < 2000; limit += 500) {
        gt_h5 *f = begin("a.h5", 2);
        limit_files(limit);
        gt_status status = gt_h5_commit(f);
        limit_files(-1);
        assert_fails(status, GT_ERR_IO, in_scratch("a.h5"));
        assert_says(strerror(EFBIG));
        assert_holds("a.h5", 1);
        assert_int_equal(names_in(""), 1);
    }
    assert_ok(gt_h5_commit(begin("a.h5", 3)));
    assert_holds("a.h5", 3);
}

static void a_commit_into_a_folder_that_went_away_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_scratch("run"), 0777), 0);
    gt_h5 *f = begin("run/a.h5", 1);
    assert_int_equal(rmdir(in_scratch("run")), 0);
    assert_fails(gt_h5_commit(f), GT_ERR_IO, in_scratch("run/a.h5"));
    assert_says(strerror(ENOENT));
    assert_int_equal(names_in(""), 0);
}

static void a_commit_over_a_folder_leaves_no_temporary_file(void **state)
{
    (void)state;
    gt_h5 *f = begin("a.h5", 1);
    assert_int_equal(mkdir(in_scratch("a.h5"), 0777), 0);
    assert_fails(gt_h5_commit(f), GT_ERR_IO, strerror(EISDIR));
    assert_int_equal(names_in(""), 1);
    assert_int_equal(names_in("a.h5"), 0);
    assert_fails(gt_h5_create(&f, in_scratch("a.h5")), GT_ERR_IO,
                 "not a regular file");
}

static gt_status refuse(void *context)
{
    return gt_fail(GT_ERR_IO, "%s", (const char *)context);
}

static void a_guard_can_refuse_a_file_its_name(void **state)
{
    (void)state;
    char reason[] = "not here, not now";
    assert_ok(gt_file_replace(in_scratch("a.txt"), "old", 3));
    gt_file_set_guard(refuse, reason);
    gt_status status = gt_file_replace(in_scratch("a.txt"), "new", 3);
    gt_file_set_guard(NULL, NULL);
    assert_fails(status, GT_ERR_IO, reason);
    assert_text("a.txt", "old");
    assert_int_equal(names_in(""), 1);
    assert_ok(gt_file_replace(in_scratch("a.txt"), "new", 3));
    assert_text("a.txt", "new");
}

static void a_guard_can_refuse_any_change_of_names(void **state)
{
    (void)state;
    char reason[] = "not here, not now";
    store_text("a.txt", "");
    store_text("a.txt.12-0.tmp", "");
    gt_file_set_guard(refuse, reason);
    gt_status renamed = gt_file_rename(in_scratch("a.txt"), in_scratch("b"));
    gt_status removed = gt_file_remove(in_scratch("a.txt"));
    gt_status swept = gt_directory_sweep(scratch);
    gt_file_set_guard(NULL, NULL);
    assert_int_equal(renamed, GT_ERR_IO);
    assert_int_equal(removed, GT_ERR_IO);
    assert_fails(swept, GT_ERR_IO, reason);
    assert_int_equal(names_in(""), 2);
    assert_ok(gt_directory_sweep(scratch));
    assert_ok(gt_file_remove(in_scratch("a.txt")));
    assert_ok(gt_file_remove(in_scratch("a.txt")));
    assert_int_equal(names_in(""), 0);
}

/* What is done on the strength of a new name must not outlive it. */
static void names_reach_the_disk(void **state)
{
    (void)state;
    bool made;
    assert_ok(gt_directory_make_new(in_scratch("run"), &made));
    assert_true(made && was_flushed(""));
    assert_ok(gt_directory_make_new(in_scratch("run"), &made));
    assert_false(made);
    assert_ok(gt_directory_make(in_scratch("run/b/c")));
    assert_true(was_flushed("run/b"));
    assert_ok(gt_file_replace(in_scratch("run/b/a"), "1", 1));
    assert_true(was_flushed("run/b"));
    assert_ok(gt_file_rename(in_scratch("run/b/a"), in_scratch("run/a")));
    assert_true(was_flushed("run"));
    assert_text("run/a", "1");
    assert_ok(gt_file_rename(in_scratch("none"), in_scratch("run/a")));
    assert_fails(gt_directory_make_new(in_scratch("run/a/b"), &made), GT_ERR_IO,
                 strerror(ENOTDIR));
}

typedef struct visits {
    int count, descriptor; /* of the directory */
} visits;

static gt_status visit(const char *name, void *context)
{
    visits *v = context;
    assert_string_equal(name, "a.txt");
    v->count++;
    return v->descriptor > 0 && close(v->descriptor) != 0
               ? gt_fail(GT_ERR_IO, "nothing to close")
               : GT_OK;
}

/* The descriptor goes while names are read, as errors of a disk come. */
static void an_error_while_listing_is_not_the_end_of_the_list(void **state)
{
    (void)state;
    visits v = {0};
    store_text("a.txt", "");
    assert_ok(gt_directory_list(scratch, visit, &v));
    assert_int_equal(v.count, 1);
    v.descriptor = dup(STDIN_FILENO); /* the next free one */
    close(v.descriptor);
    assert_fails(gt_directory_list(scratch, visit, &v), GT_ERR_IO,
                 strerror(EBADF));
    assert_says(scratch);
    assert_int_equal(v.count, 2);
    assert_fails(gt_directory_list(in_scratch("none"), visit, &v), GT_ERR_IO,
                 strerror(ENOENT));
}

static const struct {
    const char *name;
    gt_entry_kind kind;
} entries[] = {
    {"file", GT_ENTRY_FILE},        {"folder", GT_ENTRY_FOLDER},
    {"pipe", GT_ENTRY_OTHER},       {"to-file", GT_ENTRY_FILE},
    {"to-folder", GT_ENTRY_FOLDER}, {"to-nothing", GT_ENTRY_UNKNOWN}};
enum { ENTRIES = sizeof entries / sizeof *entries };

/* Some file systems say of no entry what it is. */
static gt_status look_at_entry(const gt_entry *entry, void *context)
{
    gt_entry silent = *entry;
    silent.kind = 0;
    for (int i = 0; i < ENTRIES; i++)
        if (!strcmp(entries[i].name, entry->name)) {
            assert_int_equal(gt_entry_kind_of(entry), entries[i].kind);
            assert_int_equal(gt_entry_kind_of(&silent), entries[i].kind);
            ++*(int *)context;
        }
    return GT_OK;
}

static void
an_entry_is_what_it_is_whether_the_directory_says_so_or_not(void **state)
{
    (void)state;
    int seen = 0;
    store_text("file", "");
    assert_int_equal(mkdir(in_scratch("folder"), 0700), 0);
    assert_int_equal(mkfifo(in_scratch("pipe"), 0600), 0);
    assert_int_equal(symlink("file", in_scratch("to-file")), 0);
    assert_int_equal(symlink("folder", in_scratch("to-folder")), 0);
    assert_int_equal(symlink("nothing", in_scratch("to-nothing")), 0);
    assert_ok(gt_directory_visit(scratch, look_at_entry, &seen));
    assert_int_equal(seen, ENTRIES);
}

/* Whose process number is ours, and who is dead or on another machine. */
static void a_temporary_file_of_another_process_is_left_alone(void **state)
{
    (void)state;
    char name[64];
    snprintf(name, sizeof name, "a.txt.%ld-0.tmp", (long)getpid());
    store_text(name, "theirs");
    assert_ok(gt_file_replace(in_scratch("a.txt"), "ours", 4));
    assert_text("a.txt", "ours");
    assert_text(name, "theirs");
}

static void a_sweep_takes_temporary_files_and_nothing_else(void **state)
{
    (void)state;
    static const char *const names[] = {
        "a.h5",     "tmp",       "a.tmp.h5",         "a.tmp~",
        "my.tmp",   "a.12.tmp",  "a.2024-05-01.tmp", "a.12-0.tmp.h5",
        "a.-1.tmp", "a.x-0.tmp", "a.12-00.tmp",      "a.12-0"};
    const int n = sizeof names / sizeof *names;
    for (int i = 0; i < n; i++)
        store_text(names[i], "");
    store_text("a.h5.12-0.tmp", "");
    store_text("c.1-2.d.4194304-999.tmp", "");
    assert_ok(gt_directory_sweep(scratch));
    for (int i = 0; i < n; i++)
        assert_true(exists(names[i]));
    assert_int_equal(names_in(""), n);
}

static void a_file_that_cannot_be_written_is_refused_at_once(void **state)
{
    (void)state;
    gt_h5 *f;
    assert_fails(gt_h5_create(&f, in_scratch("none/a.h5")), GT_ERR_IO,
                 in_scratch("none/a.h5"));
    store_text("file", "");
    assert_fails(gt_h5_create(&f, in_scratch("file/a.h5")), GT_ERR_IO,
                 strerror(ENOTDIR));
    assert_int_equal(names_in(""), 1);
}

static void a_read_only_folder_keeps_its_older_file(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("skipped: root may write everywhere\n");
        skip();
    }
    assert_int_equal(mkdir(in_scratch("run"), 0777), 0);
    assert_ok(gt_h5_commit(begin("run/a.h5", 1)));
    gt_h5 *f = begin("run/a.h5", 2);
    assert_int_equal(chmod(in_scratch("run"), 0555), 0);
    gt_status committed = gt_h5_commit(f);
    gt_status created = gt_h5_create(&f, in_scratch("run/b.h5"));
    assert_int_equal(chmod(in_scratch("run"), 0777), 0);
    assert_int_equal(committed, GT_ERR_IO);
    assert_fails(created, GT_ERR_IO, strerror(EACCES));
    assert_holds("run/a.h5", 1);
    assert_int_equal(names_in("run"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(a_replaced_file_has_the_new_bytes_and_no_neighbours),
        each(a_large_file_is_written_and_read_with_heartbeats),
        each(pieces_of_any_size_make_one_file),
        each(a_full_disk_leaves_the_older_file),
        each(a_name_that_is_taken_by_a_folder_is_refused),
        each(a_place_is_tried_without_a_trace),
        each(a_file_is_read_whole_whatever_its_size),
        each(a_pipe_is_read_to_its_end),
        each(reading_a_missing_file_or_a_folder_says_why),
        each(directories_are_made_with_those_above_them),
        each(a_file_shows_only_when_it_is_committed),
        each(an_abandoned_file_leaves_nothing),
        each(a_commit_to_a_full_disk_leaves_the_older_file),
        each(a_commit_into_a_folder_that_went_away_is_refused),
        each(a_commit_over_a_folder_leaves_no_temporary_file),
        each(a_guard_can_refuse_a_file_its_name),
        each(a_guard_can_refuse_any_change_of_names),
        each(names_reach_the_disk),
        each(an_error_while_listing_is_not_the_end_of_the_list),
        each(an_entry_is_what_it_is_whether_the_directory_says_so_or_not),
        each(a_temporary_file_of_another_process_is_left_alone),
        each(a_sweep_takes_temporary_files_and_nothing_else),
        each(a_file_that_cannot_be_written_is_refused_at_once),
        each(a_read_only_folder_keeps_its_older_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
