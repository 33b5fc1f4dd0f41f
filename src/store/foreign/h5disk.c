/* h5disk.c: a second driver beside that of files in memory (h5driver.c). The
 * library never gets a lock, as the driver has none, and no mark of a file that
 * is open for writing, as it is removed from what the library reads. */
#include "store/foreign/h5disk.h"

#include "store/foreign/h5superblock.h"

#if H5_VERSION_GE(1, 14, 0)
#include <H5FDdevelop.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct file {
    H5FD_t head; /* the library's */
    gt__h5_disk disk;
    haddr_t allocated;
} file;

static file *of(H5FD_t *head)
{
    return (file *)(void *)head;
}

static const file *of_const(const H5FD_t *head)
{
    return (const file *)(const void *)head;
}

static void release(file *f)
{
    if (f->disk.fd >= 0)
        close(f->disk.fd);
    free(f->disk.path);
    free(f);
}

/* It is looked for before the library reads any of the block, as that does so
 * in two pieces. */
static uint64_t find_mark(int fd)
{
    char block[GT__H5_SUPERBLOCK];
    for (uint64_t at = 0;
         pread(fd, block, sizeof block, (off_t)at) == (ssize_t)sizeof block;
         at = gt__h5_superblock_next(at))
        if (gt__h5_superblock_begins(block, sizeof block)) {
            size_t mark = gt__h5_superblock_mark(block);
            return mark ? at + mark : 0;
        }
    return 0;
}

static void remove_mark(const gt__h5_disk *disk, uint64_t at, size_t n,
                        char *data)
{
    for (uint64_t i = disk->mark; disk->mark && i < disk->mark + GT__H5_MARK;
         i++)
        if (i >= at && i - at < n)
            data[i - at] = 0;
}

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access,
                         haddr_t largest)
{
    (void)access, (void)largest;
    struct stat info;
    file *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->disk.path = strdup(name);
    f->disk.fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if ((flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC)) || !f->disk.path ||
        f->disk.fd < 0 || fstat(f->disk.fd, &info)) {
        release(f);
        return NULL;
    }
    f->disk.size = (uint64_t)info.st_size;
    f->disk.changed = info.st_mtim;
    f->disk.device = info.st_dev;
    f->disk.inode = info.st_ino;
    f->disk.mark = find_mark(f->disk.fd);
    return &f->head;
}

static herr_t close_file(H5FD_t *head)
{
    release(of(head));
    return 0;
}

/* Two paths to one file are one file for the library. */
static int compare_files(const H5FD_t *a, const H5FD_t *b)
{
    const gt__h5_disk *x = &of_const(a)->disk, *y = &of_const(b)->disk;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static herr_t tell_features(const H5FD_t *head, unsigned long *flags)
{
    (void)head;
    *flags = H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE;
    return 0;
}

static haddr_t tell_allocated(const H5FD_t *head, H5FD_mem_t type)
{
    (void)type;
    return of_const(head)->allocated;
}

static herr_t allocate(H5FD_t *head, H5FD_mem_t type, haddr_t end)
{
    (void)type;
    of(head)->allocated = end;
    return 0;
}

static haddr_t tell_size(const H5FD_t *head, H5FD_mem_t type)
{
    (void)type;
    return of_const(head)->disk.size;
}

static herr_t tell_disk(H5FD_t *head, hid_t access, void **handle)
{
    (void)access;
    *handle = &of(head)->disk;
    return 0;
}

/* What lies behind the end of a file reads as zeros, as with the library's own
 * drivers: it looks ahead a little. */
static herr_t read_file(H5FD_t *head, H5FD_mem_t type, hid_t transfer,
                        haddr_t at, size_t size, void *data)
{
    (void)transfer;
    gt__h5_disk *disk = &of(head)->disk;
    if (disk->probing && type == H5FD_MEM_DRAW) {
        disk->found = true;
        disk->at = at;
        disk->length = size;
        return 0;
    }
    size_t there = at >= disk->size         ? 0
                   : size > disk->size - at ? (size_t)(disk->size - at)
                                            : size;
    memset((char *)data + there, 0, size - there);
    if (gt__h5_disk_read(disk, at, data, there) != GT_OK)
        return -1;
    remove_mark(disk, at, there, data);
    return 0;
}

static herr_t refuse_write(H5FD_t *head, H5FD_mem_t type, hid_t transfer,
                           haddr_t at, size_t size, const void *data)
{
    (void)head, (void)type, (void)transfer, (void)at, (void)size, (void)data;
    return -1;
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 14, 0)
    .version = H5FD_CLASS_VERSION,
    .value = 510, /* beside that of h5driver.c */
#endif
    .name = "gentrain-disk",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .open = open_file,
    .close = close_file,
    .cmp = compare_files,
    .query = tell_features,
    .get_eoa = tell_allocated,
    .set_eoa = allocate,
    .get_eof = tell_size,
    .get_handle = tell_disk,
    .read = read_file,
    .write = refuse_write,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

static hid_t registered(void)
{
    static hid_t id = H5I_INVALID_HID;
    if (H5Iget_type(id) != H5I_VFL)
        id = H5FDregister(&driver);
    return id;
}

hid_t gt__h5_open_path(const char *path)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), f = H5I_INVALID_HID;
    if (H5Pset_driver(access, registered(), NULL) >= 0)
        f = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return f;
}

gt__h5_disk *gt__h5_disk_of(hid_t object)
{
    void *disk = NULL;
    hid_t f = H5Iget_file_id(object);
    if (f < 0)
        return NULL;
    hid_t access = H5Fget_access_plist(f);
    if (H5Pget_driver(access) == registered() &&
        H5Fget_vfd_handle(f, H5P_DEFAULT, &disk) < 0)
        disk = NULL;
    H5Pclose(access);
    H5Fclose(f);
    return disk;
}

gt_status gt__h5_disk_check(const gt__h5_disk *disk)
{
    struct stat info;
    if (fstat(disk->fd, &info))
        return gt_fail(GT_ERR_IO, "cannot read %s: %s", disk->path,
                       strerror(errno));
    if ((uint64_t)info.st_size == disk->size &&
        info.st_mtim.tv_sec == disk->changed.tv_sec &&
        info.st_mtim.tv_nsec == disk->changed.tv_nsec)
        return GT_OK;
    return gt_fail(GT_ERR_MISMATCH,
                   "%s has been changed since it was opened; training data "
                   "must stay as they are while a run reads them",
                   disk->path);
}

gt_status gt__h5_disk_read(const gt__h5_disk *disk, uint64_t at, void *out,
                           size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t more =
            pread(disk->fd, (char *)out + done, n - done, (off_t)(at + done));
        if (more > 0) {
            done += (size_t)more;
            continue;
        }
        int error = errno;
        if (more < 0 && error == EINTR)
            continue;
        gt_status status = gt__h5_disk_check(disk);
        if (status != GT_OK)
            return status;
        if (more < 0)
            return gt_fail(GT_ERR_IO, "cannot read %s: %s", disk->path,
                           strerror(error));
        return gt_fail(GT_ERR_FORMAT, "%s is truncated: it ends at byte %llu",
                       disk->path, (unsigned long long)disk->size);
    }
    return GT_OK;
}
