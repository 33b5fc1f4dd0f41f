/* h5driver.c: the file driver through which HDF5 writes into an image
 * (h5image.h). It lays files out as the library's own drivers do, so that
 * they have the same bytes; as it cannot lock a file, the library does not mark
 * the file as open for writing, and it looks as one that was closed. */
#include "store/h5handle.h"

#if H5_VERSION_GE(1, 14, 0)
#include <H5FDdevelop.h>
#endif

#include <stdlib.h>

typedef struct file {
    H5FD_t head; /* the library's */
    gt__image *image;
    haddr_t end; /* of what the library has allocated */
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
    (void)name, (void)flags, (void)access, (void)largest;
    file *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->image = gt__image_new();
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

static haddr_t allocated(const H5FD_t *head, H5FD_mem_t type)
{
    (void)type;
    return of_const(head)->end;
}

static herr_t allocate(H5FD_t *head, H5FD_mem_t type, haddr_t end)
{
    (void)type;
    of(head)->end = end;
    return 0;
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

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 14, 0)
    .version = H5FD_CLASS_VERSION,
    .value = 511, /* the last of those that need not be registered */
#endif
    .name = "gentrain",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .open = open_image,
    .close = close_image,
    .query = tell_features,
    .get_eoa = allocated,
    .set_eoa = allocate,
    .get_eof = allocated,
    .get_handle = tell_image,
    .read = read_image,
    .write = write_image,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t gt__h5_create_image(const char *path, gt__image **image)
{
    hid_t id = H5FDregister(&driver), access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t f = H5I_INVALID_HID;
    if (H5Pset_driver(access, id, NULL) >= 0)
        f = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    H5FDunregister(id); /* an open file keeps it */
    if (f >= 0 && H5Fget_vfd_handle(f, H5P_DEFAULT, (void **)image) < 0) {
        H5Fclose(f);
        f = H5I_INVALID_HID;
    }
    return f;
}
