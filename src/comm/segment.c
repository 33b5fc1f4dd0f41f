/* segment.c: MPI's windows would do, but Open MPI 4.1 hangs where /dev/shm is
 * too small for one, as it is in many containers. Nor may pages be found
 * missing when they are first written, as that ends the job (SIGBUS). So rank 0
 * makes the file, and every rank reserves its own pages: it learns if there
 * are none left, and they are of its own NUMA domain.
 *
 * The file has a name only until all ranks have opened it, when it has no pages
 * yet. So no memory is lost, whenever a rank is killed. */
#include "comm/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { NAME = 64, MOST_TRIES = 1000 };

static gt_status refuse(const gt__segment *s, const char *why)
{
    return gt_fail(GT_ERR_MEMORY,
                   "no room for %.1f MB in shared memory (/dev/shm): %s",
                   (double)s->size / 1e6, why);
}

/* MPI's own buffers are there, too, and get their pages when they are first
 * used. So half of what is free stays free. */
static bool has_room(int file, size_t bytes)
{
    struct statvfs fs;
    bool limited = fstatvfs(file, &fs) == 0 && fs.f_blocks > 0;
    return !limited || bytes / fs.f_frsize < fs.f_bavail / 2;
}

/* Where containers share /dev/shm, two processes may have the same number. */
static int create(char name[NAME])
{
    int file = -1;
    for (int i = 0; i < MOST_TRIES; i++) {
        snprintf(name, NAME, "/gentrain-%ld-%d", (long)getpid(), i);
        file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
        if (file >= 0 || errno != EEXIST)
            break;
    }
    return file;
}

/* A file without pages, with the name "" if there is none. */
static gt_status make_file(const gt__segment *s, char name[NAME], int *file)
{
    gt_status status = GT_OK;
    *file = create(name);
    if (*file < 0) {
        name[0] = '\0';
        return refuse(s, strerror(errno));
    }
    if (!has_room(*file, s->size))
        status = refuse(s, "it would be more than half of what is free");
    else if (ftruncate(*file, (off_t)s->size) != 0)
        status = refuse(s, strerror(errno));
    return status;
}

/* All ranks have the same nameless file, or all fail. */
static gt_status open_file(const gt__segment *s, gt_comm *comm, int *file)
{
    char name[NAME] = "";
    gt_status status = GT_OK;
    if (comm->rank == 0)
        status = make_file(s, name, file);
    gt_comm_broadcast(comm, name, sizeof name);
    if (comm->rank > 0 && name[0]) {
        *file = shm_open(name, O_RDWR, 0);
        if (*file < 0)
            status = refuse(s, strerror(errno));
    }
    status = gt_comm_agree(comm, status);
    if (comm->rank == 0 && name[0])
        shm_unlink(name);
    return status;
}

/* A rank that reserves a page gets it from its own NUMA domain. */
static gt_status take_pages(gt__segment *s, int rank, size_t bytes, int file)
{
    void *base =
        mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (base == MAP_FAILED)
        return refuse(s, strerror(errno));
    s->base = base;
    int error;
    do {
        error = posix_fallocate(file, (off_t)((size_t)rank * s->pitch),
                                (off_t)bytes);
    } while (error == EINTR);
    return error ? refuse(s, strerror(error)) : GT_OK;
}

gt_status gt__segment_new(gt__segment *s, gt_comm *comm, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t most = (size_t)gt_comm_max(comm, (double)bytes);
    *s = (gt__segment){.pitch = (most + page - 1) / page * page};
    s->size = (size_t)comm->size * s->pitch;
    int file = -1;
    gt_status status = open_file(s, comm, &file);
    if (status == GT_OK)
        status = gt_comm_agree(comm, take_pages(s, comm->rank, bytes, file));
    if (file >= 0)
        close(file);
    if (status != GT_OK)
        gt__segment_free(s);
    return status;
}

void gt__segment_free(gt__segment *s)
{
    if (s->base)
        munmap(s->base, s->size);
    *s = (gt__segment){0};
}
