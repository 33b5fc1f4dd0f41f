/* h5driver.c: the file driver behind which a file is an image (h5image.h). It
 * lays files out as the library's own drivers do, so that they have the same
 * bytes. As it cannot lock a file, the library does not mark the file as open
 * for writing, and it looks like one that was closed.
 *
 * A second driver is for a file whose numbers are on the disk already. HDF5
 * asks it where to store a chunk, and is told where that is; what it then
 * writes there is dropped. All other bytes come behind the last chunk, but for
 * the superblock. The image has no room for chunks: what is behind them is
 * found at the image's GT__H5_HEAD. */
#include "store/h5driver.h"

#include "store/h5digest.h"

#if H5_VERSION_GE(1, 14, 0)
#include <H5FDdevelop.h>
#endif

#include <stdlib.h>
#include <string.h>

/* What is handed to the driver with a file's name. */
typedef struct contents {
    const char *bytes; /* NULL: the file is a new one */
    size_t size;
    gt__h5_stored *stored; /* chunks that are there, borrowed; NULL: none */
} contents;

typedef struct file {
    H5FD_t head; /* the library's */
    gt__image *image;
    haddr_t allocated;
    bool is_new; /* it ends where what is allocated ends */
    gt__h5_stored *stored;
} file;

static const file *of_const(const H5FD_t *head)
{
    return (const file *)(const void *)head;
}

static file *of(H5FD_t *head)
{
    return (file *)(void *)head;
}

static H5FD_t *open_image(const char *name, unsigned flags, hid_t access,
                          haddr_t largest)
{
    (void)name, (void)flags, (void)largest;
    const contents *given = H5Pget_driver_info(access);
    file *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->is_new = !given->bytes;
    f->stored = given->stored;
    f->image = gt__image_new(given->bytes, given->size);
    if (f->image)
        return &f->head;
    free(f);
    return NULL;
}

static herr_t close_image(H5FD_t *head)
{
    gt__image_free(of(head)->image);
    free(of(head));
    return 0;
}

static herr_t tell_features(const H5FD_t *head, unsigned long *flags)
{
    (void)head;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
             H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA;
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
    if (of(head)->is_new)
        gt__image_resize(of(head)->image, end);
    return 0;
}

static haddr_t tell_size(const H5FD_t *head, H5FD_mem_t type)
{
    (void)type;
    return gt__image_size(of_const(head)->image);
}

static herr_t tell_image(H5FD_t *head, hid_t access, void **handle)
{
    (void)access;
    *handle = of(head)->image;
    return 0;
}

static herr_t read_image(H5FD_t *head, H5FD_mem_t type, hid_t transfer,
                         haddr_t at, size_t size, void *data)
{
    (void)type, (void)transfer;
    gt__image_read(of(head)->image, at, data, size);
    return 0;
}

/* Never fails, as the library does not get over it; the image remembers. */
static herr_t write_image(H5FD_t *head, H5FD_mem_t type, hid_t transfer,
                          haddr_t at, size_t size, const void *data)
{
    (void)type, (void)transfer;
    gt__image_write(of(head)->image, at, data, size);
    return 0;
}

/* --- A file whose chunks are there. */

static bool is_stored(const file *f, haddr_t at)
{
    return at >= GT__H5_HEAD && at < f->stored->end;
}

/* Where the image has the byte `at` of the file. */
static uint64_t in_image(const file *f, haddr_t at)
{
    return at < GT__H5_HEAD ? at : at - f->stored->end + GT__H5_HEAD;
}

static herr_t tell_no_features(const H5FD_t *head, unsigned long *flags)
{
    (void)head;
    *flags = H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE;
    return 0;
}

static haddr_t tell_end(const H5FD_t *head, H5FD_mem_t type)
{
    return tell_allocated(head, type);
}

static herr_t allocate_around(H5FD_t *head, H5FD_mem_t type, haddr_t end)
{
    file *f = of(head);
    (void)type;
    f->allocated = end;
    gt__image_resize(f->image, in_image(f, end));
    return 0;
}

