/* cifar_files.c: the files have no header, and their size divides by that of a
 * record by chance in one case of 3073. Labels are bytes of which few values
 * are used, so looking at some of them leaves no doubt. */
#include "data/array/cifar_files.h"

#include "base/collective_tick.h"
#include "data/array/array.h"
#include "data/array/array_files.h"
#include "store/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const gt__cifar_kind gt__cifar_kinds[2] = {{"CIFAR-10", 1, {10}},
                                           {"CIFAR-100", 2, {20, 100}}};

/* The first label of a record that is none, -1 if all are fine. */
static int wrong_label(const gt__cifar_kind *kind, const uint8_t *record)
{
    for (int i = 0; i < kind->labels; i++)
        if (record[i] >= kind->classes[i])
            return record[i];
    return -1;
}

/* Whether `some` records, all over the file, have labels of that kind. */
static bool fits(const gt__cifar_kind *kind, int file, uint64_t size, int some)
{
    uint64_t each = gt__cifar_record(kind), n = size / each;
    if (!n || size % each)
        return false;
    for (int i = 0; i < some; i++) {
        uint8_t labels[2];
        uint64_t record = n * (uint64_t)i / (uint64_t)some;
        if (gt__array_pread("", file, record * each, labels,
                            (size_t)kind->labels) != GT_OK ||
            wrong_label(kind, labels) >= 0)
            return false;
    }
    return true;
}

const gt__cifar_kind *gt__cifar_kind_of(const char *path)
{
    enum { SOME = 64 };
    const gt__cifar_kind *found = NULL;
    struct stat info;
    int file = -1;
    uint64_t size;
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode) &&
        gt__array_open_file(path, &file, &size) == GT_OK)
        for (int i = 0; i < 2 && !found; i++)
            if (fits(&gt__cifar_kinds[i], file, size, SOME))
                found = &gt__cifar_kinds[i];
    if (file >= 0)
        close(file);
    return found;
}

/* --- Names. */

/* The i-th file of a kind and split, in GT_PATH bytes; false: there are no more
 * names. */
static bool name_of(int kind, gt_split split, int i, char name[32])
{
    if (kind == 0 && split == GT_SPLIT_TRAIN)
        snprintf(name, 32, "data_batch_%d.bin", i + 1);
    else if (kind == 0)
        snprintf(name, 32, "test_batch.bin");
    else
        snprintf(name, 32, split == GT_SPLIT_TRAIN ? "train.bin" : "test.bin");
    return i == 0 || (kind == 0 && split == GT_SPLIT_TRAIN);
}

/* The path of a file of the folder; false: it is not there. */
static bool find(const char *folder, const char *name, char path[GT_PATH])
{
    struct stat info;
    int n = snprintf(path, GT_PATH, "%s/%s", folder, name);
    return n < GT_PATH && stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool has(const char *folder, int kind, gt_split split)
{
    char name[32], path[GT_PATH];
    name_of(kind, split, 0, name);
    return find(folder, name, path);
}

bool gt__cifar_is_folder(const char *path)
{
    bool is = false;
    for (int kind = 0; kind < 2; kind++)
        is = is || has(path, kind, GT_SPLIT_TRAIN) ||
             has(path, kind, GT_SPLIT_TEST);
    return is;
}

/* --- Opening. */

static gt_status check_labels(const gt__cifar_kind *kind,
                              const gt__cifar_file *f)
{
    uint64_t each = gt__cifar_record(kind);
    for (uint64_t i = 0; i < f->count; i++) {
        uint8_t labels[2];
        gt_status status = gt__array_pread(f->path, f->file, i * each, labels,
                                           (size_t)kind->labels);
        if (status != GT_OK)
            return status;
        int wrong = wrong_label(kind, labels);
        if (wrong >= 0)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: record %llu (counted from 0) has a label %d, "
                           "which %s does not have; the file is damaged, or "
                           "another one: download it again",
                           f->path, (unsigned long long)i, wrong, kind->name);
        if (i % 4096 == 0)
            gt_collective_tick();
    }
    return GT_OK;
}

