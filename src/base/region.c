/* region.c: a file in memory (memfd) has pages of its own kind: they count
 * against the memory of the job, but not against the size of /dev/shm, which is
 * 64 MB in many containers. Others open it through /proc. Pages are taken
 * before they are written, as a process that finds one missing dies (SIGBUS).
 * The system gives them until it has none left, and kills processes then; so
 * limits are asked first, once more for every piece. */
/* for memfd_create, mremap */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier) */
#include "base/region.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that are taken at once. */
enum { PIECE = 64 << 20 };

static gt_status no_memory(const char *what, size_t size, int error)
{
    return gt_fail(GT_ERR_MEMORY, "%s: no memory to hold its %.1f MB: %s", what,
                   (double)size / 1e6, strerror(error));
}

bool gt_region_can_share(void)
{
#ifdef MFD_CLOEXEC
    struct rlimit limit;
    if (access("/proc/self/fd", X_OK) != 0 ||
        getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY)
        return false;
    int file = memfd_create("gentrain", MFD_CLOEXEC);
    if (file >= 0)
        close(file);
    return file >= 0;
#else
    return false;
#endif
}

static gt_status grow_private(gt_region *r, size_t size, const char *what)
{
    gt_status status = gt_memory_check_reading(what, (double)(size - r->size));
    if (status != GT_OK)
        return status;
    void *grown = realloc(r->base, size);
    if (!grown)
        return no_memory(what, size, errno);
    r->base = grown;
    r->size = size;
    return GT_OK;
}

#ifdef MFD_CLOEXEC
/* All is asked for before the first piece, so that what is surely too much
 * takes nothing. */
static gt_status take_pages(int file, size_t from, size_t to, const char *what)
{
    gt_status status = GT_OK;
    for (size_t at = from; at < to && status == GT_OK;) {
        size_t piece = to - at < PIECE ? to - at : PIECE;
        status = gt_memory_check_reading(what, (double)(to - at));
        int error = 0;
        if (status == GT_OK)
            do {
                error = posix_fallocate(file, (off_t)at, (off_t)piece);
            } while (error == EINTR);
        if (error)
            status = no_memory(what, to, error);
        at += piece;
    }
    return status;
}

static gt_status grow_shared(gt_region *r, size_t size, const char *what)
{
    int file = r->size ? r->file : memfd_create("gentrain", MFD_CLOEXEC);
    if (file < 0)
        return no_memory(what, size, errno);
    void *base = MAP_FAILED;
    gt_status status = take_pages(file, r->size, size, what);
    if (status == GT_OK) {
        base = r->size ? mremap(r->base, r->size, size, MREMAP_MAYMOVE)
                       : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
                              file, 0);
        if (base == MAP_FAILED)
            status = no_memory(what, size, errno);
    }
    if (status == GT_OK)
        *r = (gt_region){
            .base = base, .size = size, .shared = true, .file = file};
    else if (!r->size)
        close(file);
    else if (ftruncate(file, (off_t)r->size) != 0)
        return no_memory(what, size, errno);
    return status;
}
#else
static gt_status grow_shared(gt_region *r, size_t size, const char *what)
{
    return grow_private(r, size, what);
}
#endif

gt_status gt_region_reserve(gt_region *r, size_t size, const char *what)
{
    assert(!r->size);
    gt_status status = gt_memory_check_reading(what, (double)size);
    if (status != GT_OK)
        return status;
    int file = -1, flags = MAP_PRIVATE | MAP_ANONYMOUS;
#ifdef MFD_CLOEXEC
    if (r->shared) {
        file = memfd_create("gentrain", MFD_CLOEXEC);
        if (file < 0 || ftruncate(file, (off_t)size) != 0) {
            int error = errno;
            if (file >= 0)
                close(file);
            return no_memory(what, size, error);
        }
        flags = MAP_SHARED;
    }
#endif
    void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE,
                      file, 0);
    if (base == MAP_FAILED) {
        int error = errno;
        if (file >= 0)
            close(file);
        return no_memory(what, size, error);
    }
    *r = (gt_region){.base = base,
                     .size = size,
                     .shared = file >= 0,
                     .reserved = true,
                     .file = file};
    return GT_OK;
}

gt_status gt_region_grow(gt_region *r, size_t size, const char *what)
{
    assert(!r->attached && !r->reserved && size >= r->size);
    if (size == r->size)
        return GT_OK;
    return r->shared ? grow_shared(r, size, what) : grow_private(r, size, what);
}

gt_region_handle gt_region_share(gt_region *r)
{
    struct stat info;
    if (!r->shared || !r->size || fstat(r->file, &info) != 0)
        return (gt_region_handle){.file = -1};
    if (!r->reserved)
        mprotect(r->base, r->size, PROT_READ);
    return (gt_region_handle){.process = (int64_t)getpid(),
                              .file = r->file,
                              .size = r->size,
                              .reserved = r->reserved,
                              .device = (uint64_t)info.st_dev,
                              .node = (uint64_t)info.st_ino};
}

static gt_status unseen(const char *why)
{
    return gt_fail(GT_ERR_IO,
                   "the data that another rank of this node holds "
                   "cannot be seen from here: %s",
                   why);
}

gt_status gt_region_attach(gt_region *r, const gt_region_handle *h)
{
    char path[64];
    struct stat info;
    bool writes = h->reserved != 0;
    *r = (gt_region){.shared = true, .attached = true, .reserved = writes};
    snprintf(path, sizeof path, "/proc/%lld/fd/%lld", (long long)h->process,
             (long long)h->file);
    int how = (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC;
    int file = h->size ? open(path, how) : -1;
    if (file < 0)
        return unseen(h->size ? strerror(errno) : "they are not shared");
    gt_status status = GT_OK;
    if (fstat(file, &info) != 0 || (uint64_t)info.st_dev != h->device ||
        (uint64_t)info.st_ino != h->node || (uint64_t)info.st_size < h->size)
        status = unseen("a process there has the same number");
    void *base = MAP_FAILED;
    if (status == GT_OK) {
        base = mmap(NULL, h->size, writes ? PROT_READ | PROT_WRITE : PROT_READ,
                    MAP_SHARED | MAP_NORESERVE, file, 0);
        if (base == MAP_FAILED)
            status = no_memory("the data of another rank", h->size, errno);
    }
    close(file);
    if (status == GT_OK) {
        r->base = base;
        r->size = h->size;
    }
    return status;
}

void gt_region_free(gt_region *r)
{
    if (!r->shared && !r->reserved)
        free(r->base);
    else if (r->size) {
        munmap(r->base, r->size);
        if (!r->attached && r->shared)
            close(r->file);
    }
    *r = (gt_region){0};
}