/* Only the superblock, which comes first, is before the chunks. */
static haddr_t place(H5FD_t *head, H5FD_mem_t type, hid_t transfer,
                     hsize_t size)
{
    file *f = of(head);
    (void)transfer;
    haddr_t at = f->allocated;
    if (type == H5FD_MEM_DRAW && f->stored->placing) {
        at = f->stored->next;
        f->stored->next += size;
        return at;
    }
    if (type != H5FD_MEM_SUPER && at < f->stored->end)
        at = f->stored->end;
    allocate_around(head, type, at + size);
    return at;
}

static herr_t read_around(H5FD_t *head, H5FD_mem_t type, hid_t transfer,
                          haddr_t at, size_t size, void *data)
{
    file *f = of(head);
    if (!is_stored(f, at))
        return read_image(head, type, transfer, in_image(f, at), size, data);
    memset(data, 0, size);
    return 0;
}

static herr_t write_around(H5FD_t *head, H5FD_mem_t type, hid_t transfer,
                           haddr_t at, size_t size, const void *data)
{
    file *f = of(head);
    if (is_stored(f, at))
        return 0;
    return write_image(head, type, transfer, in_image(f, at), size, data);
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 14, 0)
    .version = H5FD_CLASS_VERSION,
    .value = 511, /* the last of those that need not be registered */
#endif
    .name = "gentrain",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(contents),
    .open = open_image,
    .close = close_image,
    .query = tell_features,
    .get_eoa = tell_allocated,
    .set_eoa = allocate,
    .get_eof = tell_size,
    .get_handle = tell_image,
    .read = read_image,
    .write = write_image,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

static const H5FD_class_t around_driver = {
#if H5_VERSION_GE(1, 14, 0)
    .version = H5FD_CLASS_VERSION,
    .value = 510,
#endif
    .name = "gentrain-around",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(contents),
    .open = open_image,
    .close = close_image,
    .query = tell_no_features,
    .alloc = place,
    .get_eoa = tell_allocated,
    .set_eoa = allocate_around,
    .get_eof = tell_end,
    .get_handle = tell_image,
    .read = read_around,
    .write = write_around,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* A driver stays until HDF5 ends: HDF5 1.10 still looks at it after a file that
 * was the last to need it has let go. */
static hid_t registered(bool around)
{
    static hid_t id[2] = {H5I_INVALID_HID, H5I_INVALID_HID};
    if (H5Iget_type(id[around]) != H5I_VFL)
        id[around] = H5FDregister(around ? &around_driver : &driver);
    return id[around];
}

/* Properties of a file behind this driver. */
static hid_t access_to(contents given)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_driver(access, registered(given.stored != NULL), &given) < 0) {
        H5Pclose(access);
        access = H5I_INVALID_HID;
    }
    return access;
}

static hid_t create(const char *path, contents given, gt__image **image)
{
    hid_t access = access_to(given);
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), f = H5I_INVALID_HID;
    if (access >= 0 && H5Pset_userblock(creation, GT__H5_USER_BLOCK) >= 0)
        f = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    H5Pclose(creation);
    H5Pclose(access);
    if (f >= 0 && H5Fget_vfd_handle(f, H5P_DEFAULT, (void **)image) < 0) {
        H5Fclose(f);
        f = H5I_INVALID_HID;
    }
    return f;
}

hid_t gt__h5_create_image(const char *path, gt__image **image)
{
    return create(path, (contents){0}, image);
}

hid_t gt__h5_create_around(const char *path, gt__h5_stored *stored,
                           gt__image **image)
{
    return create(path, (contents){.stored = stored}, image);
}

hid_t gt__h5_open_bytes(const char *path, const char *bytes, size_t size)
{
    hid_t access = access_to((contents){.bytes = bytes, .size = size});
    hid_t f = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return f;
}