static gt_status check_size(const gt__cifar_kind *kind, const char *path,
                            uint64_t size)
{
    uint64_t each = gt__cifar_record(kind);
    if (!size)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the file is empty; download it again", path);
    if (size % each == 0)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "%s: %llu bytes are no whole number of records of %s, of "
                   "%llu bytes each; the file is cut off, or another one: "
                   "download it again",
                   path, (unsigned long long)size, kind->name,
                   (unsigned long long)each);
}

static gt_status add_file(gt__cifar_files *files, const char *path)
{
    if (files->n == GT__CIFAR_FILES)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the folder has more than %d files of that kind",
                       path, GT__CIFAR_FILES);
    gt__cifar_file *f = &files->file[files->n++];
    uint64_t size = 0;
    f->file = -1;
    f->path = strdup(path);
    if (!f->path)
        return gt_fail(GT_ERR_MEMORY, "no memory to open %s", path);
    gt_status status = gt__array_open_file(path, &f->file, &size);
    if (status == GT_OK)
        status = check_size(files->kind, path, size);
    if (status != GT_OK)
        return status;
    f->count = size / gt__cifar_record(files->kind);
    files->count += f->count;
    return check_labels(files->kind, f);
}

/* A batch that is missing between others is no smaller data set. */
static gt_status check_gap(const char *folder, int i)
{
    char name[32], path[GT_PATH];
    for (int next = i + 1; next < GT__CIFAR_FILES; next++) {
        name_of(0, GT_SPLIT_TRAIN, next, name);
        if (find(folder, name, path))
            return gt_fail(GT_ERR_IO,
                           "%s: the folder has %s, but no data_batch_%d.bin; "
                           "download it again",
                           folder, name, i + 1);
    }
    return GT_OK;
}

static gt_status open_folder(gt__cifar_files *files, const char *folder,
                             gt_split split)
{
    char name[32], path[GT_PATH];
    bool first = has(folder, 0, GT_SPLIT_TRAIN);
    int kind = first || has(folder, 0, GT_SPLIT_TEST) ? 0 : 1;
    gt_status status = GT_OK;
    if (first && has(folder, 1, GT_SPLIT_TRAIN))
        return gt_fail(GT_ERR_CONFIG,
                       "%s: the folder holds both CIFAR-10 (data_batch_1.bin) "
                       "and CIFAR-100 (train.bin); give a folder of one",
                       folder);
    files->kind = &gt__cifar_kinds[kind];
    for (int i = 0; status == GT_OK && name_of(kind, split, i, name); i++) {
        if (!find(folder, name, path))
            return kind == 0 && split == GT_SPLIT_TRAIN ? check_gap(folder, i)
                                                        : GT_OK;
        status = add_file(files, path);
    }
    return status;
}

static gt_status open_single(gt__cifar_files *files, const char *path,
                             gt_split split)
{
    char own[GT_PATH];
    if (!gt__array_file_of(path, split, own))
        return GT_OK;
    files->kind = gt__cifar_kind_of(own);
    if (!files->kind) { /* to be told what is wrong with it */
        struct stat info;
        bool two =
            stat(own, &info) == 0 &&
            info.st_size % (off_t)gt__cifar_record(&gt__cifar_kinds[1]) == 0;
        files->kind = &gt__cifar_kinds[two];
    }
    return add_file(files, own);
}

gt_status gt__cifar_open(gt__cifar_files *files, const char *path,
                         gt_split split)
{
    struct stat info;
    *files = (gt__cifar_files){0};
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        gt_status status = open_folder(files, path, split);
        if (status == GT_OK && !files->n && split == GT_SPLIT_TRAIN)
            status = gt_fail(GT_ERR_IO,
                             "%s: the folder has no data_batch_1.bin of "
                             "CIFAR-10 and no train.bin of CIFAR-100",
                             path);
        return status;
    }
    return open_single(files, path, split);
}

void gt__cifar_close(gt__cifar_files *files)
{
    for (int i = 0; i < files->n; i++) {
        if (files->file[i].file >= 0)
            close(files->file[i].file);
        free(files->file[i].path);
    }
    *files = (gt__cifar_files){0};
}
